// The visitor's own resting face. Many people's is taken for sad or angry; whoever shows it for some seconds has
// it called neutral from then on.

export const NEUTRAL = "neutral"; // the class
const SECONDS = 3; // for which the resting face is looked at
const SURE = 0.7; // how probable neutral is made for it; the other classes share the rest
const LEAST = 0.01; // a smaller probability says no more about a face than this one
const MOST = 2.5; // by which a logit is changed at most, so that a broad smile stays one

// What is taken off the logits of the largest face: the mean of what the model says of it at rest, less what it
// should say.
export class Neutral {
  offsets = null; // by class; null while there is no resting face
  #until = null; // ms of performance.now(), while it is looked at
  #logits = []; // of that time, by class

  // Begins to look at the resting face, at `now` in ms.
  begin(now) {
    this.undo();
    this.#until = now + 1000 * SECONDS;
  }

  undo() {
    [this.offsets, this.#until, this.#logits] = [null, null, []];
  }

  // Seconds that are left of looking at the resting face, 0 while that is not done.
  secondsLeft(now) {
    return this.#until === null ? 0 : Math.max(1, Math.ceil((this.#until - now) / 1000));
  }

  // The records of a picture, the largest face's probabilities less the offsets.
  apply(faces, now) {
    const largest = faces.reduce((a, b) => (b.width > (a?.width ?? 0) ? b : a), null);
    if (this.#until !== null) {
      if (now >= this.#until) this.#end();
      else if (largest) this.#logits.push(logitsOf(largest.probabilities));
    }
    if (!this.offsets) return faces;
    return faces.map((face) => (face === largest ? { ...face, probabilities: this.#without(face.probabilities) } : face));
  }

  #end() {
    const seen = this.#logits;
    this.undo();
    if (!seen.length) return;
    const names = Object.keys(seen[0]);
    this.offsets = Object.fromEntries(
      names.map((name) => {
        const mean = seen.reduce((sum, logits) => sum + logits[name], 0) / seen.length;
        const wanted = Math.log(name === NEUTRAL ? SURE : (1 - SURE) / (names.length - 1));
        return [name, Math.max(-MOST, Math.min(MOST, mean - wanted))];
      }),
    );
  }

  #without(probabilities) {
    const shares = Object.entries(probabilities).map(([name, share]) => [name, share * Math.exp(-this.offsets[name])]);
    const sum = shares.reduce((total, [, share]) => total + share, 0);
    return Object.fromEntries(shares.map(([name, share]) => [name, share / sum]));
  }
}

function logitsOf(probabilities) {
  return Object.fromEntries(Object.entries(probabilities).map(([name, share]) => [name, Math.log(Math.max(LEAST, share))]));
}
