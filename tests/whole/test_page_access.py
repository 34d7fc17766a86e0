"""Whoever cannot see well, or has nothing but a thumb, gets along with every tab in every state."""

from pathlib import Path

import pytest

from tests.browsing import DESKTOP, PHONE
from tests.whole.states import every_state, material, settle  # noqa: F401, a fixture

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
OF_GRADIO = {
    "nested-interactive": (
        (".toast-header", "a message closes by a click on all of it, and by the button within"),
        ("button.icon-button", "a list of files takes more by a button in a button"),
    ),
    "label-content-name-mismatch": (
        (".upload-container", "what takes a file is called by what can be done, not by its text"),
    ),
}
"""What Gradio builds, by rule and selector, and why it is so: we cannot mend it."""
CROWDED = {".fer-confusion button": "of a matrix's cells seven are beside each other"}
"""What is as large as there is room, and why."""
SMALLEST = 44
"""CSS pixels, as WCAG 2.5.5 and the makers of telephones ask for."""
AT_ONCE = "* { transition: none !important; animation: none !important; }"
BROKEN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, html, any }) => ({ id, impact, target: target.join(" "), html,
      why: any.map(({ message }) => message).join("; ") })));
}"""
IS_A = "([at, selector]) => document.querySelector(at)?.matches(selector) ?? false"
# A target may be larger than what is painted: so it is asked what a thumb beside its middle meets.
SMALL = """([smallest, crowded]) => {
  const touched = "button, a[href], input, select, summary, [role=tab], [role=slider]";
  const isSeen = (it) => it.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const isText = (it) => it.matches("p a, dd a, li a, td a");
  const meets = (it, x, y) => {
    const met = document.elementFromPoint(x, y);
    return it.contains(met) || met?.control === it || (met?.matches(touched) && met.contains(it));
  };
  const isSmall = (it) => {
    it.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const { left, top, width, height } = it.getBoundingClientRect();
    const [x, y, reach] = [left + width / 2, top + height / 2, smallest / 2 - 1];
    const along = (...points) => points.every(([dx, dy]) => meets(it, x + dx, y + dy));
    const isWide = width >= smallest || along([-reach, 0], [reach, 0]);
    return !(isWide && (height >= smallest || along([0, -reach], [0, reach])));
  };
  return [...document.querySelectorAll(touched)]
    .filter((it) => isSeen(it) && it.getBoundingClientRect().width && !it.disabled)
    .filter((it) => !isText(it) && !it.matches(crowded))
    .filter(isSmall)
    .map((it) => `${it.offsetWidth}x${it.offsetHeight} ${it.outerHTML.slice(0, 300)}`);
}"""


def is_of_gradio(page, broken):
    parts = OF_GRADIO.get(broken["id"], ())
    return any(page.evaluate(IS_A, [broken["target"], part]) for part, _ in parts)


@every_state
def test_a_state_breaks_no_rule_of_axe(state, open_page, champion, material):  # noqa: F811
    if not AXE.is_file():
        pytest.skip("axe-core is not here: `npm ci` fetches it")
    page = open_page(at=champion)
    state(page, material)
    page.add_style_tag(content=AT_ONCE)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told = []
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            settle(page)
            grave = [each for each in page.evaluate(BROKEN) if each["impact"] in GRAVE]
            told += [(scheme, viewport["width"], each) for each in grave
                     if not is_of_gradio(page, each)]  # fmt: skip
    assert not told, "\n".join(map(str, told))


@every_state
def test_on_a_phone_nothing_to_touch_is_too_small(state, open_page, champion, material):  # noqa: F811
    page = open_page(PHONE, at=champion)
    state(page, material)
    settle(page)
    small = page.evaluate(SMALL, [SMALLEST, ", ".join(CROWDED)])
    assert not small, "\n".join(small)
