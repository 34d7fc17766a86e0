// Tab *Webcam* in the browser. The page shows the camera's own video, asks the server about its newest
// picture as soon as the last answer is back, and draws the answers over the video. Gradio runs this
// as the body of a function; `element` is what webcam.html makes, `props` what webcam.py passes.

const { classes, threshold } = props;
const family = (code) => code.split("-")[0];
const language = navigator.languages
  .map((asked) => Object.keys(props.texts).find((known) => family(known) === family(asked)))
  .find(Boolean);
const texts = props.texts[language ?? "en"];
const address = `${window.gradio_config.root}/live`;
const session = crypto.getRandomValues(new Uint32Array(4)).join("-");

const SENT_WIDTH = 448; // pixels; a narrower picture would cost the detector small faces
const SLOW_LINK = 40; // ms on the way; from here on a second picture may be under way
const LINK_ANSWERS = 10; // whose fastest tells the link: busy processors delay most, but not all
const TIMELINE_SECONDS = 60;
const TIMELINE_STEP = 0.1; // seconds, about a pixel
const SPEED_SECONDS = 2;
const LONGEST_WAIT = 4000; // ms between attempts while the server is gone
const LONGEST_ANSWER = 10_000; // ms until a server that says nothing counts as gone

const part = (name) => element.querySelector(`[data-part=${name}]`);
const [video, overlay, status] = ["video", "overlay", "status"].map(part);
const photographer = new Worker(URL.createObjectURL(new Blob([props.photographer], { type: "text/javascript" })));
const style = getComputedStyle(document.documentElement);
const colours = classes.map((_, at) => style.getPropertyValue(`--colour-${at}`));
const emojis = classes.map((_, at) => {
  const address = style.getPropertyValue(`--emoji-${at}`).match(/url\("?(.*?)"?\)/)?.[1];
  return address && Object.assign(new Image(), { src: address });
});

let faces = []; // of the last answer, boxes in pixels of the picture that was sent
let rows = []; // of the CSV
let moments = []; // of the timeline: { time, shares } of the largest face, shares null without one
let answers = []; // of the last SPEED_SECONDS: { time, latency }
let sentWidth = 1; // pixels, of the picture that was sent
let underWay = 0;
let shownAt = 0; // when the newest answered picture was taken
let onTheWay = [0]; // ms that the last LINK_ANSWERS took beyond the server's own work
let isFresh = false; // the camera has a picture that was not sent yet
let isPaused = false;
let camera = ""; // the device that is in use, or was
let wait = 0; // ms until the next attempt; 0 while the server answers
let began = 0;

// ---- The camera

async function start() {
  if (!navigator.mediaDevices?.getUserMedia) return say("insecure");
  if (!window.OffscreenCanvas) return say("outdated"); // the photographer's; Safari has it from 16.4 on
  if (status.dataset.name === "asking") return; // nothing would ever stop the first of two cameras
  say("asking");
  try {
    const chosen = part("cameras").value;
    const which = chosen ? { deviceId: { exact: chosen } } : { facingMode: "user" };
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { width: 640, height: 480, ...which },
    });
    await video.play();
  } catch (error) {
    stop();
    return say({ NotAllowedError: "denied", NotFoundError: "missing", NotReadableError: "busy" }[error.name] ?? "failed");
  }
  const [track] = video.srcObject.getVideoTracks();
  track.addEventListener("ended", () => {
    stop();
    say("unplugged");
  });
  camera = track.getSettings().deviceId;
  began ||= performance.now();
  pause(false);
  show(true);
  listCameras();
}

function stop() {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  faces = [];
  draw();
  show(false);
  say("hint");
}

function show(isRunning) {
  const isFocused = element.contains(document.activeElement);
  part("start").hidden = isRunning;
  part("controls").hidden = !isRunning;
  part("record").hidden = !began;
  if (isFocused) part(isRunning ? "pause" : "start").focus(); // what had the focus may be hidden
}

