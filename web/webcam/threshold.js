// The page's one threshold: how probable an emotion must be, 0..1, before it is named.

import { bestLanguage, partOf } from "./controls.js";

const KEPT = "fer-threshold"; // for the visit, where the browser keeps anything for this page

let chosen = null; // by the visitor; null stands for the model's own

export function thresholdOf({ threshold }) {
  return chosen ?? threshold;
}

// `element` is what threshold.html makes, `props` what threshold.py passes; its `value` becomes what is chosen.
export function begin(element, props) {
  const { threshold, turnedThreshold, onDevice, words } = props;
  const texts = words[bestLanguage(Object.keys(words))];
  const range = partOf(element, "range");
  const fill = (name, share) => {
    partOf(element, name).textContent = texts[name].replaceAll("{percent}", percentOf(share));
  };
  const show = () => {
    const used = thresholdOf({ threshold });
    range.value = used;
    range.ariaValueText = texts.summary.replace("{percent}", percentOf(used));
    fill("summary", used);
    partOf(element, "back").disabled = chosen === null;
  };
  const choose = (value) => {
    props.value = chosen = value;
    keep(value);
    show();
  };
  for (const name of ["label", "means", "measured", "when", "back"]) fill(name, threshold);
  range.addEventListener("input", () => {
    chosen = Number(range.value);
    show();
  });
  range.addEventListener("change", () => choose(Number(range.value)));
  partOf(element, "back").addEventListener("click", () => {
    range.focus();
    choose(null);
  });
  fill("turned", turnedThreshold);
  partOf(element, "when").hidden = onDevice; // there is but the webcam
  partOf(element, "turned").hidden = onDevice || turnedThreshold <= threshold;
  chosen = kept();
  if (chosen !== null) props.value = chosen; // of earlier in the visit
  show();
  element.querySelector("details").hidden = false;
}

function percentOf(share) {
  return Math.round(100 * share);
}

// Browsers that may keep nothing refuse both.
function kept() {
  try {
    const value = sessionStorage.getItem(KEPT);
    return value === null ? null : Math.min(1, Math.max(0, Number(value) || 0));
  } catch {
    return null;
  }
}

function keep(value) {
  try {
    if (value === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, value);
  } catch {
    // It is kept until the page is left.
  }
}
