// The record of what was seen: timeline, table and snapshot.

import { isLive } from "./camera.js";
import { isOn, partOf, thresholdOf } from "./controls.js";
import { drawOn } from "./overlay.js";

const TIMELINE_SECONDS = 60;
const TIMELINE_STEP = 0.1; // seconds, about a pixel
const LONGEST_GAP = 1; // seconds without an answer that the timeline bridges
// The columns of fer_system/records.py, before and after those of the classes.
const COLUMNS = ["source", "time", "face", "left", "top", "width", "height", "label", "confidence", "uncertain", "score", "quality"];
const LAST_COLUMN = "error";
const FORMULA = /^[=+\-@\t\r]/; // a spreadsheet runs a cell that begins so

// Keeps the faces of the picture that was taken at `taken`, in ms of performance.now().
export function record(webcam, taken) {
  const { classes, faces, record: kept } = webcam;
  const seen = faces.filter((face) => !face.unseen);
  for (const face of seen) kept.rows.push(rowOf(webcam, face, taken));
  const largest = seen.reduce((a, b) => (b.width > (a?.width ?? 0) ? b : a), null);
  const time = taken / 1000;
  if (kept.moments.length && time - kept.moments.at(-1).time < TIMELINE_STEP) return;
  kept.moments.push({ time, shares: largest && classes.map((name) => largest.probabilities[name]) });
  while (kept.moments[0].time < time - TIMELINE_SECONDS) kept.moments.shift();
}

// Its box in whole pixels of the camera's own picture, its time as that of the day.
function rowOf({ classes, sentWidth, video }, face, taken) {
  const rounded = (share) => Number(share.toFixed(4));
  const scale = video.videoWidth / sentWidth;
  const box = [face.left, face.top, face.width, face.height].map((side) => Math.round(scale * side));
  return [
    face.source,
    new Date(performance.timeOrigin + taken).toISOString(),
    face.face,
    ...box,
    face.label,
    rounded(face.confidence),
    Number(face.uncertain),
    face.score ?? "",
    face.quality.join(" "),
    ...classes.map((name) => rounded(face.probabilities[name])),
    "",
  ];
}

// As fer_system/records.py writes it.
export function csv({ classes, record: { rows } }) {
  const harmless = (cell) => (typeof cell === "string" && FORMULA.test(cell) ? `'${cell}` : String(cell));
  const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const header = [...COLUMNS, ...classes, LAST_COLUMN];
  const lines = [header, ...rows].map((row) => row.map((cell) => quoted(harmless(cell))).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

export function drawTimeline(webcam) {
  const { colours, element, record: { moments } } = webcam;
  if (!isLive(webcam) || !moments.length) return;
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
}

// For screen readers, which cannot see the timeline.
export function tellEmotion({ classes, element, faces, texts }) {
  const seen = faces.filter((face) => !face.unseen && face.shown);
  const emotions = seen.map((face) => texts.emotions[classes.indexOf(face.shown)]);
  partOf(element, "timeline").ariaLabel = [texts.timeline, ...emotions].join(": ");
}

export function saveTable(webcam) {
  const model = webcam.model.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_");
  const name = `${model}-threshold-${Number(thresholdOf(webcam).toFixed(2))}`;
  save(new Blob([csv(webcam)], { type: "text/csv" }), `${name}.csv`);
}

export function saveSnapshot(webcam) {
  const { element, video } = webcam;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const brush = canvas.getContext("2d");
  brush.save();
  if (isOn(webcam, "mirror")) brush.setTransform(-1, 0, 0, 1, canvas.width, 0);
  brush.drawImage(video, 0, 0);
  brush.restore();
  drawOn(webcam, brush, canvas.width / partOf(element, "overlay").clientWidth);
  canvas.toBlob((blob) => save(blob, "picture.png"), "image/png");
}

// As a file whose name begins with the moment.
function save(blob, name) {
  const moment = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(blob),
    download: `webcam-${moment}-${name}`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
