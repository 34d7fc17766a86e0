// Asking who recognises: about the newest picture as soon as there is room, and no other.

import { isLive } from "./camera.js";
import { partOf, said, say, thresholdOf } from "./controls.js";
import { smallGrey } from "./grey.js";
import { draw } from "./overlay.js";
import { record } from "./record.js";

const LOOKED_AT = 448; // pixels, the width in which faces are looked for; less would cost small ones
const SPEED_SECONDS = 2; // of answers, that the speed is told by
const FOLLOWING_SHARE = 0.25; // of the time, at most, for looking where the faces are: a busy computer skips pictures
const SAME_PICTURE = 12; // ms for which a picture is the camera's newest for sure, if it takes 60 a second
const FIRST_WAIT = 500; // ms until the next attempt when there was no answer; doubles
const LONGEST_WAIT = 4000;

// The camera shows another picture. What goes wrong with one is no reason to miss the next.
export async function eachFrame(webcam) {
  const { link, video } = webcam;
  try {
    if (!hasPicture(webcam)) return;
    link.isFresh = true;
    if (performance.now() >= link.nextLook) await follow(webcam);
    ask(webcam);
  } finally {
    video.requestVideoFrameCallback(() => eachFrame(webcam));
  }
}

// A camera that has just begun has none, though it says so.
function hasPicture(webcam) {
  return isLive(webcam) && webcam.video.readyState >= webcam.video.HAVE_CURRENT_DATA;
}

async function follow(webcam) {
  const { follower, link, video } = webcam;
  const began = performance.now();
  link.newest = await smallGrey(video, began);
  follower.show(link.newest);
  draw(webcam);
  link.nextLook = began + (performance.now() - began) / FOLLOWING_SHARE;
}

async function ask(webcam) {
  const { follower, link, recognizer, video } = webcam;
  if (!recognizer || !link.isFresh || !hasPicture(webcam) || link.wait || link.underWay >= recognizer.room) return;
  link.isFresh = false;
  link.underWay += 1;
  const taken = performance.now();
  const isNewest = taken - link.newest.time < SAME_PICTURE;
  const width = Math.min(LOOKED_AT, video.videoWidth);
  const height = Math.round((width / video.videoWidth) * video.videoHeight);
  let [faces, picture] = [null, null];
  try {
    const frame = createImageBitmap(video);
    picture = isNewest ? link.newest : await smallGrey(video, taken);
    follower.show(picture);
    const known = width === webcam.sentWidth ? follower.moved(webcam.faces, width) : null;
    faces = await recognizer.recognise(await frame, width, height, known);
  } catch (error) {
    if (isLive(webcam)) retryLater(webcam, recognizer.troubleOf(error));
  }
  link.underWay -= 1;
  ask(webcam); // so that the next picture is encoded while this answer is drawn
  if (!faces) return;
  if (said(webcam).kind === "trouble") say(webcam, "");
  if (picture.time > link.shownAt && isLive(webcam)) receive(webcam, faces, width, picture); // no later one was faster
}

function retryLater(webcam, trouble) {
  const { link } = webcam;
  say(webcam, trouble, "trouble");
  webcam.faces = [];
  draw(webcam);
  if (link.wait) return; // another picture's failure is waiting already
  link.wait = link.lastWait = Math.min(LONGEST_WAIT, 2 * link.lastWait || FIRST_WAIT);
  setTimeout(() => {
    link.wait = 0;
    ask(webcam);
  }, link.wait);
}

// `faces` are records in pixels of a picture of that width.
function receive(webcam, faces, width, picture) {
  const { element, follower, link, neutral, tracker } = webcam;
  const [now, taken] = [performance.now(), picture.time];
  link.lastWait = 0;
  link.shownAt = taken;
  webcam.sentWidth = width;
  webcam.faces = tracker.update(neutral.apply(faces, now), taken / 1000, thresholdOf(webcam));
  follower.learn(webcam.faces, picture, width);
  draw(webcam);
  link.answers.push({ time: now, latency: now - taken });
  record(webcam, taken);
  if (said(webcam).kind !== "trouble") say(webcam, webcam.faces.length ? "" : "noFace");
  const main = webcam.faces.find(({ face }) => face === webcam.mainFace);
  element.dispatchEvent(new CustomEvent("answer", { detail: { taken, now, shown: main?.shown } })); // for `make bench-live`
}

export function tellSpeed({ element, link, texts }) {
  link.answers = link.answers.filter(({ time }) => performance.now() - time < 1000 * SPEED_SECONDS);
  const { length } = link.answers;
  partOf(element, "speed").textContent = length
    ? texts.speed.replace("{rate}", Math.round(length / SPEED_SECONDS)).replace("{latency}", Math.round(usualLatency(link)))
    : "";
}

// How many ms after its picture an answer of the last seconds came, by the median; NaN without one.
export function usualLatency({ answers }) {
  const latencies = answers.map(({ latency }) => latency).sort((a, b) => a - b);
  return latencies[latencies.length >> 1] ?? NaN;
}
