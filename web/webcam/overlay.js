// What lies over the video: a box and a plate with the emotion for each face, and bars for one of them.
// Each is a sheet of its own, painted when it is to look otherwise, and moved with every picture.

import { isOn, partOf } from "./controls.js";
import { leastCovering, placesOfBars, placesOfPlate } from "./placement.js";

const UNCERTAIN_COLOUR = "#cbd5e1";
const PLATE_COLOUR = "rgb(15 23 42 / 80%)";
const FONT = "system-ui, sans-serif";
const [LINE, THIN_LINE] = [3, 2]; // pixels, of a box, and of a small one
const CORNER = 8; // pixels, its radius
const PLATES = {
  whole: { height: 34, emoji: 26, indent: 10, font: `600 16px ${FONT}` },
  short: { height: 24, emoji: 18, indent: 6, font: `600 12px ${FONT}` }, // without the word
  tiny: { height: 22, emoji: 18, indent: 3, font: `600 12px ${FONT}` }, // the emoji alone
};
const SMALL = 60; // pixels, the width of a face whose box has thin lines
const NARROW = 0.22; // of the stage's width; narrower faces get short plates where there are others
const TINY = 40; // pixels; the width below which they get tiny ones
const ROW = 16; // pixels, of a bar
const EDGE = 4; // pixels around the bars
const BARS_WIDTHS = [128, 96, 72]; // pixels; the widest that covers the least
const LOST_SECONDS = 0.6; // after which a face that is not seen has faded
const MUCH_LARGER = 1.15; // by which another face must be wider to get the bars
const STRETCHED = 1.1; // by which a box grows or shrinks before it is painted anew

// Every face where it is in the picture that the video shows now.
export function draw(webcam) {
  const { element, faces, places, sheets } = webcam;
  const overlay = partOf(element, "overlay");
  const stage = [overlay.clientWidth, overlay.clientHeight];
  const boxes = new Map(faces.map((face) => [face, boxOf(webcam, face, stage)]));
  const [taken, used] = [[...boxes.values()], new Set()];
  const put = (name, face, choices, sheetAsWide) => {
    places[name] = leastCovering(choices, taken, places[name]);
    const place = choices[places[name]];
    if (!place) return;
    const sheet = sheetAsWide(place[2]);
    taken.push(place);
    used.add(sheet);
    move(sheet, place, face);
  };
  const main = mainFace(webcam);
  webcam.mainFace = main?.face;
  partOf(element, "next").hidden = faces.length < 2;
  for (const [face, box] of [...boxes].sort(([a], [b]) => (b === main) - (a === main) || b.width - a.width)) {
    const outline = outlineOf(webcam, face, box);
    used.add(outline);
    move(outline, box, face);
    const plate = plateOf(webcam, face, faces.length === 1 || box[2] > NARROW * stage[0] ? "whole" : box[2] > TINY ? "short" : "tiny");
    put(`plate ${face.face}`, face, placesOfPlate(box, plate.size, stage), () => plate);
    if (face === main && isOn(webcam, "bars")) {
      put("bars", face, BARS_WIDTHS.flatMap((width) => placesOfBars(box, sizeOfBars(webcam, width), stage)), (width) => barsOf(webcam, face, width));
    }
  }
  for (const [name, sheet] of sheets) {
    if (used.has(sheet)) continue;
    sheet.canvas.remove();
    sheets.delete(name);
    delete places[name];
  }
}

// All of it onto another canvas, each pixel of the page being `scale` pixels there.
export function drawOn({ sheets }, brush, scale) {
  for (const { canvas, place, faded } of sheets.values()) {
    brush.globalAlpha = 1 - faded;
    brush.drawImage(canvas, ...place.map((side) => side * scale));
  }
  brush.globalAlpha = 1;
}

// A face's box in pixels of the stage.
function boxOf(webcam, face, [width]) {
  const [left, top, across, down] = webcam.follower.boxOf(face.face).map((side) => side * width);
  return [isOn(webcam, "mirror") ? width - left - across : left, top, across, down];
}

// The face that gets the bars: the one that was chosen, else the largest, and not another one for a hair's breadth.
function mainFace(webcam) {
  const [largest] = [...webcam.faces].sort((a, b) => b.width - a.width);
  const chosen = webcam.faces.find(({ face }) => face === webcam.chosenFace);
  if (chosen) return chosen;
  const last = webcam.faces.find(({ face }) => face === webcam.mainFace);
  return last && largest.width < MUCH_LARGER * last.width ? last : largest;
}

// Gives the bars to the face at that place of the stage, in pixels; where there is none, to the largest again.
export function chooseAt(webcam, x, y) {
  const { clientWidth, clientHeight } = partOf(webcam.element, "overlay");
  const isThere = ([left, top, width, height]) => x >= left && x <= left + width && y >= top && y <= top + height;
  webcam.chosenFace = webcam.faces.find((face) => isThere(boxOf(webcam, face, [clientWidth, clientHeight])))?.face;
  draw(webcam);
}

