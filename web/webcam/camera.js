// The camera: which one, whether it runs, and how its picture lies on the page.

import { partOf, said, say, showRunning } from "./controls.js";
import { draw } from "./overlay.js";

const TROUBLES = { NotAllowedError: "denied", NotFoundError: "missing", NotReadableError: "busy" };

export async function start(webcam) {
  if (!navigator.mediaDevices?.getUserMedia) return say(webcam, "insecure");
  if (!window.OffscreenCanvas) return say(webcam, "outdated"); // the photographer's; Safari has it from 16.4 on
  if (said(webcam).name === "asking") return; // nothing would ever stop the first of two cameras
  say(webcam, "asking");
  try {
    await open(webcam);
  } catch (error) {
    stop(webcam);
    return say(webcam, TROUBLES[error.name] ?? "failed");
  }
  webcam.isAway = false;
  webcam.began ||= performance.now();
  pause(webcam, false);
  showRunning(webcam, true);
  listCameras(webcam);
}

async function open(webcam) {
  const { element, video } = webcam;
  const chosen = partOf(element, "cameras").value;
  const which = chosen ? { deviceId: { exact: chosen } } : { facingMode: "user" };
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480, ...which } });
  await video.play();
  const [track] = video.srcObject.getVideoTracks();
  track.addEventListener("ended", () => {
    stop(webcam);
    say(webcam, "unplugged");
  });
  webcam.device = track.getSettings().deviceId;
}

// Whoever leaves the tab, or the browser's, has the camera turned off; coming back turns it on again.
export function heedAbsence(webcam) {
  const isSeen = !document.hidden && webcam.element.offsetParent !== null;
  if (!isSeen && webcam.video.srcObject) {
    stop(webcam);
    webcam.isAway = !webcam.isPaused;
  } else if (isSeen && webcam.isAway) start(webcam);
}

export function stop(webcam) {
  const { video } = webcam;
  webcam.isAway = false;
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  webcam.faces = [];
  webcam.follower.forget();
  draw(webcam);
  showRunning(webcam, false);
  say(webcam, "hint");
}

export function pause(webcam, whether) {
  const { element, texts, video } = webcam;
  webcam.isPaused = whether;
  partOf(element, "pause").textContent = whether ? texts.resume : texts.pause;
  if (whether) {
    video.pause();
    say(webcam, "paused");
  } else {
    video.play();
    say(webcam, "");
  }
}

export function isLive({ element, isPaused, video }) {
  return video.srcObject && !isPaused && !document.hidden && element.offsetParent !== null;
}

async function listCameras({ device, element, texts }) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const cameras = devices.filter(({ kind }) => kind === "videoinput");
  partOf(element, "choice").hidden = cameras.length < 2;
  partOf(element, "cameras").replaceChildren(
    ...cameras.map(({ deviceId, label }) => new Option(label || texts.camera, deviceId, false, deviceId === device)),
  );
}

export async function goOnWithTheSameCamera(webcam) {
  await listCameras(webcam);
  if (said(webcam).name === "unplugged" && partOf(webcam.element, "cameras").value === webcam.device) start(webcam);
}

// A phone that is held upright has an upright picture, whatever it is asked for.
export function fitStage({ element, video }) {
  if (video.videoWidth) partOf(element, "stage").style.setProperty("--ratio", video.videoWidth / video.videoHeight);
}
