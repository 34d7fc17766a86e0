import hashlib
import re
from pathlib import Path

import httpx

import web
from fer_system import Recognizer
from tests.serving import serve

TABS = ("webcam", "folder")
SCRIPTS = {path for tab in TABS for path in Path(web.__file__).with_name(tab).glob("*.js")}


def test_without_a_login_the_page_tells_that_it_is_up_and_ready_and_on_which_model(model_path):
    with serve(model_path, "--auth", "ann:secret") as (address, _):
        answer = httpx.get(f"{address}healthz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ok",
            "model": "toy",
            "fingerprint": hashlib.sha256(model_path.read_bytes()).hexdigest()[:16],
            "classes": list(Recognizer(model_path, "haar").classes),
            "detector": "Haar cascade",
        }
        assert httpx.post(f"{address}healthz").status_code == 405
        assert httpx.get(f"{address}readyz").json() == {"status": "ready"}
        assert httpx.get(f"{address}config").status_code == 401


def test_the_tabs_scripts_are_served_and_no_other_file_of_their_folders_is(address):
    for tab, script in ((path.parent.name, path) for path in SCRIPTS):
        served = httpx.get(f"{address}{tab}/{script.name}")
        assert served.status_code == 200
        assert served.headers["content-type"].startswith("text/javascript")
        assert served.headers["cache-control"] == "no-cache"
        assert served.content == script.read_bytes()
    for name in ("tab.py", "webcam.html", "..%2Froutes.py", "%2e%2e/routes.py", "none.js"):
        for tab in TABS:
            assert httpx.get(f"{address}{tab}/{name}").status_code == 404, name


def test_the_scripts_import_only_each_other():
    for path in SCRIPTS:
        for imported in re.findall(r'from "(.*?)"', path.read_text(encoding="utf-8")):
            assert (path.parent / imported).resolve() in SCRIPTS, imported
