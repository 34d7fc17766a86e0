// The webcam tab as a page of its own.

import { bestLanguage } from "./webcam/controls.js";
import { begin } from "./webcam/main.js";
import { begin as beginThreshold } from "./webcam/threshold.js";

const RIGHT_TO_LEFT = ["ar"];

async function json(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

const properties = await json("properties.json");
const language = bestLanguage(Object.keys(properties.texts));
Object.assign(document.documentElement, { lang: language, dir: RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr" });
const { card, ...words } = await json(`words/${language}.json`);
for (const place of document.querySelectorAll("[data-words]")) place.textContent = words[place.dataset.words];
document.title = words.title;
document.querySelector("#model-card").innerHTML = card; // made with the page, by nobody else
beginThreshold(document.querySelector("#threshold"), properties);
begin(document.querySelector("#webcam"), properties);
navigator.serviceWorker?.register("offline.js");
