// A worker of device.js: finds the faces of a picture and reads them, by ONNX Runtime and the two halves of
// the recogniser's graph, whose inputs and outputs fer_system/graph/__init__.py describes. Answers on the port
// that comes with a question; the first one is what to open.

const TRIALS = 5; // pictures by which it is told how fast this is
const [TRIAL_WIDTH, TRIAL_HEIGHT] = [448, 336];
const PICTURE_INTERVAL = 1000 / 30; // ms, of a camera
const FINDING_SHARE = 1 / 3; // of the time, at most, for finding faces anew where that falls behind the camera

const canvas = new OffscreenCanvas(1, 1);
const brush = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
let model = null;
let finding = 0; // ms that it took to find the faces last
let reading = 0; // ms for which faces were read since

onmessage = async ({ data: { question, port } }) => {
  try {
    port.postMessage({ answer: await (model ? recognise(question) : open(question)) });
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
};

// The ms that a picture with a face takes.
async function open({ runtime, wasm, finder, reader, classes, threads }) {
  const ort = await import(runtime);
  Object.assign(ort.env.wasm, { numThreads: threads, wasmBinary: wasm });
  const [finds, reads] = [await ort.InferenceSession.create(finder), await ort.InferenceSession.create(reader)];
  model = { ort, finds, reads, classes };
  const blank = tensorOf(new ImageData(TRIAL_WIDTH, TRIAL_HEIGHT));
  const times = [];
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const began = performance.now();
    await find(blank);
    await read(blank, [{ square: [0, 0, TRIAL_HEIGHT] }]);
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[TRIALS >> 1];
}

async function recognise({ picture, width, height, known }) {
  Object.assign(canvas, { width, height });
  brush.drawImage(picture, 0, 0, width, height);
  picture.close();
  const image = tensorOf(brush.getImageData(0, 0, width, height));
  const began = performance.now();
  let faces = known;
  if (!known || isFindingDue()) {
    faces = await find(image);
    [finding, reading] = [performance.now() - began, 0];
  }
  const since = performance.now();
  const answer = faces.length ? await read(image, faces) : [];
  reading += performance.now() - since;
  return answer;
}

function isFindingDue() {
  return finding + reading <= PICTURE_INTERVAL || finding <= FINDING_SHARE * (finding + reading);
}

async function find(image) {
  const { boxes, scores, squares } = await run(model.finds, { picture: image });
  return Array.from(scores, (score, at) => {
    const [left, top, width, height] = Array.from(boxes.subarray(4 * at, 4 * at + 4), Number);
    const square = [...squares.subarray(3 * at, 3 * at + 3)];
    return { source: "webcam", left, top, width, height, square, score: Number(score.toFixed(4)), quality: [] };
  });
}

// `faces`, at their squares, with the probabilities that `image` gives them.
async function read(image, faces) {
  const { ort, reads, classes } = model;
  const squares = new ort.Tensor("float32", Float32Array.from(faces.flatMap(({ square }) => square)), [faces.length, 3]);
  const { probabilities } = await run(reads, { picture: image, squares });
  return faces.map((face, at) => {
    const shares = probabilities.subarray(classes.length * at, classes.length * (at + 1));
    return { ...face, probabilities: Object.fromEntries(classes.map((name, place) => [name, shares[place]])) };
  });
}

function tensorOf({ data, width, height }) {
  return new model.ort.Tensor("uint8", new Uint8Array(data.buffer), [height, width, 4]);
}

async function run(session, inputs) {
  const outputs = await session.run(inputs);
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data]));
}
