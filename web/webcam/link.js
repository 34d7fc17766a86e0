// Asking the server: the newest picture as soon as there is room, and no other.

import { isLive } from "./camera.js";
import { partOf, said, say, thresholdOf } from "./controls.js";
import { smallGrey } from "./grey.js";
import { draw } from "./overlay.js";
import { record } from "./record.js";

const SENT_WIDTH = 448; // pixels; a narrower picture would cost the detector small faces
const SHORT_LINK = 40; // ms on the way; up to here one picture at a time fills the link
const LINK_STEP = 160; // ms on the way beyond that, for each of which, begun, one more may be under way
const MOST_UNDER_WAY = 4; // what the server takes
const LINK_ANSWERS = 10; // whose fastest tells the link: busy processors delay most, but not all
const SPEED_SECONDS = 2;
const FOLLOWING_SHARE = 0.25; // of the time, at most, for looking where the faces are: a busy computer skips pictures
const SAME_PICTURE = 12; // ms for which a picture is the camera's newest for sure, if it takes 60 a second
const FIRST_WAIT = 500; // ms until the next attempt when the server is gone; doubles
const LONGEST_WAIT = 4000;
const LONGEST_ANSWER = 10_000; // ms until a server that says nothing counts as gone
const TROUBLES = { 401: "login", 503: "full" };

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
  const { link, video } = webcam;
  if (!link.isFresh || !hasPicture(webcam) || link.wait || link.underWay >= roomOf(link)) return;
  link.isFresh = false;
  link.underWay += 1;
  const taken = performance.now();
  const isNewest = taken - link.newest.time < SAME_PICTURE;
  const [frame, picture] = await Promise.all([createImageBitmap(video), isNewest ? link.newest : smallGrey(video, taken)]);
  let answer;
  try {
    answer = await send(webcam, await photograph(webcam, frame));
  } catch (error) {
    if (isLive(webcam)) retryLater(webcam, error);
  }
  link.underWay -= 1;
  ask(webcam); // so that the next picture is encoded while this answer is drawn
  if (!answer) return;
  if (said(webcam).kind === "trouble") say(webcam, "");
  if (picture.time > link.shownAt && isLive(webcam)) receive(webcam, answer, picture); // no later one was faster
}

// How many pictures the link and the server keep busy at once.
function roomOf({ onTheWay }) {
  const beyond = Math.max(0, Math.min(...onTheWay) - SHORT_LINK);
  return Math.min(MOST_UNDER_WAY, 1 + Math.ceil(beyond / LINK_STEP));
}

async function photograph({ link, video }, frame) {
  const width = Math.min(SENT_WIDTH, video.videoWidth);
  const height = Math.round((width / video.videoWidth) * video.videoHeight);
  const { port1, port2: port } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    link.photographer.postMessage({ frame, width, height, port }, [frame, port]);
  });
}

async function send({ link }, blob) {
  const sent = performance.now();
  const response = await fetch(`${link.address}?session=${link.session}`, {
    method: "POST",
    headers: { "Content-Type": "image/jpeg" },
    body: blob,
    signal: AbortSignal.timeout(LONGEST_ANSWER),
  });
  if (!response.ok) throw response.status;
  const answer = await response.json();
  link.onTheWay = [...link.onTheWay, performance.now() - sent - answer.milliseconds].slice(-LINK_ANSWERS);
  return answer;
}

function retryLater(webcam, error) {
  const { link } = webcam;
  say(webcam, TROUBLES[error] ?? "gone", "trouble");
  webcam.faces = [];
  draw(webcam);
  if (link.wait) return; // another picture's failure is waiting already
  link.wait = link.lastWait = Math.min(LONGEST_WAIT, 2 * link.lastWait || FIRST_WAIT);
  setTimeout(() => {
    link.wait = 0;
    ask(webcam);
  }, link.wait);
}

function receive(webcam, answer, picture) {
  const { element, follower, link, tracker } = webcam;
  const [now, taken] = [performance.now(), picture.time];
  link.lastWait = 0;
  link.shownAt = taken;
  webcam.sentWidth = answer.width;
  webcam.faces = tracker.update(answer.faces, taken / 1000, thresholdOf(webcam));
  follower.learn(webcam.faces, picture, answer.width);
  draw(webcam);
  link.answers.push({ time: now, latency: now - taken });
  record(webcam, taken);
  if (said(webcam).kind !== "trouble") say(webcam, webcam.faces.length ? "" : "noFace");
  element.dispatchEvent(new CustomEvent("answer", { detail: { taken, now } })); // for `make bench-live`
}

export function tellSpeed({ element, link, texts }) {
  link.answers = link.answers.filter(({ time }) => performance.now() - time < 1000 * SPEED_SECONDS);
  const { length } = link.answers;
  const latencies = link.answers.map(({ latency }) => latency).sort((a, b) => a - b);
  partOf(element, "speed").textContent = length
    ? texts.speed.replace("{rate}", Math.round(length / SPEED_SECONDS)).replace("{latency}", Math.round(latencies[length >> 1]))
    : "";
}
