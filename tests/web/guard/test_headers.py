import base64
import hashlib

import httpx

from web.guard.headers import HEADERS, policy
from web.html import HEAD


def test_of_the_scripts_within_a_page_those_alone_may_run():
    inline = b"alert(1)\n"
    page = b'<script src="./a.js"></script><script>' + inline + b"</script>"
    digest = base64.b64encode(hashlib.sha256(inline).digest()).decode()
    rules = policy(page)
    assert rules.count("'sha256-") == 1 + HEAD.count("<script>")
    assert f"'sha256-{digest}'" in rules
    assert "'unsafe-inline'" not in rules.partition("script-src")[2].partition(";")[0]


def test_every_answer_has_them(subtests, address):
    for path in ("", "healthz", "webcam/main.js", "nowhere", "gradio_api/info"):
        with subtests.test(path=path):
            headers = httpx.get(f"{address}{path}").headers
            assert {name: headers.get(name) for name in HEADERS} == HEADERS
            assert "frame-ancestors 'self'" in headers["content-security-policy"]
