// Asking who recognises: about the newest picture as soon as there is room, and no other.

import { isLive } from "./camera.js";
import { partOf, said, say } from "./controls.js";
import { smallGrey } from "./grey.js";
import { draw } from "./overlay.js";
import { record } from "./record.js";
import { thresholdOf } from "./threshold.js";

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
    Object.assign(link, { isFresh: true, look: null });
    ask(webcam);
    if (performance.now() >= link.nextLook) await follow(webcam);
  } finally {
    video.requestVideoFrameCallback(() => eachFrame(webcam));
  }
}

// A camera that has just begun has none, though it says so.
function hasPicture(webcam) {
  return isLive(webcam) && webcam.video.readyState >= webcam.video.HAVE_CURRENT_DATA;
}

// The picture of `smallGrey` that the camera shows, the same for all who ask at once; null where it is gone.
function lookAt({ link, video }) {
  const now = performance.now();
  if (!link.look || now - link.look.time > SAME_PICTURE) link.look = { time: now, picture: orGone(smallGrey(video, now)) };
  return link.look.picture;
}

// What is made of the camera's picture, or null where that was gone before.
function orGone(promise) {
  return promise.catch((error) => {
    if (error.name !== "InvalidStateError") throw error;
    return null;
  });
}

async function follow(webcam) {
  const { follower, link } = webcam;
  const began = performance.now();
  const picture = await lookAt(webcam);
  if (picture) follower.show(picture);
  draw(webcam);
  link.nextLook = began + (performance.now() - began) / FOLLOWING_SHARE;
}

async function ask(webcam) {
  const { follower, link, recognizer, video } = webcam;
  if (!recognizer || !link.isFresh || !hasPicture(webcam) || link.wait || link.underWay >= recognizer.room) return;
  link.isFresh = false;
  link.underWay += 1;
  const width = Math.min(LOOKED_AT, video.videoWidth);
  const height = Math.round((width / video.videoWidth) * video.videoHeight);
  let [faces, picture] = [null, null];
  try {
    const taken = orGone(createImageBitmap(video)); // begun first: it is waited for first
    const look = lookAt(webcam);
    const known = async () => {
      const shown = await look;
      if (shown) follower.show(shown);
      return shown && width === webcam.sentWidth ? follower.moved(webcam.faces, width) : null;
    };
    const frame = await taken;
    if (frame) faces = await recognizer.recognise(frame, width, height, known, () => isLive(webcam));
    picture = await look;
  } catch (error) {
    if (isLive(webcam)) retryLater(webcam, recognizer.troubleOf(error));
  }
  link.underWay -= 1;
  ask(webcam); // so that the next picture is encoded while this answer is drawn
  if (!faces || !picture) return;
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