async function listCameras() {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
  part("choice").hidden = cameras.length < 2;
  part("cameras").replaceChildren(
    ...cameras.map(({ deviceId, label }) => new Option(label || texts.camera, deviceId, false, deviceId === camera)),
  );
}

async function goOnWithTheSameCamera() {
  await listCameras();
  if (status.dataset.name === "unplugged" && part("cameras").value === camera) start();
}

// A phone that is held upright has an upright picture, whatever it is asked for.
function fitStage() {
  if (video.videoWidth) part("stage").style.setProperty("--ratio", video.videoWidth / video.videoHeight);
}

function isLive() {
  return video.srcObject && !isPaused && !document.hidden && element.offsetParent !== null;
}

// ---- Asking the server

function eachFrame() {
  isFresh = true;
  ask();
  video.requestVideoFrameCallback(eachFrame);
}

async function ask() {
  const allowed = Math.min(...onTheWay) > SLOW_LINK ? 2 : 1;
  if (!isFresh || !isLive() || wait || underWay >= allowed) return;
  if (video.readyState < video.HAVE_CURRENT_DATA) return; // of a camera that has just begun
  isFresh = false;
  underWay += 1;
  const taken = performance.now();
  let answer;
  try {
    answer = await send(await photograph(), taken);
  } catch (error) {
    if (isLive()) retryLater(error);
  }
  underWay -= 1;
  ask(); // so that the next picture is encoded while this answer is drawn
  if (!answer) return;
  if (status.dataset.kind === "trouble") say("");
  if (answer.faces && taken > shownAt && isLive()) receive(answer, taken);
}

async function photograph() {
  const { videoWidth, videoHeight } = video;
  sentWidth = Math.min(SENT_WIDTH, videoWidth);
  const height = Math.round((sentWidth / videoWidth) * videoHeight);
  const frame = await createImageBitmap(video);
  const { port1, port2: port } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    photographer.postMessage({ frame, width: sentWidth, height, port }, [frame, port]);
  });
}

async function send(blob, taken) {
  const query = new URLSearchParams({
    session,
    time: (taken / 1000).toFixed(4),
    threshold: (1 - part("sensitivity").value).toFixed(2),
  });
  const sent = performance.now();
  const response = await fetch(`${address}?${query}`, {
    method: "POST",
    headers: { "Content-Type": "image/jpeg" },
    body: blob,
    signal: AbortSignal.timeout(LONGEST_ANSWER),
  });
  if (!response.ok) throw response.status;
  const answer = await response.json();
  onTheWay = [...onTheWay, performance.now() - sent - answer.milliseconds].slice(-LINK_ANSWERS);
  return answer;
}

function retryLater(error) {
  const kind = { 401: "login", 503: "full" }[error] ?? "gone";
  say(kind, "trouble");
  faces = [];
  draw();
  if (wait) return; // another picture's failure is waiting already
  wait = Math.min(LONGEST_WAIT, 2 * (retryLater.last || 250));
  retryLater.last = wait;
  setTimeout(() => {
    wait = 0;
    ask();
  }, wait);
}

function receive(answer, taken) {
  const now = performance.now();
  retryLater.last = 0;
  shownAt = taken;
  faces = answer.faces.map((face) => ({
    ...face,
    id: face.face,
    box: [face.left, face.top, face.width, face.height],
    label: face.shown, // null while it is uncertain
    probabilities: classes.map((name) => face.probabilities[name]),
  }));
  draw();
  answers.push({ time: now, latency: now - taken });
  record((taken - began) / 1000);
  if (status.dataset.kind !== "trouble") say(faces.length ? "" : "noFace");
  element.dispatchEvent(new CustomEvent("answer", { detail: { taken, now } })); // for `make bench-live`
}

// ---- Drawing

