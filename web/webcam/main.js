// Tab *Webcam* in the browser. The page shows the camera's own video and asks who recognises, the server or
// the visitor's own device, about its newest picture as soon as there is room. The answer knows of no face but
// those of that picture: here they are given names, and followed from picture to picture until the next one.

import { fitStage, goOnWithTheSameCamera, heedAbsence, pause, start, stop } from "./camera.js";
import { bestLanguage, fillIn, isOn, partOf, say, tellNeutral, toggle } from "./controls.js";
import { Follower } from "./follower.js";
import { eachFrame, tellSpeed } from "./link.js";
import { chooseAt, chooseNext, draw } from "./overlay.js";
import { changePlace, heedSlowness, offerDevice } from "./place.js";
import { Neutral, NEUTRAL } from "./neutral.js";
import { film, saveSnapshot, saveTable } from "./record.js";
import { bindTimeline, drawTimeline, tellEmotion } from "./timeline.js";
import { Tracker } from "./tracker.js";

// `element` is what webcam.html makes, `props` what tab.py passes.
export function begin(element, props) {
  const webcam = stateOf(element, props);
  fillIn(webcam);
  bind(webcam);
  bindTimeline(webcam);
  webcam.video.requestVideoFrameCallback(() => eachFrame(webcam));
  setInterval(() => drawTimeline(webcam), 200);
  setInterval(() => tellSpeed(webcam), 200);
  setInterval(() => tellNeutral(webcam), 200);
  setInterval(() => tellEmotion(webcam), 2000);
  setInterval(() => heedSlowness(webcam), 2000);
  say(webcam, "hint");
  offerDevice(webcam);
}

// All that the modules know; who changes what is said beside it.
function stateOf(element, { classes, model, fingerprint, threshold, texts, onDevice }) {
  const style = getComputedStyle(document.documentElement);
  return {
    element,
    classes,
    model, // its name
    fingerprint, // of its file
    threshold, // the model's own, 0..1
    onDevice, // whether no picture may leave the visitor's device
    texts: texts[bestLanguage(Object.keys(texts))],
    video: partOf(element, "video"),
    colours: classes.map((_, at) => style.getPropertyValue(`--colour-${at}`)),
    emojis: classes.map((_, at) => emojiOf(style.getPropertyValue(`--emoji-${at}`))),

    faces: [], // of the last answer as `tracker` knows them, boxes in pixels of the picture sent; link, camera
    neutral: new Neutral(), // the visitor's resting face; main, link
    tracker: new Tracker(), // who is who, and what they show; link
    follower: new Follower(), // where they are now; link, camera
    sheets: new Map(), // what lies over the video, by name; overlay
    places: {}, // which of its places each sheet has, by name; overlay
    mainFace: undefined, // the id of the face that has the bars; overlay
    chosenFace: undefined, // that of the one that was given them by hand; overlay
    sentWidth: 1, // pixels, of the picture that was looked at; link
    server: null, // a Server, where pictures may be sent; place
    reader: null, // a Device, once it was asked for; place
    recognizer: null, // the one of them that is asked; place
    deviceFiles: null, // what a device needs; place
    isPaused: false, // camera
    isAway: false, // whether the camera is off because nobody looks; camera
    device: "", // the camera that is in use, or was; camera
    began: 0, // when the camera was first started; camera
    link: {
      isFresh: false, // the camera has a picture that was not sent yet
      look: null, // the camera's newest picture: { time, picture }, the latter a promise of `smallGrey`
      nextLook: 0, // when the next one may be looked at
      underWay: 0,
      shownAt: 0, // when the newest answered picture was taken
      answers: [], // of the last seconds: { time, latency }
      wait: 0, // ms until the next attempt; 0 while the server answers
      lastWait: 0,
    },
    momentAgo: null, // seconds, of the moment that is chosen in the timeline; timeline
    film: null, // a MediaRecorder while a video is made; record
    record: {
      rows: [], // of the CSV
      moments: [], // of the timeline: { time, shares } of the face with the bars, shares null without one
    },
  };
}

function emojiOf(background) {
  const address = background.match(/url\("?(.*?)"?\)/)?.[1];
  return address && Object.assign(new Image(), { src: address });
}

function bind(webcam) {
  const { classes, element, neutral, video } = webcam;
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
  on("overlay", "click", ({ offsetX, offsetY }) => chooseAt(webcam, offsetX, offsetY));
  partOf(element, "neutral").hidden = !classes.includes(NEUTRAL);
  on("neutral", "click", () => {
    if (neutral.offsets) neutral.undo();
    else neutral.begin(performance.now());
    tellNeutral(webcam);
  });
  on("next", "click", () => chooseNext(webcam));
  on("device", "click", () => changePlace(webcam));
  on("snapshot", "click", () => saveSnapshot(webcam));
  partOf(element, "film").hidden = !window.MediaRecorder; // browsers that are too old to record
  on("film", "click", () => film(webcam));
  on("csv", "click", () => saveTable(webcam));
  navigator.mediaDevices?.addEventListener("devicechange", () => goOnWithTheSameCamera(webcam));
  video.addEventListener("resize", () => fitStage(webcam));
  document.addEventListener("visibilitychange", () => heedAbsence(webcam));
  new ResizeObserver(() => {
    heedAbsence(webcam); // of a tab that is left nothing remains to be seen
    draw(webcam);
  }).observe(partOf(element, "overlay"));
}
