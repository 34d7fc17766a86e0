// The record of what was seen: table, snapshot and video, and the moments of the timeline.

import { isOn, partOf } from "./controls.js";
import { thresholdOf } from "./threshold.js";
import { drawOn } from "./overlay.js";
import { save } from "./save.js";
import { csvOf, written } from "./table.js";
import { TIMELINE_SECONDS } from "./timeline.js";

const TIMELINE_STEP = 0.1; // seconds, about a pixel
const FILM_TYPES = [["video/mp4;codecs=avc1", "mp4"], ["video/webm;codecs=vp9", "webm"], ["video/webm", "webm"], ["video/mp4", "mp4"]];
const FILM_PART = 1000; // ms, after which the browser hands over what it has
const LONGEST_FILM = 600; // seconds; it is kept in memory

// Keeps the faces of the picture that was taken at `taken`, in ms of performance.now().
export function record(webcam, taken) {
  const { classes, faces, record: kept } = webcam;
  const seen = faces.filter((face) => !face.unseen);
  for (const face of seen) kept.rows.push(rowOf(webcam, face, taken));
  const main = seen.find(({ face }) => face === webcam.mainFace);
  const time = taken / 1000;
  if (kept.moments.length && time - kept.moments.at(-1).time < TIMELINE_STEP) return;
  kept.moments.push({ time, shares: main ? classes.map((name) => main.probabilities[name]) : null });
  while (kept.moments[0].time < time - TIMELINE_SECONDS) kept.moments.shift();
}

// Its box in whole pixels of the camera's own picture, its time as that of the day.
function rowOf({ classes, sentWidth, video }, face, taken) {
  const scale = video.videoWidth / sentWidth;
  const box = [face.left, face.top, face.width, face.height].map((side) => Math.round(scale * side));
  return [
    face.source,
    new Date(performance.timeOrigin + taken).toISOString(),
    face.face,
    ...box,
    face.label,
    written(face.confidence),
    Number(face.uncertain),
    typeof face.score === "number" ? written(face.score) : "",
    face.quality.join(" "),
    ...classes.map((name) => written(face.probabilities[name])),
    "",
  ];
}

export function csv({ classes, record: { rows } }) {
  return csvOf(classes, rows);
}

export function saveTable(webcam) {
  const model = webcam.model.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_");
  const name = `${model}-threshold-${Number(thresholdOf(webcam).toFixed(4))}`;
  saveNow(new Blob([csv(webcam)], { type: "text/csv" }), `${name}.csv`);
}

export function saveSnapshot(webcam) {
  const canvas = document.createElement("canvas");
  paint(webcam, canvas);
  canvas.toBlob((blob) => saveNow(blob, "picture.png"), "image/png");
}

// Starts a video of what the stage shows, or ends it and saves it.
export function film(webcam) {
  if (webcam.film) return webcam.film.stop();
  const canvas = document.createElement("canvas");
  paint(webcam, canvas);
  const [type, ending] = FILM_TYPES.find(([each]) => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: type });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onstop = () => {
    webcam.film = null;
    tellFilm(webcam);
    saveNow(new Blob(parts, { type }), `video.${ending}`);
  };
  recorder.start(FILM_PART);
  webcam.film = recorder;
  const began = performance.now();
  const goOn = () => {
    if (recorder.state === "inactive") return;
    const seconds = (performance.now() - began) / 1000;
    if (!webcam.video.srcObject || seconds > LONGEST_FILM) return recorder.stop();
    paint(webcam, canvas);
    tellFilm(webcam, seconds);
    requestAnimationFrame(goOn);
  };
  goOn();
}

function tellFilm({ element, film: isOnFilm, texts }, seconds) {
  const button = partOf(element, "film");
  button.ariaPressed = String(Boolean(isOnFilm));
  const words = isOnFilm ? texts.filmEnd.replace("{seconds}", Math.floor(seconds)) : texts.film;
  if (button.textContent !== words) button.textContent = words;
}

// What the stage shows, in the camera's own size.
function paint(webcam, canvas) {
  const { element, video } = webcam;
  const [width, height] = [video.videoWidth, video.videoHeight];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const brush = canvas.getContext("2d");
  brush.save();
  if (isOn(webcam, "mirror")) brush.setTransform(-1, 0, 0, 1, width, 0);
  brush.drawImage(video, 0, 0);
  brush.restore();
  drawOn(webcam, brush, width / partOf(element, "overlay").clientWidth);
}

// As a file whose name begins with the moment.
function saveNow(blob, name) {
  const moment = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  save(blob, `webcam-${moment}-${name}`);
}
