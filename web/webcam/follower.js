// Where the faces are in the picture that is shown now. An answer tells where they were in a picture that
// is gone by then; from there on each face's own pixels are looked for in every picture that came since.
// All pictures are those of `smallGrey`.

import { WIDTH } from "./grey.js";

const KEPT = 2000; // ms for which pictures are kept; an older answer is drawn where it was
const GRID = 16; // points a side, that are compared of a face
const CORE = 0.7; // of the box's sides; what lies further out may be background
const REACH = 8; // pixels of the small picture by which a guess may be wrong, each way
const GOING_ON = 0.5; // of a face's last movement, that is guessed to be its next: it may also turn back
const PLAIN = 9; // variance of grey levels below which a face cannot be told from its neighbourhood
const UNLIKE = 0.5; // of the face's variance; pixels that differ by more are not the face's
const SETTLING = 80; // ms; what an answer corrects of a box is seen to 63 % after it
const SIDES = ["x", "y", "width", "height"]; // of a place: a box's centre and size, in small pixels

export class Follower {
  #pictures = []; // the last ones, by their time
  #tracks = new Map(); // by the faces' ids

  // Follow the faces into `picture`, which is shown now; one that comes too late is no longer.
  show(picture) {
    if (picture.time <= this.#pictures.at(-1)?.time) return;
    this.#pictures = [...this.#pictures.filter(({ time }) => time > picture.time - KEPT), picture];
    for (const track of this.#tracks.values()) step(track, picture);
  }

  // What an answer says of `picture`: `faces` of the tracker, in pixels of a picture of `width`.
  learn(faces, picture, width) {
    const tracks = new Map();
    const since = this.#pictures.filter(({ time }) => time > picture.time);
    const now = since.at(-1)?.time ?? picture.time;
    for (const face of faces) {
      const old = this.#tracks.get(face.face);
      const track = face.unseen && old ? old : begin(placeOf(face, WIDTH / width), picture);
      if (track !== old) {
        for (const each of since) step(track, each);
        if (old) settle(track, old, now);
      }
      tracks.set(face.face, track);
    }
    this.#tracks = tracks;
  }

  // Where the face of that id is in the picture that is shown, in shares of the picture's width.
  boxOf(id) {
    const track = this.#tracks.get(id);
    const { x, y, width, height } = placeAt(track, this.#pictures.at(-1)?.time ?? track.at);
    return [x - width / 2, y - height / 2, width, height].map((side) => side / WIDTH);
  }

  // `faces` of the last answer, in pixels of a picture of `width`, with their boxes and squares where they are in
  // the picture that is shown; null where there are none, or one of them isn't seen there for sure.
  moved(faces, width) {
    const isSeen = ({ face, square, unseen }) => square && !unseen && this.#tracks.get(face)?.isSeen;
    if (!faces.length || !faces.every(isSeen)) return null;
    return faces.map((face) => {
      const { x, y } = this.#tracks.get(face.face).shift;
      const [across, down] = [x, y].map((moved) => (moved * width) / WIDTH);
      const [left, top, side] = face.square;
      return { ...face, left: face.left + across, top: face.top + down, square: [left + across, top + down, side] };
    });
  }

  forget() {
    this.#pictures = [];
    this.#tracks.clear();
  }
}

function placeOf({ left, top, width, height }, scale) {
  return { x: scale * (left + width / 2), y: scale * (top + height / 2), width: scale * width, height: scale * height };
}

function begin(place, picture) {
  const points = pointsOf(place, picture.height);
  const pattern = Float32Array.from(points, ([x, y]) => picture.pixels[y * WIDTH + x]);
  const spots = Int32Array.from(points, ([x, y]) => y * WIDTH + x);
  const variance = differenceOf(picture.pixels, spots, new Float32Array(spots.length), 0);
  return {
    place, // in the picture that was asked about
    spots, // the face's points in the pixels of a picture
    pattern, // the grey levels there
    most: variance < PLAIN ? -1 : UNLIKE * variance, // by which the face's pixels may differ from the pattern
    room: roomOf(points, picture.height),
    isSeen: variance >= PLAIN, // whether the face's pixels were found in the newest picture
    shift: { x: 0, y: 0 }, // from there to the newest picture
    pace: { x: 0, y: 0 }, // how much of that came with the newest one
    gap: { x: 0, y: 0, width: 0, height: 0 }, // between what was drawn `at` that time and what is right
    at: picture.time,
  };
}

// The points of a face that lie in the picture, [x, y] in whole pixels.
function pointsOf({ x, y, width, height }, rows) {
  const places = Array.from({ length: GRID }, (_, at) => CORE * ((at + 0.5) / GRID - 0.5));
  const points = places.flatMap((down) => places.map((across) => [Math.round(x + across * width), Math.round(y + down * height)]));
  return points.filter(([column, row]) => column >= 0 && column < WIDTH && row >= 0 && row < rows);
}

// By how much the points can be moved without leaving the picture: least and most to the right, and down.
function roomOf(points, rows) {
  const [columns, lines] = [0, 1].map((side) => points.map((point) => point[side]));
  return {
    right: [-Math.min(...columns), WIDTH - 1 - Math.max(...columns)],
    down: [-Math.min(...lines), rows - 1 - Math.max(...lines)],
  };
}

// By how much the pixels at the spots, moved, differ from the pattern: the variance of the differences, to
// which brighter light is no difference.
function differenceOf(pixels, spots, pattern, moved) {
  let [sum, squares] = [0, 0];
  for (let at = 0; at < spots.length; at += 1) {
    const difference = pixels[spots[at] + moved] - pattern[at];
    sum += difference;
    squares += difference * difference;
  }
  return squares / spots.length - (sum / spots.length) ** 2;
}

// Look for the face in the next picture, near where it was.
function step(track, picture) {
  const { spots, pattern, room, shift, pace } = track;
  const at = (x, y) => differenceOf(picture.pixels, spots, pattern, y * WIDTH + x);
  const [left, right] = rangeOf(shift.x + GOING_ON * pace.x, room.right);
  const [top, bottom] = rangeOf(shift.y + GOING_ON * pace.y, room.down);
  let best = { difference: Infinity };
  for (let y = top; y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      const difference = at(x, y);
      if (difference < best.difference) best = { difference, x, y };
    }
  }
  track.pace = { x: 0, y: 0 };
  track.isSeen = best.difference <= track.most;
  if (!track.isSeen) return;
  const { x, y, difference } = best;
  const found = {
    x: x > left && x < right ? x + lowest(at(x - 1, y), difference, at(x + 1, y)) : x,
    y: y > top && y < bottom ? y + lowest(at(x, y - 1), difference, at(x, y + 1)) : y,
  };
  track.pace = { x: found.x - shift.x, y: found.y - shift.y };
  track.shift = found;
}

// The whole pixels near a guess that there is room for.
function rangeOf(guess, [least, most]) {
  const near = Math.round(guess);
  return [Math.max(least, near - REACH), Math.min(most, near + REACH)];
}

// Where, from -0.5 to 0.5, the parabola through values at -1, 0 and 1 is lowest, that at 0 being the least.
function lowest(before, here, after) {
  const bend = before + after - 2 * here;
  return bend > 0 ? (before - after) / (2 * bend) : 0;
}

// Where the face is in the newest picture, of `time`.
function placeAt({ place, shift, gap, at }, time) {
  const rest = Math.exp(Math.min(0, at - time) / SETTLING); // an answer may be on a picture that is shown only later
  const moved = { ...place, x: place.x + shift.x, y: place.y + shift.y };
  return Object.fromEntries(SIDES.map((side) => [side, moved[side] + rest * gap[side]]));
}

// Go on at `time` from where the face was drawn till then, instead of jumping.
function settle(track, old, time) {
  const [drawn, right] = [placeAt(old, time), placeAt(track, time)];
  track.gap = Object.fromEntries(SIDES.map((side) => [side, drawn[side] - right[side]]));
  track.at = time;
}
