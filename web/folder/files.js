// What was found, as the files that fer_system/records.py writes, and what they are called.

import { COLUMNS, csvOf, rounded, written } from "../webcam/table.js";

const SHARES = ["confidence", "score"];

export function asCsv({ facts, pictures }) {
  const rows = ordered(pictures).flatMap((picture) => {
    const faces = facesOf(picture, facts);
    return faces.length ? faces.map(rowOf) : [emptyRow(picture, facts)];
  });
  return new Blob([csvOf(facts.classes, rows)], { type: "text/csv" });
}

function rowOf(face) {
  const known = { ...face, time: "", uncertain: Number(face.uncertain), quality: face.quality.join(" ") };
  for (const name of SHARES) known[name] = face[name] === null ? "" : written(face[name]);
  return [...COLUMNS.map((column) => known[column]), ...Object.values(face.probabilities).map(written), ""];
}

function emptyRow({ name, error }, { classes }) {
  return [name, ...Array(COLUMNS.length - 1 + classes.length).fill(""), error?.[0] ?? ""];
}

export function asJson({ facts, pictures }) {
  const { model, threshold, figures, left_aside } = facts;
  const described = ordered(pictures).map((picture) => ({
    source: picture.name,
    width: picture.width,
    height: picture.height,
    turned: picture.turned,
    faces: facesOf(picture, facts),
    error: picture.error?.[0] ?? null,
  }));
  const whole = { model, threshold: rounded(threshold), pictures: described, figures, left_aside };
  return new Blob([JSON.stringify(whole, null, 2), "\n"], { type: "application/json" });
}

// Folder and day, model and threshold.
export function nameOf({ model, threshold }, folder, kind) {
  const today = new Date();
  const day = [today.getFullYear(), today.getMonth() + 1, today.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  const plain = [folder, model].map((name) => name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_").slice(0, 80));
  return `${["faces", plain[0], day, plain[1], "threshold", rounded(threshold)].filter((part) => part !== "").join("-")}.${kind}`;
}

// A face that is turned needs more than the model's `own` threshold, and then more than the visitor's by as much:
// as Recognizer does it.
export function isUncertain({ confidence, needed }, { threshold, own }) {
  if (threshold <= own) return confidence < (own ? (threshold / own) * needed : 0);
  return confidence < needed + ((threshold - own) / (1 - own)) * (1 - needed);
}

function ordered(pictures) {
  return [...pictures].sort((one, other) => one.at - other.at);
}

// The records of a picture's faces, the largest first.
function facesOf({ name, faces }, facts) {
  const { classes } = facts;
  return faces.map((face, at) => ({
    source: name,
    time: null,
    face: at + 1,
    left: face.left,
    top: face.top,
    width: face.width,
    height: face.height,
    label: classes[face.label],
    confidence: rounded(face.confidence),
    uncertain: isUncertain(face, facts),
    score: face.score === null ? null : rounded(face.score),
    quality: face.quality ? face.quality.split(" ") : [],
    probabilities: Object.fromEntries(face.shares.map((share, place) => [classes[place], rounded(share)])),
  }));
}
