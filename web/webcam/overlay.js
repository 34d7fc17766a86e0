// Drawing: a box, a plate with the emotion and bars for each face, over the video.

import { isOn, partOf } from "./controls.js";

const UNCERTAIN_COLOUR = "#cbd5e1";
const LOST_SECONDS = 0.6; // after which a face that is not seen has faded

export function draw(webcam) {
  const { element, faces, sentWidth } = webcam;
  const overlay = partOf(element, "overlay");
  const ratio = overlay.clientWidth / sentWidth;
  overlay.width = overlay.clientWidth * devicePixelRatio;
  overlay.height = overlay.clientHeight * devicePixelRatio;
  const brush = overlay.getContext("2d");
  brush.scale(devicePixelRatio, devicePixelRatio);
  for (const face of faces) drawFace(webcam, brush, face, ratio);
}

function drawFace(webcam, brush, face, ratio) {
  const [top, width, height] = [face.top, face.width, face.height].map((side) => side * ratio);
  const left = isOn(webcam, "mirror") ? brush.canvas.clientWidth - ratio * face.left - width : ratio * face.left;
  brush.globalAlpha = Math.max(0, 1 - face.unseen / LOST_SECONDS);
  const at = webcam.classes.indexOf(face.shown); // -1 while it is uncertain
  brush.lineWidth = 3;
  brush.strokeStyle = webcam.colours[at] ?? UNCERTAIN_COLOUR;
  brush.beginPath();
  brush.roundRect(left, top, width, height, 8);
  brush.stroke();
  drawPlate(webcam, brush, face, left, top);
  if (isOn(webcam, "bars")) drawBars(webcam, brush, face, left, top + height + 6, Math.max(width, 96));
}

function drawPlate({ classes, emojis, texts }, brush, face, left, top) {
  const at = classes.indexOf(face.shown);
  const words = at < 0 ? texts.uncertain : `${texts.emotions[at]} ${Math.round(100 * face.probabilities[face.shown])} %`;
  brush.font = "600 16px system-ui, sans-serif";
  const indent = emojis[at] ? 36 : 10;
  const width = brush.measureText(words).width + indent + 10;
  const x = Math.max(0, Math.min(left, brush.canvas.clientWidth - width));
  const y = Math.max(0, top - 38);
  brush.fillStyle = "rgb(15 23 42 / 80%)";
  brush.beginPath();
  brush.roundRect(x, y, width, 34, 8);
  brush.fill();
  if (emojis[at]) brush.drawImage(emojis[at], x + 5, y + 4, 26, 26);
  brush.fillStyle = "white";
  brush.textAlign = "left"; // of the plate, also where words are written from the right
  brush.textBaseline = "middle";
  brush.fillText(words, x + indent, y + 18);
}

function drawBars({ classes, colours, emojis }, brush, face, left, top, width) {
  const [step, edge] = [16, 4];
  const height = step * classes.length + 2 * edge;
  const x = Math.max(0, Math.min(left, brush.canvas.clientWidth - width));
  const y = Math.max(0, Math.min(top, brush.canvas.clientHeight - height));
  brush.fillStyle = "rgb(15 23 42 / 70%)";
  brush.beginPath();
  brush.roundRect(x, y, width, height, 8);
  brush.fill();
  const start = x + edge + (emojis.some(Boolean) ? step + 2 : 0);
  classes.forEach((name, at) => {
    const row = y + edge + at * step;
    if (emojis[at]) brush.drawImage(emojis[at], x + edge, row + 1, step - 2, step - 2);
    brush.fillStyle = colours[at];
    brush.fillRect(start, row + 4, Math.max(1, face.probabilities[name] * (x + width - edge - start)), step - 8);
  });
}
