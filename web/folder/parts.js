// What both of the tab's scripts need: what the server wrote, numbers, elements, and what was chosen.

import { partOf } from "../webcam/controls.js";

// The folder or archive that is being looked at, or was; empty for loose pictures. chooser.js writes it.
export const chosen = { name: "" };

// What the server wrote for the scripts, null where it wrote nothing.
export function factsOf(element) {
  const place = partOf(element, "facts");
  return place && JSON.parse(place.textContent);
}

// As the visitor's language writes a whole number.
export function number(count, { thousands }) {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, thousands);
}

export function fill(sentence, values) {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name) => values[name]);
}

// An element with properties, of which those of `data` are its dataset, and what it holds: elements and plain text.
export function made(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children.filter((child) => child !== null));
  return element;
}