function draw() {
  const ratio = overlay.clientWidth / sentWidth;
  overlay.width = overlay.clientWidth * devicePixelRatio;
  overlay.height = overlay.clientHeight * devicePixelRatio;
  const brush = overlay.getContext("2d");
  brush.scale(devicePixelRatio, devicePixelRatio);
  for (const face of faces) drawFace(brush, face, ratio);
}

function drawFace(brush, face, ratio) {
  let [left, top, width, height] = face.box.map((side) => side * ratio);
  if (isOn("mirror")) left = overlay.clientWidth - left - width;
  brush.globalAlpha = Math.max(0, 1 - face.unseen / 0.6);
  const at = classes.indexOf(face.label);
  brush.lineWidth = 3;
  brush.strokeStyle = at < 0 ? "#cbd5e1" : colours[at];
  brush.beginPath();
  brush.roundRect(left, top, width, height, 8);
  brush.stroke();
  drawPlate(brush, face, at, left, top);
  if (isOn("bars")) drawBars(brush, face, left, top + height + 6, Math.max(width, 96));
}

function drawPlate(brush, face, at, left, top) {
  const words = at < 0 ? texts.uncertain : `${texts.emotions[at]} ${Math.round(100 * face.probabilities[at])} %`;
  brush.font = "600 16px system-ui, sans-serif";
  const indent = emojis[at] ? 36 : 10;
  const width = brush.measureText(words).width + indent + 10;
  const x = Math.max(0, Math.min(left, overlay.clientWidth - width));
  const y = Math.max(0, top - 38);
  brush.fillStyle = "rgb(15 23 42 / 80%)";
  brush.beginPath();
  brush.roundRect(x, y, width, 34, 8);
  brush.fill();
  if (emojis[at]) brush.drawImage(emojis[at], x + 5, y + 4, 26, 26);
  brush.fillStyle = "white";
  brush.textAlign = "left"; // of the plate, also where words are written from the right
  brush.textBaseline = "middle";
  brush.fillText(words, x + indent, y + 18);
}

function drawBars(brush, face, left, top, width) {
  const [step, edge] = [16, 4];
  const height = step * classes.length + 2 * edge;
  const x = Math.max(0, Math.min(left, overlay.clientWidth - width));
  const y = Math.max(0, Math.min(top, overlay.clientHeight - height));
  brush.fillStyle = "rgb(15 23 42 / 70%)";
  brush.beginPath();
  brush.roundRect(x, y, width, height, 8);
  brush.fill();
  const start = x + edge + (emojis.some(Boolean) ? step + 2 : 0);
  face.probabilities.forEach((share, at) => {
    const row = y + edge + at * step;
    if (emojis[at]) brush.drawImage(emojis[at], x + edge, row + 1, step - 2, step - 2);
    brush.fillStyle = colours[at];
    brush.fillRect(start, row + 4, Math.max(1, share * (x + width - edge - start)), step - 8);
  });
}

// ---- The record: timeline, CSV, snapshot

function record(time) {
  const seen = faces.filter((face) => !face.unseen);
  for (const face of seen) rows.push([time.toFixed(3), face.id, ...face.box, face.label ?? "uncertain", ...face.probabilities]);
  const largest = seen.reduce((a, b) => (b.box[2] > (a?.box[2] ?? 0) ? b : a), null);
  if (moments.length && time - moments.at(-1).time < TIMELINE_STEP) return;
  moments.push({ time, shares: largest?.probabilities ?? null });
  while (moments[0].time < time - TIMELINE_SECONDS) moments.shift();
}

function drawTimeline() {
  if (!isLive() || !moments.length) return;
  const canvas = part("timeline");
  const [width, height] = [canvas.clientWidth * devicePixelRatio, canvas.clientHeight * devicePixelRatio];
  Object.assign(canvas, { width, height });
  const brush = canvas.getContext("2d");
  const now = moments.at(-1).time;
  const x = (time) => width * (1 - (now - time) / TIMELINE_SECONDS);
  moments.forEach(({ time, shares }, place) => {
    const until = moments[place + 1]?.time ?? time;
    if (!shares || until - time > 1) return;
    let y = height;
    shares.forEach((share, at) => {
      brush.fillStyle = colours[at];
      brush.fillRect(x(time), y - share * height, x(until) - x(time) + 1, share * height + 0.5);
      y -= share * height;
    });
  });
}

