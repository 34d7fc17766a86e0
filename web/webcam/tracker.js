// Faces over time: who is who from picture to picture, and what they show without flicker. The same as
// fer_system/tracker.py, which follows the faces of videos: tests/tracks.json has what both must give.

const SMOOTHING = 0.3; // seconds; a change is seen to 63 % after it
const MARGIN = 0.15; // by which another label must be more probable, or the label below the threshold
const PATIENCE = 0.6; // seconds for which a face that is not found is kept

// Follows the faces of one camera.
export class Tracker {
  #tracked = [];
  #time = -Infinity;
  #lastId = 0;

  // The faces of the picture at `time` seconds, and those lost a moment ago, by their ids.
  //
  // `faces` are records as the server sends them. Those that come back have the same names: `face` is
  // the id, `probabilities` are averaged over the last moments, `unseen` tells how many seconds ago a
  // picture showed the face last, and `shown` the label that it is steadily given, null while it is
  // uncertain: while no class is as probable as `threshold`, 0..1.
  update(faces, time, threshold) {
    const passed = time - this.#time;
    if (!(passed >= 0)) throw new RangeError(`The picture at ${time} s comes after the one at ${this.#time} s.`);
    const pairs = pairsOf(faces, this.#tracked);
    const followed = faces.map((face, place) =>
      pairs.has(place) ? follow(face, this.#tracked[pairs.get(place)], passed, threshold) : begin(face, ++this.#lastId, threshold),
    );
    const found = new Set(pairs.values());
    const lost = this.#tracked
      .filter((_, place) => !found.has(place))
      .map((old) => ({ ...old, unseen: old.unseen + passed }))
      .filter(({ unseen }) => unseen <= PATIENCE);
    this.#time = time;
    this.#tracked = [...followed, ...lost].sort((a, b) => a.face - b.face);
    return this.#tracked;
  }
}

function begin(face, id, threshold) {
  const best = mostProbable(face.probabilities);
  return described(face, id, face.probabilities, face.probabilities[best] < threshold ? null : best);
}

function follow(face, old, passed, threshold) {
  const weight = 1 - Math.exp(-(passed + old.unseen) / SMOOTHING);
  const averaged = Object.fromEntries(
    Object.entries(old.probabilities).map(([name, before]) => [name, before + weight * (face.probabilities[name] - before)]),
  );
  return described(face, old.face, averaged, labelOf(averaged, old.shown, threshold));
}

function described(face, id, probabilities, shown) {
  const label = mostProbable(probabilities);
  return { ...face, face: id, probabilities, label, confidence: probabilities[label], uncertain: shown === null, shown, unseen: 0 };
}

function labelOf(probabilities, shown, threshold) {
  const best = mostProbable(probabilities);
  const needed = Math.max(threshold, probabilities[best]) - MARGIN;
  if (shown !== null && probabilities[shown] >= needed) return shown;
  return probabilities[best] >= threshold ? best : null;
}

function mostProbable(probabilities) {
  return Object.keys(probabilities).reduce((a, b) => (probabilities[b] > probabilities[a] ? b : a));
}

// Positions in `faces` -> positions in `tracked`, the closest pairs first.
function pairsOf(faces, tracked) {
  const near = faces
    .flatMap((face, place) => tracked.map((other, old) => ({ apart: distance(face, other), place, old })))
    .filter(({ apart }) => apart < 1)
    .sort((a, b) => a.apart - b.apart || a.place - b.place || a.old - b.old);
  const [pairs, found] = [new Map(), new Set()];
  for (const { place, old } of near) {
    if (pairs.has(place) || found.has(old)) continue;
    pairs.set(place, old);
    found.add(old);
  }
  return pairs;
}

// How far apart two boxes are: 1 for a side's length, or for twice the size.
function distance(a, b) {
  const [size, other] = [a, b].map(({ width, height }) => Math.sqrt(width * height));
  const moved = Math.hypot(a.left + a.width / 2 - b.left - b.width / 2, a.top + a.height / 2 - b.top - b.height / 2);
  return moved / ((size + other) / 2) + Math.abs(Math.log2(size / other));
}
