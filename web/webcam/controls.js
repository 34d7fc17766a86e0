// The tab's parts, words and switches.

export function partOf(element, name) {
  return element.querySelector(`[data-part=${name}]`);
}

// The first of the visitor's languages that is known, else English; any kind of it will do.
export function bestLanguage(known) {
  const family = (code) => code.split("-")[0];
  const found = navigator.languages.map((asked) => known.find((it) => family(it) === family(asked)));
  return found.find(Boolean) ?? "en";
}

// The words of webcam.html, which has none of its own, and the first positions of the switches.
export function fillIn({ element, texts, colours, video }) {
  for (const name of ["start", "stop", "mirror", "bars", "next", "device", "snapshot", "film", "csv"]) partOf(element, name).textContent = texts[name];
  for (const place of element.querySelectorAll("[data-text]")) place.textContent = texts[place.dataset.text];
  partOf(element, "legend").replaceChildren(
    ...texts.emotions.map((word, at) => {
      const item = Object.assign(document.createElement("li"), { textContent: word });
      item.style.setProperty("--colour", colours[at]);
      return item;
    }),
  );
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
