// Table, thumbnails, filters and downloads of what was found in many pictures. The answer holds all pictures as data,
// and the page shows a part of them at a time. Gradio calls `begin` with the `element` that overview.html is in.

import { partOf } from "../webcam/controls.js";
import { save } from "../webcam/save.js";
import { thresholdOf } from "../webcam/threshold.js";
import { asCsv, asJson, isUncertain, nameOf } from "./files.js";
import { chosen, factsOf, fill, made, number } from "./parts.js";

const STEP = 100; // rows that are shown, and that a press on the button adds
const THUMBNAILS = innerWidth <= 640 ? 12 : 30; // the same of thumbnails: some lines of them

export function begin(element, _, { watch }) {
  const results = { element, facts: null, pictures: [], shown: [], rows: STEP, thumbnails: THUMBNAILS };
  watch("value", () => open(results));
  open(results);
  element.addEventListener("change", () => filter(results));
  element.addEventListener("submit", (event) => event.preventDefault());
  element.addEventListener("click", ({ target }) => press(results, target.closest("button")));
  for (const name of ["input", "click"]) document.addEventListener(name, ({ target }) => heedThreshold(results, target));
}

// Another threshold than the model's counts at once, in what is saved too.
function heedThreshold(results, target) {
  if (!results.facts || !target.closest("#threshold")) return;
  results.facts.threshold = thresholdOf({ threshold: results.facts.own });
  filter(results);
}

function open(results) {
  results.facts = factsOf(results.element);
  if (!results.facts) return;
  results.facts.own = results.facts.threshold;
  results.facts.threshold = thresholdOf({ threshold: results.facts.own });
  results.pictures = results.facts.pictures.map((row, at) => pictureOf(row, at, results.facts)).sort(compared);
  layOutFilter(results);
  filter(results);
}

// A row of overview.py, its names given back, and what is asked of it.
function pictureOf([name, width, height, turned, actual, error, rows], at, facts) {
  const faces = rows.map(([left, top, wide, high, score, quality, needed, ...shares]) => {
    const label = shares.indexOf(Math.max(...shares));
    return { left, top, width: wide, height: high, score, quality, needed, shares, label, confidence: shares[label] };
  });
  const largest = faces[0];
  const found = error ? "unreadable" : (largest?.label ?? "none");
  const result = actual === null || !largest ? null : largest.label === actual ? "right" : "wrong";
  return { at, name, width, height, turned, actual, error, faces, largest, found, result, thumbnail: facts.thumbnails[at] };
}

// What went wrong comes first, the surest mistakes before others, and all else in the order of the names.
function compared(one, other) {
  const rank = ({ result, error, largest }) => (result === "wrong" ? 0 : error ? 1 : largest ? 3 : 2);
  const sure = ({ result, largest }) => (result === "wrong" ? largest.confidence : 0);
  return rank(one) - rank(other) || sure(other) - sure(one) || one.at - other.at;
}

function layOutFilter(results) {
  const { element, facts, pictures } = results;
  const { words } = facts;
  const isLabelled = pictures.some(({ result }) => result);
  const emotions = facts.emotions.map((word, at) => [at, word]);
  const choices = {
    actual: isLabelled && [words.actual, emotions],
    found: [words.found, [...emotions, ["none", words.noFace], ["unreadable", words.unreadable]]],
    certainty: [words.certainty, [["certain", words.certain], ["uncertain", words.uncertain]]],
    result: isLabelled && [words.result, [["wrong", words.wrong], ["right", words.right]]],
  };
  const selects = Object.entries(choices).filter(([, choice]) => choice);
  partOf(element, "filter").replaceChildren(...selects.map(([name, [title, options]]) => selectOf(name, title, options, results)));
}

function selectOf(name, title, options, { facts, pictures }) {
  const counted = options.flatMap(([value, word]) => {
    if (name === "certainty") return [made("option", { value }, word)]; // their counts change with the threshold
    const count = pictures.filter((picture) => picture[name] === value).length;
    return count ? [made("option", { value }, `${word} (${number(count, facts)})`)] : [];
  });
  const all = made("option", { value: "" }, facts.words.all);
  return made("label", {}, made("span", {}, title), made("select", { name }, all, ...counted));
}

function filter(results) {
  const { element, facts, pictures } = results;
  if (!facts) return;
  const wanted = [...partOf(element, "filter").elements].filter(({ value }) => value);
  const isWanted = (picture) => wanted.every(({ name, value }) => String(valueOf(picture, name, facts)) === value);
  results.shown = pictures.filter(isWanted);
  Object.assign(results, { rows: STEP, thumbnails: THUMBNAILS });
  partOf(element, "all").hidden = !wanted.length;
  tellCell(results);
  draw(results);
}

