// Where plates and bars find room: by their face, in the stage, and on no face if that can be.
// Boxes are [left, top, width, height]; places that are tried come in the order in which they please.

const APART = 6; // pixels between a face and what is said of it
const STEADINESS = 0.03; // of its area; by how much less another place must cover, lest plates jump about

// Places for a plate of `size` [width, height] at a face: above or below it, or one plate further away.
export function placesOfPlate([left, top, width, height], size, stage) {
  const [above, below, further] = [top - size[1] - APART, top + height + APART, size[1] + APART];
  const columns = [left, left + width - size[0], left + (width - size[0]) / 2];
  return [above, below, above - further, below + further].flatMap((y) => columns.map((x) => within([x, y, ...size], stage)));
}

// Places for bars of `size` beside a face, below or above it; null where the stage has no room for them there.
export function placesOfBars([left, top, width, height], size, stage) {
  const middle = left + (width - size[0]) / 2;
  const places = [
    [left + width + APART, top],
    [left - APART - size[0], top],
    ...[top + height + APART, top - APART - size[1]].flatMap((y) => [left, left + width - size[0], middle].map((x) => [x, y])),
  ].map((place) => within([...place, ...size], stage));
  return places.map((place) => (shared(place, [left, top, width, height]) ? null : place));
}

// The position in `places` of one that covers the least of the boxes `taken`: that of `last` time, where no
// other is clearly better. -1 where there is no place.
export function leastCovering(places, taken, last) {
  const covered = places.map((place) => (place ? taken.reduce((sum, box) => sum + shared(place, box), 0) : Infinity));
  const least = Math.min(...covered);
  if (least === Infinity) return -1;
  if (!places[last]) return covered.indexOf(least);
  const [, , width, height] = places[last];
  return covered[last] <= least + STEADINESS * width * height ? last : covered.indexOf(least);
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
