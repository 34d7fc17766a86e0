// Where faces are recognised: by the server, or on the visitor's own device.

import { isOn, partOf, say, toggle } from "./controls.js";
import { Device, deviceFiles } from "./device.js";
import { usualLatency } from "./link.js";
import { Server } from "./server.js";

const MEGABYTE = 1e6;
const SLOW = 100; // ms for a picture; from there on a device gives fewer than 10 answers a second

// Offers the switch where the server has what the device needs. `webcam.onDevice` leaves no choice.
export async function offerDevice(webcam) {
  const { element, fingerprint, onDevice } = webcam;
  if (!onDevice) webcam.recognizer = webcam.server = new Server(fingerprint);
  try {
    webcam.deviceFiles = await deviceFiles();
  } catch {
    if (onDevice) say(webcam, "deviceFailed", "trouble");
    return;
  }
  partOf(element, "place").hidden = false;
  partOf(element, "device").hidden = onDevice;
  tell(webcam, "deviceHint");
  if (onDevice) recogniseHere(webcam);
}

export async function changePlace(webcam) {
  if (!isOn(webcam, "device")) return recogniseHere(webcam);
  toggle(webcam, "device");
  webcam.recognizer = webcam.server;
  tell(webcam, "deviceHint");
}

// Says so where the device is slow at it, and could leave it to the server.
export function heedSlowness(webcam) {
  const { link, onDevice, reader, recognizer } = webcam;
  if (!reader || recognizer !== reader) return;
  tell(webcam, usualLatency(link) > SLOW && !onDevice ? "deviceSlow" : "deviceOn");
}

async function recogniseHere(webcam) {
  const { classes, element } = webcam;
  const button = partOf(element, "device");
  button.disabled = true;
  try {
    webcam.reader ??= await Device.open(webcam.deviceFiles, classes, (share) => tell(webcam, "deviceComes", share));
    webcam.recognizer = webcam.reader;
    toggle(webcam, "device");
    tell(webcam, "deviceOn");
  } catch (error) {
    console.error(error);
    tell(webcam, "deviceFailed");
  } finally {
    button.disabled = false;
  }
}

function tell({ deviceFiles: files, element, texts }, name, share = 1) {
  const sent = Object.values(files).reduce((sum, file) => sum + file.sent, 0);
  const words = texts[name].replace("{megabytes}", Math.ceil(sent / MEGABYTE)).replace("{percent}", Math.floor(100 * share));
  const note = partOf(element, "placeNote");
  if (note.textContent !== words) note.textContent = words;
}
