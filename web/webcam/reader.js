// A worker of device.js: finds the faces of a picture and reads them, by ONNX Runtime and the recogniser's
// graph, whose inputs and outputs fer_system/graph/__init__.py describes. Answers on the port that comes
// with a question; the first one is what to open.

const TRIALS = 5; // pictures by which it is told how fast this is
const [TRIAL_WIDTH, TRIAL_HEIGHT] = [448, 336];

const canvas = new OffscreenCanvas(1, 1);
const brush = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
let model = null;

onmessage = async ({ data: { question, port } }) => {
  try {
    port.postMessage({ answer: await (model ? read(question) : open(question)) });
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
};

// The ms that a picture takes, without faces.
async function open({ runtime, wasm, graph, classes, threads }) {
  const ort = await import(runtime);
  Object.assign(ort.env.wasm, { numThreads: threads, wasmBinary: wasm });
  const session = await ort.InferenceSession.create(graph);
  model = { ort, session, classes };
  const blank = new ImageData(TRIAL_WIDTH, TRIAL_HEIGHT);
  const times = [];
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const began = performance.now();
    await run(blank);
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[TRIALS >> 1];
}

async function read({ picture, width, height }) {
  Object.assign(canvas, { width, height });
  brush.drawImage(picture, 0, 0, width, height);
  picture.close();
  const { boxes, scores, probabilities } = await run(brush.getImageData(0, 0, width, height));
  const { classes } = model;
  return Array.from(scores, (score, at) => {
    const [left, top, across, down] = Array.from(boxes.subarray(4 * at, 4 * at + 4), Number);
    const shares = probabilities.subarray(classes.length * at, classes.length * (at + 1));
    return {
      source: "webcam",
      ...{ left, top, width: across, height: down },
      score: Number(score.toFixed(4)),
      quality: [],
      probabilities: Object.fromEntries(classes.map((name, place) => [name, shares[place]])),
    };
  });
}

async function run({ data, width, height }) {
  const { ort, session } = model;
  const picture = new ort.Tensor("uint8", new Uint8Array(data.buffer), [height, width, 4]);
  const outputs = await session.run({ picture });
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data]));
}
