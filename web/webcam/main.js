// Tab *Webcam* in the browser. The page shows the camera's own video and asks the server about its newest
// picture as soon as there is room. The server knows of no face but those of that picture: here they are
// given names, and followed from picture to picture until the next answer.

import { goOnWithTheSameCamera, fitStage, pause, start, stop } from "./camera.js";
import { fillIn, isOn, partOf, say, toggle } from "./controls.js";
import { Follower } from "./follower.js";
import { eachFrame, tellSpeed } from "./link.js";
import { draw } from "./overlay.js";
import { drawTimeline, saveSnapshot, saveTable, tellEmotion } from "./record.js";
import { Tracker } from "./tracker.js";

// `element` is what webcam.html makes, `props` what tab.py passes.
export function begin(element, props) {
  const webcam = stateOf(element, props);
  fillIn(webcam);
  bind(webcam);
  webcam.video.requestVideoFrameCallback(() => eachFrame(webcam));
  setInterval(() => drawTimeline(webcam), 200);
  setInterval(() => tellSpeed(webcam), 200);
  setInterval(() => tellEmotion(webcam), 2000);
  say(webcam, "hint");
}

// All that the modules know; who changes what is said beside it.
function stateOf(element, { classes, model, threshold, texts }) {
  const style = getComputedStyle(document.documentElement);
  return {
    element,
    classes,
    model, // its name
    threshold, // the model's own, 0..1
    texts: textsFor(navigator.languages, texts),
    video: partOf(element, "video"),
    colours: classes.map((_, at) => style.getPropertyValue(`--colour-${at}`)),
    emojis: classes.map((_, at) => emojiOf(style.getPropertyValue(`--emoji-${at}`))),

    faces: [], // of the last answer as `tracker` knows them, boxes in pixels of the picture sent; link, camera
    tracker: new Tracker(), // who is who, and what they show; link
    follower: new Follower(), // where they are now; link, camera
    sheets: new Map(), // what lies over the video, by name; overlay
    places: {}, // which of its places each sheet has, by name; overlay
    mainFace: undefined, // the id of the face that has the bars; overlay
    sentWidth: 1, // pixels, of the picture that was sent; link
    isPaused: false, // camera
    device: "", // the camera that is in use, or was; camera
    began: 0, // when the camera was first started; camera
    link: {
      address: `${window.gradio_config.root}/live`,
      session: crypto.getRandomValues(new Uint32Array(4)).join("-"),
      photographer: new Worker(new URL("./photographer.js", import.meta.url)),
      isFresh: false, // the camera has a picture that was not sent yet
      newest: null, // the camera's picture that was looked at last, of `smallGrey`
      nextLook: 0, // when the next one may be looked at
      underWay: 0,
      shownAt: 0, // when the newest answered picture was taken
      onTheWay: [0], // ms that the last answers took beyond the server's own work
      answers: [], // of the last seconds: { time, latency }
      wait: 0, // ms until the next attempt; 0 while the server answers
      lastWait: 0,
    },
    record: {
      rows: [], // of the CSV
      moments: [], // of the timeline: { time, shares } of the largest face, shares null without one
    },
  };
}

function textsFor(languages, texts) {
  const family = (code) => code.split("-")[0];
  const known = languages.map((asked) => Object.keys(texts).find((it) => family(it) === family(asked)));
  return texts[known.find(Boolean) ?? "en"];
}

function emojiOf(background) {
  const address = background.match(/url\("?(.*?)"?\)/)?.[1];
  return address && Object.assign(new Image(), { src: address });
}

function bind(webcam) {
  const { element, video } = webcam;
  const on = (name, event, act) => partOf(element, name).addEventListener(event, act);
  on("start", "click", () => start(webcam));
  on("stop", "click", () => stop(webcam));
  on("pause", "click", () => pause(webcam, !webcam.isPaused));
  on("mirror", "click", () => {
    toggle(webcam, "mirror");
    video.classList.toggle("fer-mirrored", isOn(webcam, "mirror"));
    draw(webcam);
  });
  on("bars", "click", () => {
    toggle(webcam, "bars");
    draw(webcam);
  });
  on("cameras", "change", () => {
    stop(webcam);
    start(webcam);
  });
  on("snapshot", "click", () => saveSnapshot(webcam));
  on("csv", "click", () => saveTable(webcam));
  navigator.mediaDevices?.addEventListener("devicechange", () => goOnWithTheSameCamera(webcam));
  video.addEventListener("resize", () => fitStage(webcam));
  new ResizeObserver(() => draw(webcam)).observe(partOf(element, "overlay"));
}
