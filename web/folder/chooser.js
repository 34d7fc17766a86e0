// Takes pictures, folders and archives, by choosing and by dropping, and hands them to the server: all that is not
// an archive already is packed into some. Gradio calls `begin` with the `element` that chooser.html is in.

import { partOf } from "../webcam/controls.js";
import { archives } from "./pack.js";
import { chosen, factsOf, fill, number } from "./parts.js";
import { Refused, send } from "./send.js";
import { endingOf, entriesOf, kindsOf, ofEntries, ofInput, TooMany } from "./walk.js";

const MEGABYTE = 1_000_000;
const NAMED = 3; // files that could not be read; of others there is a count
const SOON = 3000; // ms of uploading, before which the time left is a wild guess

export function begin(element) {
  const chooser = { element, isBusy: false, work: null, facts: null };
  const panel = element.closest("[role=tabpanel]") ?? element;
  element.addEventListener("click", ({ target }) => {
    const kind = target.closest("[data-choose]")?.dataset.choose;
    if (kind) element.querySelector(`input[name=${kind}]`).click();
  });
  element.addEventListener("change", ({ target }) => takeChosen(chooser, target));
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) panel.addEventListener(name, (event) => drag(chooser, event));
  document.addEventListener("click", ({ target }) => {
    if (target.closest("#folder-stop")) chooser.work?.abort();
  });
  document.addEventListener("folder-end", () => rest(chooser));
  // Whether a browser can choose folders: Safari on telephones of before 2025 cannot.
  if (!("webkitdirectory" in HTMLInputElement.prototype)) element.classList.add("fer-no-folders");
  element.querySelectorAll("input").forEach((input) => takeChosen(chooser, input)); // before this script was there
  element.dataset.ready = "";
}

function takeChosen(chooser, input) {
  const files = [...input.files];
  input.value = ""; // so that the same may be chosen again
  if (files.length) take(chooser, files, (kinds) => ofInput(files, kinds));
}

// Anywhere in the tab; what is dropped elsewhere in it would take the page's place.
function drag(chooser, event) {
  event.preventDefault();
  const isOver = event.type === "dragover" || event.type === "dragenter";
  partOf(chooser.element, "zone").classList.toggle("fer-over", isOver && !chooser.isBusy);
  if (event.type !== "drop" || chooser.isBusy) return;
  const entries = entriesOf(event.dataTransfer);
  const tell = (count) => show(chooser, fill(chooser.facts.words.reading, { count: number(count, chooser.facts) }));
  take(chooser, entries, (kinds) => ofEntries(entries, kinds, tell));
}

// `given` are files and folders, and `find` gives what is in them, after the kinds of files.
async function take(chooser, given, find) {
  if (chooser.isBusy) return;
  chooser.facts = factsOf(chooser.element);
  chooser.work = new AbortController();
  busy(chooser, true);
  say(chooser, "");
  try {
    const { words } = chooser.facts;
    if (!given.length) throw new Told(words.noFile);
    const found = await find(kindsOf(chooser.facts));
    if (!found.length) throw new Told(fill(words.empty, { name: given[0].name }));
    const files = await upload(chooser, found);
    show(chooser, words.waits);
    document.querySelector("#folder-input .html-container > div").dispatchEvent(new CustomEvent("files", { detail: files }));
  } catch (error) {
    rest(chooser);
    say(chooser, sentenceOf(chooser, error));
  }
}

// What went wrong, as a sentence; `Told` and Refused have theirs already.
class Told extends Error {}

function sentenceOf({ facts }, error) {
  const { words } = facts;
  if (error instanceof Told || (error instanceof Refused && error.message)) return error.message;
  if (error instanceof TooMany) return fill(words.tooMany, { limit: number(facts.pictures, facts) });
  if (error.name === "AbortError") return words.stopped;
  return words.broken;
}

async function upload(chooser, found) {
  const { facts } = chooser;
  const { words } = facts;
  const lost = new Set(found.filter(({ isGone }) => isGone).map(({ path }) => path));
  const [zips, loose] = parted(found, facts, lost);
  const name = nameOf(found);
  chosen.name = name;
  const sizes = [...zips, ...loose].map(({ file }) => file?.size ?? 0);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const isThere = zips.length || loose.some(({ path }) => kindsOf(facts).isPicture(path));
  if (!isThere && lost.size) throw new Told(missed(chooser, lost));
  if (!isThere) throw new Told(fill(words.empty, { name: rootOf(found) || found.slice(0, NAMED).map(({ path }) => path).join(", ") }));
  if (total > facts.bytes) throw new Told(fill(words.tooLarge, { size: megabytes(total, facts), limit: megabytes(facts.bytes, facts) }));
  const files = await sendAll(chooser, zips, loose, { total, name, lost });
  if (lost.size) say(chooser, missed(chooser, lost));
  return files;
}

