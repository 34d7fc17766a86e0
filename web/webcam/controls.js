// The tab's parts, words and switches.

export function partOf(element, name) {
  return element.querySelector(`[data-part=${name}]`);
}

// The words of webcam.html, which has none of its own, and the first positions of the switches.
export function fillIn({ element, texts, colours, threshold, video }) {
  for (const name of ["start", "stop", "mirror", "bars", "next", "device", "snapshot", "film", "csv"]) partOf(element, name).textContent = texts[name];
  for (const place of element.querySelectorAll("[data-text]")) place.textContent = texts[place.dataset.text];
  partOf(element, "legend").replaceChildren(
    ...texts.emotions.map((word, at) => {
      const item = Object.assign(document.createElement("li"), { textContent: word });
      item.style.setProperty("--colour", colours[at]);
      return item;
    }),
  );
  partOf(element, "sensitivity").value = 1 - threshold;
  tellSensitivity({ element, texts });
  partOf(element, "start").hidden = false;
  video.classList.add("fer-mirrored");
}

// The sentence of that name over the video; `kind` "trouble" stays until the server answers again.
export function say({ element, texts }, name, kind = "") {
  const status = partOf(element, "status");
  Object.assign(status.dataset, { name, kind });
  const words = texts[name] ?? "";
  if (status.textContent !== words) status.textContent = words;
  status.hidden = !words;
}

export function said({ element }) {
  return partOf(element, "status").dataset;
}

export function isOn({ element }, name) {
  return partOf(element, name).ariaPressed === "true";
}

export function toggle(webcam, name) {
  partOf(webcam.element, name).ariaPressed = String(!isOn(webcam, name));
}

// The probability from which on a face gets a label.
export function thresholdOf({ element }) {
  return 1 - partOf(element, "sensitivity").value;
}

export function tellSensitivity({ element, texts }) {
  const percent = Math.round(100 * thresholdOf({ element }));
  partOf(element, "sensitivityMeans").textContent = texts.sensitivityMeans.replace("{percent}", percent);
}

// Whether the resting face is known, or how much longer it is looked at.
export function tellNeutral({ element, neutral, texts }) {
  const button = partOf(element, "neutral");
  const seconds = neutral.secondsLeft(performance.now());
  const words = seconds ? texts.neutralComes.replace("{seconds}", seconds) : neutral.offsets ? texts.neutralKnown : texts.neutral;
  if (button.textContent !== words) button.textContent = words;
  button.ariaPressed = String(Boolean(neutral.offsets));
}

// The controls while the camera runs, the button that starts it while not.
export function showRunning({ element, began }, isRunning) {
  const isFocused = element.contains(document.activeElement);
  partOf(element, "start").hidden = isRunning;
  for (const name of ["handy", "controls"]) partOf(element, name).hidden = !isRunning;
  partOf(element, "record").hidden = !began;
  if (isFocused) partOf(element, isRunning ? "pause" : "start").focus({ preventScroll: true }); // what had the focus may be hidden
}
