"""The page and Gradio's files as the real server sends them."""

import re

import httpx
import pytest

from web.delivery.assets import FOR_GOOD
from web.delivery.built import ASSETS


@pytest.fixture(scope="module")
def page(address):
    return httpx.get(address).text


def linked(page, kind):
    return re.findall(rf'<link rel="{kind}"[^>]* href="\./([^"]+)"', page)


def asked(address, path, coding):
    return httpx.get(f"{address}{path}", headers={"Accept-Encoding": coding})


def test_the_page_and_gradios_files_are_the_same_in_every_coding(subtests, address, page):
    for path in ("", linked(page, "modulepreload")[0], linked(page, "stylesheet")[0]):
        plain = asked(address, path, "identity")
        assert "content-encoding" not in plain.headers
        for coding in ("br", "gzip"):
            with subtests.test(path=path, coding=coding):
                packed = asked(address, path, coding)
                assert packed.headers["content-encoding"] == coding
                assert "Accept-Encoding" in packed.headers["vary"]
                assert int(packed.headers["content-length"]) < len(plain.content) / 2
                assert packed.content == plain.content


def test_what_answers_one_visitor_is_not_packed(subtests, address):
    for path in ("config", "gradio_api/info", "healthz"):
        with subtests.test(path=path):
            assert "content-encoding" not in asked(address, path, "br, gzip").headers


def test_browsers_keep_what_has_its_hash_in_its_address_and_nothing_else(subtests, address, page):
    (theme,) = linked(page, "preload")
    for path in (theme, *linked(page, "modulepreload"), linked(page, "stylesheet")[0]):
        with subtests.test(path=path):
            assert asked(address, path, "br").headers["cache-control"] == FOR_GOOD
    for path in ("", "theme.css", "theme.css?v=0", "config"):
        with subtests.test(path=path):
            assert "immutable" not in asked(address, path, "br").headers.get("cache-control", "")


def test_the_one_sheet_holds_every_style_that_is_switched_off(address, page):
    sheet, *off = linked(page, "stylesheet")
    content = httpx.get(f"{address}{sheet}").content
    assert off
    for path in off:
        assert f'disabled href="./{path}"' in page
        assert (ASSETS / path.removeprefix("assets/")).read_bytes() in content


def test_no_other_file_can_be_had(subtests, address):
    for path in (
        "assets/",
        "assets/..%2findex.html",
        "assets/%2fetc%2fpasswd",
        "assets/page-0.css",
    ):
        with subtests.test(path=path):
            assert httpx.get(f"{address}{path}").status_code == 404