// The archives among what was chosen, and the rest, which is to be packed. What is too large for any archive is lost;
// an archive in a folder is named to the server, which says what to do with it.
function parted(found, { part, words, ...facts }, lost) {
  const zips = found.filter(({ path, file }) => file && !path.includes("/") && endingOf(path) === ".zip");
  const large = zips.find(({ file }) => file.size > part);
  if (large) throw new Told(fill(words.tooLarge, { size: megabytes(large.file.size, facts), limit: megabytes(part, facts) }));
  for (const { path, file } of found) if (file?.size > part) lost.add(path);
  const loose = found.filter((entry) => !zips.includes(entry) && !lost.has(entry.path));
  return [zips, loose.map((entry) => (endingOf(entry.path) === ".zip" ? { ...entry, file: null } : entry))];
}

async function sendAll(chooser, zips, loose, { total, name, lost }) {
  const { facts, work } = chooser;
  const { signal } = work;
  const files = [];
  const began = performance.now();
  let [packed, done] = [0, 0];
  const tell = (loaded) => tellSent(chooser, done + loaded, total, performance.now() - began);
  const passOn = async (file) => {
    files.push(await send(file, { tell, signal }));
    done += file.size;
  };
  for (const { file } of zips) await passOn(file);
  if (!loose.length) return files;
  const pictures = loose.filter(({ file }) => file).length;
  const telling = {
    signal,
    tell: () => {
      const values = { number: number(++packed, facts), total: number(pictures, facts) };
      show(chooser, fill(facts.words.packing, values), packed / pictures);
    },
    miss: (path) => lost.add(path),
  };
  for await (const archive of archives(loose, facts.part * 0.9, `${name || "pictures"}.zip`, telling)) await passOn(archive);
  return files;
}

function tellSent(chooser, sent, total, passed) {
  const { facts } = chooser;
  const { words } = facts;
  const share = Math.min(1, sent / Math.max(1, total));
  let sentence = fill(words.sending, { sent: megabytes(sent, facts), total: megabytes(total, facts) });
  if (passed > SOON && share > 0) {
    const seconds = (passed / share - passed) / 1000;
    const left = seconds < 60 ? fill(words.seconds, { count: Math.ceil(seconds) }) : fill(words.minutes, { count: Math.ceil(seconds / 60) });
    sentence = fill(words.andLeft, { done: sentence, left });
  }
  show(chooser, sentence, share);
}

function megabytes(bytes, facts) {
  return number(Math.ceil(bytes / MEGABYTE), facts);
}

function missed({ facts }, lost) {
  const names = [...lost].slice(0, NAMED).join(", ");
  return fill(facts.words.lost, { count: number(lost.size, facts), names });
}

// The one folder or file that all of it lies in; empty where there is none.
function rootOf(found) {
  const roots = new Set(found.map(({ path }) => path.split("/")[0]));
  return roots.size === 1 ? [...roots][0] : "";
}

// What the results are called: that folder, or that file without its ending.
function nameOf(found) {
  const root = rootOf(found);
  return found.some(({ path }) => path.includes("/")) ? root : root.slice(0, root.length - endingOf(root).length);
}

function busy(chooser, isBusy) {
  const { element } = chooser;
  chooser.isBusy = isBusy;
  const hadFocus = element.contains(document.activeElement) || document.activeElement.id === "folder-stop";
  element.classList.toggle("fer-busy", isBusy);
  if (!hadFocus) return; // what had the focus is hidden now
  const next = isBusy ? document.querySelector("#folder-stop") : element.querySelector("[data-choose]");
  next.focus({ preventScroll: true });
}

// The work is over, or is none yet.
function rest(chooser) {
  if (!chooser.isBusy) return;
  busy(chooser, false);
  partOf(chooser.element, "progress").hidden = true;
}

// How far the upload is; no role="status", which would be spoken at every step.
function show({ element }, words, share) {
  const place = partOf(element, "progress");
  const bar = place.querySelector("progress");
  place.hidden = false;
  if (share === undefined) bar.removeAttribute("value");
  else bar.value = share;
  place.querySelector("span").textContent = words;
}

function say({ element }, words) {
  const place = partOf(element, "said");
  place.textContent = words;
  place.hidden = !words;
}