// Gives the bars to the next face, from left to right in the camera's picture, and after the last to the first.
export function chooseNext(webcam) {
  const faces = [...webcam.faces].sort((a, b) => a.left - b.left);
  const at = faces.findIndex(({ face }) => face === webcam.mainFace);
  webcam.chosenFace = faces[(at + 1) % faces.length]?.face;
  draw(webcam);
}

function move(sheet, place, face) {
  const [left, top, width, height] = place;
  const [painted, tall] = sheet.size;
  Object.assign(sheet, { place, faded: Math.min(1, face.unseen / LOST_SECONDS) });
  const { style } = sheet.canvas;
  style.transform = `translate(${left}px, ${top}px) scale(${width / painted}, ${height / tall})`;
  style.opacity = 1 - sheet.faded;
}

// The sheet of that name, painted anew where `look`, all that its looks depend on, or its size is another.
function sheetOf({ element, sheets }, name, size, look, paint) {
  const known = `${look} ${size} ${devicePixelRatio}`;
  const sheet = sheets.get(name) ?? { canvas: document.createElement("canvas") };
  if (sheet.known === known) return sheet;
  if (!sheets.has(name)) partOf(element, "overlay").append(sheet.canvas);
  sheets.set(name, Object.assign(sheet, { known, size }));
  const [width, height] = size;
  Object.assign(sheet.canvas, { width: Math.ceil(width * devicePixelRatio), height: Math.ceil(height * devicePixelRatio) });
  sheet.canvas.dataset.name = name;
  Object.assign(sheet.canvas.style, { width: `${width}px`, height: `${height}px` });
  const brush = sheet.canvas.getContext("2d");
  brush.scale(devicePixelRatio, devicePixelRatio);
  paint(brush, width, height);
  return sheet;
}

function outlineOf(webcam, { face: id, shown }, [, , width, height]) {
  const name = `box ${id}`;
  const last = webcam.sheets.get(name)?.size ?? [0, 0];
  const fits = [width / last[0], height / last[1]].every((ratio) => ratio < STRETCHED && ratio > 1 / STRETCHED);
  const colour = webcam.colours[webcam.classes.indexOf(shown)] ?? UNCERTAIN_COLOUR;
  return sheetOf(webcam, name, fits ? last : [width, height], colour, (brush, across, down) => {
    const line = across < SMALL ? THIN_LINE : LINE;
    brush.lineWidth = line;
    brush.strokeStyle = colour;
    brush.beginPath();
    brush.roundRect(line / 2, line / 2, across - line, down - line, Math.min(CORNER, across / 8));
    brush.stroke();
  });
}

function plateOf(webcam, face, kind) {
  const { classes, emojis, texts } = webcam;
  const at = classes.indexOf(face.shown); // -1 while it is uncertain
  const { height, emoji, indent, font } = PLATES[kind];
  const share = at < 0 ? "" : `${Math.round(100 * face.probabilities[face.shown])} %`;
  const picture = emojis[at];
  const words = {
    whole: at < 0 ? texts.uncertain : `${texts.emotions[at]} ${share}`,
    short: share || "?",
    tiny: picture ? "" : "?",
  }[kind];
  const start = picture ? emoji + 1.5 * indent : indent;
  const width = Math.ceil(start + (words ? widthOf(words, font) + indent : 0));
  return sheetOf(webcam, `plate ${face.face}`, [width, height], `${words} ${at} ${picture?.complete}`, (brush) => {
    paintPlate(brush, width, height);
    if (picture) brush.drawImage(picture, indent / 2, (height - emoji) / 2, emoji, emoji);
    brush.fillStyle = "white";
    brush.font = font;
    brush.textAlign = "left"; // of the plate, also where words are written from the right
    brush.textBaseline = "middle";
    brush.fillText(words, start, height / 2 + 1);
  });
}

function sizeOfBars({ classes }, width) {
  return [width, ROW * classes.length + 2 * EDGE];
}

function barsOf(webcam, face, width) {
  const { classes, colours, emojis } = webcam;
  const start = EDGE + (emojis.some(Boolean) ? ROW + 2 : 0);
  const lengths = classes.map((name) => Math.max(1, Math.round(face.probabilities[name] * (width - EDGE - start))));
  return sheetOf(webcam, "bars", sizeOfBars(webcam, width), lengths.join(" "), (brush, across, down) => {
    paintPlate(brush, across, down);
    lengths.forEach((length, at) => {
      const row = EDGE + at * ROW;
      if (emojis[at]) brush.drawImage(emojis[at], EDGE, row + 1, ROW - 2, ROW - 2);
      brush.fillStyle = colours[at];
      brush.fillRect(start, row + 4, length, ROW - 8);
    });
  });
}

function paintPlate(brush, width, height) {
  brush.fillStyle = PLATE_COLOUR;
  brush.beginPath();
  brush.roundRect(0, 0, width, height, CORNER);
  brush.fill();
}

const ruler = document.createElement("canvas").getContext("2d");

function widthOf(words, font) {
  ruler.font = font;
  return ruler.measureText(words).width;
}
