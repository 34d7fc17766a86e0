// What was found, as the files that fer_system/records.py writes, and what they are called.

const COLUMNS = ["source", "time", "face", "left", "top", "width", "height", "label", "confidence", "uncertain", "score", "quality"];
const FORMULA = /^[=+\-@\t\r]/; // a spreadsheet runs a cell that begins so
const NEWLINE = "\r\n";

export function asCsv({ facts, pictures }) {
  const { classes } = facts;
  const rows = ordered(pictures).flatMap((picture) => {
    const faces = facesOf(picture, facts);
    if (!faces.length) return [[picture.name, ...Array(COLUMNS.length - 1 + classes.length).fill(""), picture.error?.[0] ?? ""]];
    return faces.map((face) => [
      ...COLUMNS.map((column) => (column === "quality" ? face.quality.join(" ") : face[column])),
      ...Object.values(face.probabilities),
      "",
    ]);
  });
  const lines = [[...COLUMNS, ...classes, "error"], ...rows].map((row) => row.map(cellOf).join(","));
  return new Blob([lines.join(NEWLINE), NEWLINE], { type: "text/csv" });
}

export function asJson({ facts, pictures }) {
  const { model, threshold, figures, left_aside } = facts;
  const described = ordered(pictures).map((picture) => ({
    source: picture.name,
    width: picture.width,
    height: picture.height,
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

export function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function ordered(pictures) {
  return [...pictures].sort((one, other) => one.at - other.at);
}

// The records of a picture's faces, the largest first.
function facesOf({ name, faces }, { classes, threshold }) {
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
    uncertain: face.confidence < threshold,
    score: face.score === null ? null : rounded(face.score),
    quality: face.quality ? face.quality.split(" ") : [],
    probabilities: Object.fromEntries(face.shares.map((share, place) => [classes[place], rounded(share)])),
  }));
}

function cellOf(value) {
  const cell = typeof value === "boolean" ? Number(value) : (value ?? "");
  const harmless = typeof cell === "string" && FORMULA.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function rounded(share) {
  return Number(share.toFixed(4));
}