function tellSpeed() {
  answers = answers.filter(({ time }) => performance.now() - time < 1000 * SPEED_SECONDS);
  const { length } = answers;
  const latencies = answers.map(({ latency }) => latency).sort((a, b) => a - b);
  part("speed").textContent = length
    ? texts.speed.replace("{rate}", Math.round(length / SPEED_SECONDS)).replace("{latency}", Math.round(latencies[length >> 1]))
    : "";
}

function tellEmotion() {
  const seen = faces.filter((face) => !face.unseen && face.label);
  part("timeline").ariaLabel = [texts.timeline, ...seen.map((face) => texts.emotions[classes.indexOf(face.label)])].join(": ");
}

function csv() {
  const header = ["seconds", "face", "left", "top", "width", "height", "label", ...classes];
  const quoted = (cell) => (/[",\n]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : cell);
  return [header, ...rows].map((row) => row.map(quoted).join(",")).join("\n") + "\n";
}

function snapshot() {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const brush = canvas.getContext("2d");
  brush.save();
  if (isOn("mirror")) brush.setTransform(-1, 0, 0, 1, canvas.width, 0);
  brush.drawImage(video, 0, 0);
  brush.restore();
  brush.drawImage(overlay, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => download(blob, "png"), "image/png");
}

function download(blob, ending) {
  const moment = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `fer-${moment}.${ending}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// ---- Words and switches

function say(name, kind = "") {
  Object.assign(status.dataset, { name, kind });
  const words = texts[name] ?? "";
  if (status.textContent !== words) status.textContent = words;
  status.hidden = !words;
}

function isOn(name) {
  return part(name).ariaPressed === "true";
}

function toggle({ currentTarget }) {
  currentTarget.ariaPressed = String(currentTarget.ariaPressed !== "true");
  video.classList.toggle("fer-mirrored", isOn("mirror"));
  draw();
}

function pause(whether) {
  isPaused = whether;
  part("pause").textContent = whether ? texts.resume : texts.pause;
  if (whether) {
    video.pause();
    say("paused");
  } else {
    video.play();
    say("");
  }
}

function begin() {
  for (const name of ["start", "stop", "mirror", "bars", "snapshot", "csv"]) part(name).textContent = texts[name];
  for (const place of element.querySelectorAll("[data-text]")) place.textContent = texts[place.dataset.text];
  part("legend").replaceChildren(
    ...texts.emotions.map((word, at) => {
      const item = Object.assign(document.createElement("li"), { textContent: word });
      item.style.setProperty("--colour", colours[at]);
      return item;
    }),
  );
  part("sensitivity").value = 1 - threshold;
  video.classList.add("fer-mirrored");
  part("start").addEventListener("click", start);
  part("start").disabled = false;
  part("stop").addEventListener("click", stop);
  part("pause").addEventListener("click", () => pause(!isPaused));
  part("mirror").addEventListener("click", toggle);
  part("bars").addEventListener("click", toggle);
  part("cameras").addEventListener("change", () => {
    stop();
    start();
  });
  part("snapshot").addEventListener("click", snapshot);
  part("csv").addEventListener("click", () => download(new Blob([csv()], { type: "text/csv" }), "csv"));
  navigator.mediaDevices?.addEventListener("devicechange", goOnWithTheSameCamera);
  video.addEventListener("resize", fitStage);
  new ResizeObserver(draw).observe(overlay);
  video.requestVideoFrameCallback(eachFrame);
  setInterval(drawTimeline, 200);
  setInterval(tellSpeed, 200);
  setInterval(tellEmotion, 2000);
  say("hint");
}

begin();
