import hashlib
import re
from pathlib import Path

import httpx

from fer_system import Recognizer
from tests.serving import serve
from web import webcam

FOLDER = Path(webcam.__file__).parent
SCRIPTS = {path.name for path in FOLDER.glob("*.js")}


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


def test_the_webcams_scripts_are_served_and_no_other_file_of_their_folder_is(address):
    for name in SCRIPTS:
        script = httpx.get(f"{address}webcam/{name}")
        assert script.status_code == 200
        assert script.headers["content-type"].startswith("text/javascript")
        assert script.headers["cache-control"] == "no-cache"
        assert script.content == (FOLDER / name).read_bytes()
    for name in ("route.py", "webcam.html", "..%2Froutes.py", "%2e%2e/routes.py", "none.js"):
        assert httpx.get(f"{address}webcam/{name}").status_code == 404, name


def test_the_scripts_import_only_each_other():
    for name in SCRIPTS:
        imported = re.findall(r'from "(.*?)"', (FOLDER / name).read_text(encoding="utf-8"))
        assert {f"./{known}" for known in SCRIPTS} >= set(imported)
