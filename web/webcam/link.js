// Asking the server: the newest picture as soon as there is room, and no other.

import { isLive } from "./camera.js";
import { partOf, said, say, thresholdOf } from "./controls.js";
import { draw } from "./overlay.js";
import { record } from "./record.js";

const SENT_WIDTH = 448; // pixels; a narrower picture would cost the detector small faces
const SLOW_LINK = 40; // ms on the way; from here on a second picture may be under way
const LINK_ANSWERS = 10; // whose fastest tells the link: busy processors delay most, but not all
const SPEED_SECONDS = 2;
const FIRST_WAIT = 500; // ms until the next attempt when the server is gone; doubles
const LONGEST_WAIT = 4000;
const LONGEST_ANSWER = 10_000; // ms until a server that says nothing counts as gone
const TROUBLES = { 401: "login", 503: "full" };

export function eachFrame(webcam) {
  webcam.link.isFresh = true;
  ask(webcam);
  webcam.video.requestVideoFrameCallback(() => eachFrame(webcam));
}

async function ask(webcam) {
  const { link, video } = webcam;
  const allowed = Math.min(...link.onTheWay) > SLOW_LINK ? 2 : 1;
  if (!link.isFresh || !isLive(webcam) || link.wait || link.underWay >= allowed) return;
  if (video.readyState < video.HAVE_CURRENT_DATA) return; // of a camera that has just begun
  link.isFresh = false;
  link.underWay += 1;
  const taken = performance.now();
  let answer;
  try {
    answer = await send(webcam, await photograph(webcam), taken);
  } catch (error) {
    if (isLive(webcam)) retryLater(webcam, error);
  }
  link.underWay -= 1;
  ask(webcam); // so that the next picture is encoded while this answer is drawn
  if (!answer) return;
  if (said(webcam).kind === "trouble") say(webcam, "");
  if (answer.faces && taken > link.shownAt && isLive(webcam)) receive(webcam, answer, taken);
}

async function photograph({ link, video }) {
  const width = Math.min(SENT_WIDTH, video.videoWidth);
  const height = Math.round((width / video.videoWidth) * video.videoHeight);
  const frame = await createImageBitmap(video);
  const { port1, port2: port } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    link.photographer.postMessage({ frame, width, height, port }, [frame, port]);
  });
}

async function send(webcam, blob, taken) {
  const { link } = webcam;
  const query = new URLSearchParams({
    session: link.session,
    time: (taken / 1000).toFixed(4),
    threshold: thresholdOf(webcam).toFixed(2),
  });
  const sent = performance.now();
  const response = await fetch(`${link.address}?${query}`, {
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

function receive(webcam, answer, taken) {
  const { element, link } = webcam;
  const now = performance.now();
  link.lastWait = 0;
  link.shownAt = taken;
  webcam.sentWidth = answer.width;
  webcam.faces = answer.faces;
  draw(webcam);
  link.answers.push({ time: now, latency: now - taken });
  record(webcam, taken);
  if (said(webcam).kind !== "trouble") say(webcam, answer.faces.length ? "" : "noFace");
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
