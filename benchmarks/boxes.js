// Notes in `samples`, before the browser shows it, which box the webcam tab draws over which picture:
// [number, x and y of the centre, width], in pixels of the camera. Run as the body of a function of
// `bits`, `block`, `width` and `height`, as benchmarks/boxes.py has them.

const overlay = document.querySelector("#webcam [data-part=overlay]");
const video = document.querySelector("#webcam video");
const brush = new OffscreenCanvas(bits, 1).getContext("2d", { willReadFrequently: true });
window.samples = [];

function numberShown() {
  for (let bit = 0; bit < bits; bit += 1) {
    brush.drawImage(video, (bit + 0.25) * block, height - 0.75 * block, block / 2, block / 2, bit, 0, 1, 1);
  }
  const { data } = brush.getImageData(0, 0, bits, 1);
  return Array.from({ length: bits }, (_, bit) => (data[4 * bit] > 127) << bit).reduce((a, b) => a | b);
}

function sample() {
  requestAnimationFrame(sample);
  const box = overlay.querySelector('[data-name^="box "]')?.getBoundingClientRect();
  if (!box) return;
  const stage = overlay.getBoundingClientRect();
  const scale = width / stage.width;
  const centre = [box.x + box.width / 2 - stage.x, box.y + box.height / 2 - stage.y].map((place) => place * scale);
  window.samples.push([numberShown(), ...centre, box.width * scale]);
}

sample();