function valueOf(picture, name, facts) {
  if (name !== "certainty") return picture[name];
  return picture.largest && (isUncertain(picture.largest, facts) ? "uncertain" : "certain");
}

function draw(results) {
  const { element, facts, pictures, shown } = results;
  const total = number(pictures.length, facts);
  partOf(element, "shown").textContent = fill(facts.words.shown, { count: number(shown.length, facts), total });
  const small = shown.filter(({ thumbnail }) => thumbnail);
  drawPart(results, "thumbnails", small, thumbnailOf);
  drawPart(results, "rows", shown, rowOf);
}

// The first of some pictures, and a button for more where there are.
function drawPart(results, name, some, make) {
  const { element, facts } = results;
  const most = results[name];
  partOf(element, name).replaceChildren(...some.slice(0, most).map((picture) => make(picture, facts)));
  const more = element.querySelector(`[data-more=${name}]`);
  more.hidden = some.length <= most;
  more.textContent = fill(facts.words.more, { shown: number(most, facts), total: number(some.length, facts) });
}

function rowOf(picture, facts) {
  const { words, emotions } = facts;
  const isLabelled = Boolean(facts.figures);
  const mark = picture.result && made("strong", { className: `fer-${picture.result}-mark` }, picture.result === "wrong" ? words.wrongMark : words.rightMark);
  return made(
    "tr",
    { className: picture.result === "wrong" ? "fer-mistake" : "" },
    Object.assign(made("th", { scope: "row", dir: "auto" }, picture.name)),
    isLabelled ? made("td", {}, picture.actual === null ? "" : emotions[picture.actual]) : null,
    made("td", {}, largestOf(picture, facts), mark),
    made("td", {}, picture.error ? "" : String(picture.faces.length)),
  );
}

function thumbnailOf(picture, facts) {
  const { emotions, words } = facts;
  const { largest, actual, result } = picture;
  const emoji = largest && made("span", { className: "fer-emoji", ariaHidden: "true" });
  if (emoji && isUncertain(largest, facts)) Object.assign(emoji, { className: "fer-emoji fer-unsure", textContent: "?" });
  else if (emoji) emoji.style.backgroundImage = `var(--emoji-${largest.label})`;
  return made(
    "li",
    { className: result === "wrong" ? "fer-mistake" : "" },
    made("img", { src: picture.thumbnail, alt: picture.name }),
    made("span", {}, emoji ?? null, made("span", {}, largestOf(picture, facts))),
    result === "wrong" ? made("strong", { className: "fer-wrong-mark" }, fill(words.instead, { emotion: emotions[actual] })) : null,
  );
}

function largestOf({ error, largest }, facts) {
  const { emotions, words } = facts;
  if (error) return error[1];
  if (!largest) return words.noFace;
  const sentence = isUncertain(largest, facts) ? words.isUncertain : words.isCertain;
  return fill(sentence, { emotion: emotions[largest.label], percent: percent(largest.confidence) });
}

// As fer_system/card/words.py writes it, never rounded to a certainty that it doesn't have.
function percent(share) {
  if (share > 0 && share < 0.005) return "<1\u00a0%";
  if (share >= 0.995 && share < 1) return ">99\u00a0%";
  return `${Math.round(100 * share)}\u00a0%`;
}

function press(results, button) {
  if (!button || !results.facts) return;
  const { element, facts } = results;
  const { part, more, save: kind, actual, predicted } = button.dataset;
  if (more) showMore(results, more);
  if (part === "all") {
    partOf(element, "filter").reset();
    filter(results);
    partOf(element, "filter").elements[0].focus();
  }
  if (kind) save(kind === "csv" ? asCsv(results) : asJson(results), nameOf(facts, chosen.name, kind));
  if (actual !== undefined) chooseCell(results, button, actual, predicted);
}

function showMore(results, name) {
  const first = results[name];
  results[name] += name === "rows" ? STEP : THUMBNAILS;
  draw(results);
  const next = partOf(results.element, name).children[first];
  next.tabIndex = -1; // reading goes on where the new ones begin
  next.focus();
}

// A cell of the confusion matrix, or, pressed once more, all.
function chooseCell(results, button, actual, predicted) {
  const isPressed = button.ariaPressed === "true";
  const form = partOf(results.element, "filter");
  form.reset();
  if (!isPressed) Object.assign(form.elements.actual, { value: actual });
  if (!isPressed) Object.assign(form.elements.found, { value: predicted });
  filter(results);
}

function tellCell({ element }) {
  const { actual, found, certainty, result } = partOf(element, "filter").elements;
  for (const cell of element.querySelectorAll("[data-actual]")) {
    const isChosen = cell.dataset.actual === actual.value && cell.dataset.predicted === found.value;
    cell.ariaPressed = String(isChosen && !certainty.value && !result.value);
  }
}
