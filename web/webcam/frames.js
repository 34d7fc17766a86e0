// The camera's picture of this moment, whole to be sent, and small and grey to look for faces in.

export const WIDTH = 160; // pixels of the small one

const BRIGHTNESS_FIRST = ["I420", "I422", "I444", "NV12"]; // formats that begin with each pixel's brightness
const GREY = [0.299, 0.587, 0.114]; // of red, green and blue (ITU-R BT.601)
const TAPS = 2; // a side of those pixels that a small one is the mean of

let levels = new Uint8Array(0);
let brush = null; // of a canvas for browsers and cameras that do not tell brightness by itself

// To be closed after use. Not every browser has the first, which costs next to nothing.
export function frameOf(video) {
  return window.VideoFrame ? new VideoFrame(video, { timestamp: 0 }) : createImageBitmap(video);
}

// A frame of `time`, in ms, WIDTH pixels wide, as grey levels row by row.
export async function smallGrey(frame, time) {
  const width = frame.displayWidth ?? frame.width;
  const height = frame.displayHeight ?? frame.height;
  const rows = Math.max(1, Math.round((WIDTH / width) * height));
  const pixels = isPlain(frame) ? await brightness(frame, rows) : painted(frame, rows);
  return { time, pixels, height: rows };
}

// Whether its first bytes are the brightness of its pixels as they are shown.
function isPlain({ displayHeight, displayWidth, flip, format, rotation, visibleRect: seen }) {
  return BRIGHTNESS_FIRST.includes(format) && !rotation && !flip && seen.width === displayWidth && seen.height === displayHeight;
}

async function brightness(frame, rows) {
  const { width, height } = frame.visibleRect;
  if (levels.length !== frame.allocationSize()) levels = new Uint8Array(frame.allocationSize());
  const [{ offset, stride }] = await frame.copyTo(levels);
  const taps = (count, size) => Array.from({ length: TAPS * count }, (_, at) => Math.floor(((at + 0.5) / (TAPS * count)) * size));
  const columns = Int32Array.from(taps(WIDTH, width));
  const lines = taps(rows, height).map((line) => offset + line * stride);
  const pixels = new Float32Array(WIDTH * rows);
  for (let tap = 0; tap < lines.length; tap += 1) {
    const row = WIDTH * Math.floor(tap / TAPS);
    for (let at = 0; at < columns.length; at += TAPS) {
      let sum = 0;
      for (let next = 0; next < TAPS; next += 1) sum += levels[lines[tap] + columns[at + next]];
      pixels[row + at / TAPS] += sum / TAPS ** 2;
    }
  }
  return pixels;
}

function painted(frame, rows) {
  brush ??= new OffscreenCanvas(1, 1).getContext("2d", { alpha: false, willReadFrequently: true });
  const { canvas } = brush;
  if (canvas.width !== WIDTH || canvas.height !== rows) Object.assign(canvas, { width: WIDTH, height: rows });
  brush.drawImage(frame, 0, 0, WIDTH, rows);
  const { data } = brush.getImageData(0, 0, WIDTH, rows);
  return Float32Array.from({ length: WIDTH * rows }, (_, at) => GREY.reduce((sum, share, colour) => sum + share * data[4 * at + colour], 0));
}
