import anyio
import pytest
from starlette.middleware import Middleware

from tests.web.guard.guarded import client
from web.guard.origins import Origins

OWN = [
    {},
    {"origin": "http://page.example"},
    {"origin": "https://page.example", "sec-fetch-site": "same-origin"},
    {"origin": "https://seen.example", "x-forwarded-host": "seen.example"},
    {"sec-fetch-site": "none"},
]
FOREIGN = [
    {"origin": "http://other.example"},
    {"origin": "http://page.example:8000"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://other.example", "sec-fetch-site": "same-origin"},
]


async def status(method, headers):
    async with client(Middleware(Origins)) as page:
        return (await page.request(method, "/live", headers=headers)).status_code


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_sites_pages_get_no_answer_and_everybody_else_does(subtests, method):
    for headers in [*OWN, *FOREIGN]:
        with subtests.test(headers=headers):
            assert anyio.run(status, method, headers) == (200 if headers in OWN else 403)


def test_a_link_may_be_followed_from_anywhere_and_a_form_may_not():
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert anyio.run(status, "GET", link) == 200
    assert anyio.run(status, "POST", link | {"origin": "http://other.example"}) == 403
