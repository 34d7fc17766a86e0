// Says in the visitor's language what Gradio 6.31 says in English alone, or not at all. Gradio runs this once.
// The words are title.html's, those of text.GRADIO and text.WEBCAM.
let words; // once they are there
const filled = (name, values = {}) => words[name].replace(/{(\w+)}/g, (_, key) => values[key]);

// What Gradio says, and the name of what is said instead, with what the pattern caught.
const SENTENCES = [
  [/^Error$/, "error"],
  [/^Warning$/, "warning"],
  [/^Connection Lost$/, "lost"],
  [/^Connection to the server was lost/, "lostHint"],
  [/^Connection errored out|^Load failed|Failed to fetch$/, "unreachable"],
  [/^A part of the page did not arrive/, "incomplete"], // of scripts.py
  [/^This application is currently busy/, "busy"],
  [/^Invalid file types?: (?<files>.*)\. Only image.* allowed\.$/, "noPicture"],
  [/^Invalid file types?: (?<files>.*)\. Only video.* allowed\.$/, "noVideo"],
  [/^Video not playable$/, "unplayable"],
  [/^File\(s\) exceed the maximum allowed size of (?<limit>\d+).*?: (?<files>.*)$/, "tooLarge"],
  [/^image\.no_webcam_support$/, "insecure"],
  [/^Click to Access Webcam$/, "start"],
  [/^grant webcam access$/, "start"],
  [/^capture photo$/, "capture"],
  [/^(common\.upload|File upload|Click to upload or drop files)$/, "upload"],
  [/^Empty value$/, "empty"],
  [/^Remove (Image|this file)$/, "remove"],
  [/^(Fullscreen|full-screen)$/, "fullscreen"],
  [/^Exit fullscreen mode$/, "fullscreenEnd"],
  [/^play-pause-replay-button$/, "play"],
  [/^Adjust volume$/, "volume"],
  [/^Close$/, "close"],
  [/^Gradio footer navigation$/, "footer"],
];
const PLACES = ".toast-title, [data-testid=toast-text], [title='grant webcam access'] .wrap, .fer-missing";
const ATTRIBUTES = ["aria-label", "title"];

// The server's own refusals are in the visitor's language already, but wrapped up.
const unwrapped = (said) => said.match(/^HTTP \d+: .*"detail": ?"(.*)"}$/)?.[1];

const translated = (said) => {
  const [pattern, name] = SENTENCES.find(([each]) => each.test(said)) ?? [];
  return name ? filled(name, said.match(pattern).groups) : unwrapped(said);
};

const translate = (node, write) => {
  const better = translated(node.trim());
  if (better !== undefined && better !== node.trim()) write(better);
};

const translateWithin = (root) => {
  for (const place of root.querySelectorAll(PLACES)) {
    for (const node of place.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) translate(node.data, (better) => (node.data = better));
    }
  }
  for (const name of ATTRIBUTES) {
    for (const place of root.querySelectorAll(`[${name}]`)) {
      translate(place.getAttribute(name), (better) => place.setAttribute(name, better));
    }
  }
};

let isDue = false;
new MutationObserver(() => {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    words ??= JSON.parse(element.querySelector("[data-words]")?.dataset.words ?? "null");
    if (words) translateWithin(document);
  });
}).observe(document.body, { childList: true, subtree: true, attributeFilter: ATTRIBUTES });

// Where a picture is to be taken and the camera cannot be had, Gradio says nothing.
const TROUBLES = { NotAllowedError: "denied", NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "busyCamera" };
window.addEventListener("unhandledrejection", (event) => {
  const place = document.querySelector("[title] > button > .wrap");
  const trouble = navigator.mediaDevices ? TROUBLES[event.reason?.name] : "insecure";
  if (!words || !place?.checkVisibility() || !trouble) return;
  event.preventDefault();
  const told = place.querySelector("[role=alert]") ?? Object.assign(document.createElement("p"), { role: "alert" });
  told.textContent = filled(trouble);
  place.append(told);
});
