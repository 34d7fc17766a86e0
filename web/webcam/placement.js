// Where plates and bars find room: by their face, in the stage, and on no face if that can be.
// Boxes are [left, top, width, height]; places that are tried come in the order in which they please.

const APART = 6; // pixels between a face and what is said of it
const STEADINESS = 0.2; // of its area; by how much less another place must cover, lest plates jump about

// Places for a plate of `size` [width, height] at a face: above or below it, along either edge.
export function placesOfPlate([left, top, width, height], size, stage) {
  const tops = [top - size[1] - APART, top + height + APART];
  return tops.flatMap((y) => [left, left + width - size[0]].map((x) => within([x, y, ...size], stage)));
}

// Places for bars of `size` beside or below a face; those that would reach over the stage's edge are none.
export function placesOfBars([left, top, width, height], size, stage) {
  const places = [
    [left + width + APART, top],
    [left - APART - size[0], top],
    [left, top + height + APART],
    [left, top - APART - size[1]],
  ].map((place) => within([...place, ...size], stage));
  return places.filter((place) => !shared(place, [left, top, width, height]));
}

// The position in `places` of one that covers the least of the boxes `taken`: that of `last` time, where no
// other is clearly better. -1 where there is no place.
export function leastCovering(places, taken, last) {
  const covered = places.map((place) => taken.reduce((sum, box) => sum + shared(place, box), 0));
  const best = covered.indexOf(Math.min(...covered));
  if (best < 0 || !(last in places)) return best;
  const [, , width, height] = places[last];
  return covered[last] <= covered[best] + STEADINESS * width * height ? last : best;
}

function within([left, top, width, height], [stageWidth, stageHeight]) {
  return [clamp(left, stageWidth - width), clamp(top, stageHeight - height), width, height];
}

function clamp(value, most) {
  return Math.max(0, Math.min(value, most));
}

// The area that two boxes have in common.
function shared(a, b) {
  const [width, height] = [0, 1].map((side) => Math.min(a[side] + a[side + 2], b[side] + b[side + 2]) - Math.max(a[side], b[side]));
  return Math.max(0, width) * Math.max(0, height);
}
