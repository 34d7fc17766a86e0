"""A browser has all that the first picture needs as soon as it has what the page names."""

from playwright.sync_api import expect

from tests.browsing import SECOND, UPLOAD
from tests.web.delivery.test_delivered import linked


def test_a_picture_is_recognised_though_nothing_comes_that_the_page_does_not_name(
    browser, address, astronaut
):
    page = browser.new_context().new_page()
    page.set_default_timeout(20 * SECOND)
    expect.set_options(timeout=20 * SECOND)
    named, fetched, held = set(), [], []

    def pass_page(route):
        answer = route.fetch()
        named.update(linked(answer.text(), "modulepreload"))
        route.fulfill(response=answer)

    def pass_named(route):
        path = route.request.url.removeprefix(address)
        fetched.append(path)
        if path in named or path.endswith(".css"):
            route.continue_()
        else:
            held.append(path)  # for good

    page.route(address, pass_page)
    page.route(f"{address}assets/**", pass_named)
    page.goto(address)
    page.set_input_files(UPLOAD, astronaut)
    expect(page.locator("#picture-faces .fer-card")).not_to_have_count(0)
    assert held, "the other tabs' scripts are not waited for"
    assert named <= {*fetched}, "what nobody needs is named"
    assert sum(path.endswith(".css") for path in fetched) == 1
    assert len(fetched) == len({*fetched})
    page.context.close()
