// The timeline: the probabilities of the face with the bars over the last minute, and what they were at a moment
// that is pointed at, or chosen by the arrow keys.

import { isLive } from "./camera.js";
import { partOf } from "./controls.js";

export const TIMELINE_SECONDS = 60;
const LONGEST_GAP = 1; // seconds without an answer that the timeline bridges
const AXIS = [60, 45, 30, 15, 0]; // seconds ago
const LEAST_TOLD = 0.05; // probability from which on a class is told
const STEPS = { ArrowLeft: 1, ArrowRight: -1, ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: 60, End: -60 }; // seconds
const CURSOR = "rgb(100 116 139)";

export function bindTimeline(webcam) {
  const { element, texts } = webcam;
  const canvas = partOf(element, "timeline");
  partOf(element, "axis").replaceChildren(
    ...AXIS.map((ago) => Object.assign(document.createElement("span"), { textContent: ago ? `-${ago} s` : texts.now })),
  );
  tellEmotion(webcam);
  const choose = (ago) => {
    webcam.momentAgo = ago === null ? null : Math.max(0, Math.min(TIMELINE_SECONDS, ago));
    drawTimeline(webcam);
  };
  canvas.addEventListener("pointermove", ({ offsetX }) => choose(TIMELINE_SECONDS * (1 - offsetX / canvas.clientWidth)));
  canvas.addEventListener("pointerleave", () => choose(null));
  canvas.addEventListener("blur", () => choose(null));
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return choose(null);
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    choose((webcam.momentAgo ?? 0) + STEPS[event.key]);
  });
}

export function drawTimeline(webcam) {
  const { colours, element, momentAgo, record: { moments } } = webcam;
  if (!moments.length || !(isLive(webcam) || momentAgo !== null)) return;
  const canvas = partOf(element, "timeline");
  const [width, height] = [canvas.clientWidth * devicePixelRatio, canvas.clientHeight * devicePixelRatio];
  Object.assign(canvas, { width, height });
  const brush = canvas.getContext("2d");
  const now = moments.at(-1).time;
  const x = (time) => width * (1 - (now - time) / TIMELINE_SECONDS);
  moments.forEach(({ time, shares }, place) => {
    const until = moments[place + 1]?.time ?? time;
    if (!shares || until - time > LONGEST_GAP) return;
    let y = height;
    shares.forEach((share, at) => {
      brush.fillStyle = colours[at];
      brush.fillRect(x(time), y - share * height, x(until) - x(time) + 1, share * height + 0.5);
      y -= share * height;
    });
  });
  if (momentAgo !== null) {
    brush.fillStyle = CURSOR;
    brush.fillRect(x(now - momentAgo) - devicePixelRatio, 0, 2 * devicePixelRatio, height);
  }
  tellMoment(webcam, now);
}

function tellMoment({ element, momentAgo, record: { moments }, texts }, now) {
  const told = partOf(element, "moment");
  if (momentAgo === null) return void (told.textContent = "");
  const time = now - momentAgo;
  const moment = moments.findLast((each) => each.time <= time + 0.001);
  const shares = moment && time - moment.time <= LONGEST_GAP ? moment.shares : null;
  const words = shares
    ?.map((share, at) => [share, texts.emotions[at]])
    .filter(([share]) => share >= LEAST_TOLD)
    .sort(([a], [b]) => b - a)
    .map(([share, emotion]) => `${emotion} ${Math.round(100 * share)} %`);
  told.textContent = `${texts.ago.replace("{seconds}", Math.round(momentAgo))}: ${words?.join(", ") ?? texts.nobody}`;
  const canvas = partOf(element, "timeline");
  canvas.ariaValueNow = String(-Math.round(momentAgo));
  canvas.ariaValueText = told.textContent;
}

// For screen readers, which cannot see the timeline.
export function tellEmotion({ classes, element, faces, texts }) {
  const seen = faces.filter((face) => !face.unseen && face.shown);
  const emotions = seen.map((face) => texts.emotions[classes.indexOf(face.shown)]);
  partOf(element, "timeline").ariaLabel = [texts.timeline, ...emotions].join(": ");
}
