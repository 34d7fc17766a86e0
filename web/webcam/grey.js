// What the camera shows at this moment, small and grey, to look for faces in.

export const WIDTH = 160; // pixels of the small picture

const BRIGHTNESS_FIRST = ["I420", "I422", "I444", "NV12"]; // formats that begin with each pixel's brightness
const GREY = [0.299, 0.587, 0.114]; // of red, green and blue (ITU-R BT.601)
const TAPS = 2; // a side of those pixels that a small one is the mean of

let levels = new Uint8Array(0);
let brush = null; // of a canvas, for browsers and cameras that do not tell brightness by itself

// The grey levels of what `video` shows at `time`, in ms: `height` rows of WIDTH pixels.
export async function smallGrey(video, time) {
  const height = Math.max(1, Math.round((WIDTH / video.videoWidth) * video.videoHeight));
  const frame = window.VideoFrame && new VideoFrame(video, { timestamp: 0 });
  const pixels = frame && isPlain(frame) ? await brightness(frame, height) : painted(video, height);
  frame?.close();
  return { time, pixels, height };
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

function painted(video, rows) {
  brush ??= new OffscreenCanvas(1, 1).getContext("2d", { alpha: false, willReadFrequently: true });
  const { canvas } = brush;
  if (canvas.width !== WIDTH || canvas.height !== rows) Object.assign(canvas, { width: WIDTH, height: rows });
  brush.drawImage(video, 0, 0, WIDTH, rows);
  const { data } = brush.getImageData(0, 0, WIDTH, rows);
  const pixels = new Float32Array(WIDTH * rows);
  for (let at = 0; at < pixels.length; at += 1) {
    pixels[at] = GREY[0] * data[4 * at] + GREY[1] * data[4 * at + 1] + GREY[2] * data[4 * at + 2];
  }
  return pixels;
}
