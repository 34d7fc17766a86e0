"""What the tests of the page in a real browser share, besides the fixtures of conftest.py."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SECOND = 1000
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UPLOAD = "#picture-input input[type=file]"


def wait_for_picture(page, selector):
    """Wait until the picture's pixels are there, not only its element."""
    page.wait_for_function(
        "at => { const it = document.querySelector(at); return it?.complete && it.naturalWidth }",
        arg=selector,
    )
