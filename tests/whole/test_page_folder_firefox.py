"""Tab *Folder* in Firefox: what is chosen and what is dropped reaches the server."""

import base64
import json

import pytest

from tests.firefox import firefox

TAB = "document.querySelector('#tab-folder-button')"
READY = "document.querySelector('#folder-chooser [data-ready]') !== null"
GIVE = """(() => {
  const bytes = Uint8Array.from(atob(CONTENT), (letter) => letter.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], NAME));
  given.items.add(new File(["x"], "notes.txt"));
  const isDropped = NAME === "dropped.png";
  const input = "#folder-chooser input[name=files]";
  const place = document.querySelector(isDropped ? ".fer-drop" : input);
  if (!isDropped) place.files = given.files;
  const options = { bubbles: true, cancelable: true, dataTransfer: given };
  const event = isDropped ? new DragEvent("drop", options) : new Event("change", options);
  return place.dispatchEvent(event);
})()"""


def test_pictures_are_chosen_and_dropped_in_firefox(address, astronaut, tmp_path):
    content = json.dumps(base64.b64encode(astronaut.read_bytes()).decode())
    with firefox(tmp_path) as tab:
        if tab is None:
            pytest.skip("no Firefox: install the firefox-esr package")
        tab.goto(address)
        tab.wait_for(f"{TAB} !== null")
        tab.evaluate(f"{TAB}.click()")
        tab.wait_for(READY)
        for name in ("chosen.png", "dropped.png"):
            tab.evaluate(GIVE.replace("CONTENT", content).replace("NAME", json.dumps(name)))
            row = "document.querySelector('.fer-list tbody th')?.textContent"
            tab.wait_for(f"{row} === {json.dumps(name)}")
            assert "like pictures: 1." in tab.evaluate(
                "document.querySelector('#folder-results .fer-remark').textContent"
            )
