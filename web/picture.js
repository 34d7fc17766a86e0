// What the tab Picture does in the browser: cards and boxes that belong together, new pictures from anywhere, names.
// Gradio runs this once and gives it the `element` that holds the answer, and `watch`.
const one = (selector) => document.querySelector(selector);
const all = (selector) => [...element.querySelectorAll(selector)];

// Cards open one at a time: by their buttons, or by a click on a face in the picture.
let opened; // the box of the open card's face, by which it is known again when the picture gets other labels
const openAlone = (chosen) => {
  opened = chosen?.dataset.box;
  for (const card of all(".fer-card")) {
    card.querySelector(".fer-open").setAttribute("aria-expanded", card === chosen);
  }
  pointOut();
};

const comeIntoView = (card) => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  card?.scrollIntoView({ behavior: calm ? "instant" : "smooth", block: "nearest" });
};

element.addEventListener("click", ({ target }) => {
  const button = target.closest(".fer-open");
  if (!button) return;
  const card = button.getAttribute("aria-expanded") === "true" ? null : button.closest(".fer-card");
  openAlone(card);
  comeIntoView(card);
});

document.addEventListener("click", ({ target: image, clientX, clientY }) => {
  if (!image.matches("#picture-output img")) return;
  const area = shownArea(image);
  const x = (clientX - area.left) / area.width;
  const y = (clientY - area.top) / area.height;
  // The last is the smallest, where boxes overlap.
  const card = all(".fer-card").findLast(({ dataset }) => {
    const [left, top, right, bottom] = dataset.box.split(" ").map(Number);
    return left <= x && x <= right && top <= y && y <= bottom;
  });
  if (!card) return;
  openAlone(card);
  card.querySelector(".fer-open").focus({ preventScroll: true });
  comeIntoView(card);
});

// Where in the window the picture's pixels are: it fits into its element.
const shownArea = (image) => {
  const frame = image.getBoundingClientRect();
  const scale = Math.min(frame.width / image.naturalWidth, frame.height / image.naturalHeight);
  const width = scale * image.naturalWidth;
  const height = scale * image.naturalHeight;
  return { left: frame.left + (frame.width - width) / 2, top: frame.top + (frame.height - height) / 2, width, height };
};

// The face of the open card is lit in the picture, and all around it dimmed, where there are several.
const light = document.createElement("span");
light.className = "fer-light";
const pointOut = () => {
  const output = one("#picture-output");
  const image = output?.querySelector("img");
  const card = all(".fer-card").length > 1 && one("#picture-faces .fer-card:has([aria-expanded=true])");
  light.hidden = !card || !image?.naturalWidth;
  if (light.hidden) return;
  if (light.parentElement !== output) {
    output.append(light);
    new ResizeObserver(pointOut).observe(output);
  }
  const block = output.getBoundingClientRect();
  const area = shownArea(image);
  const [left, top, right, bottom] = card.dataset.box.split(" ").map(Number);
  light.style.left = `${area.left - block.left - output.clientLeft + left * area.width}px`;
  light.style.top = `${area.top - block.top - output.clientTop + top * area.height}px`;
  light.style.width = `${(right - left) * area.width}px`;
  light.style.height = `${(bottom - top) * area.height}px`;
};

watch("value", () => {
  all("form").forEach((form) => form.reset()); // browsers keep what was chosen among the former picture's bars
  if (all(".fer-card").length > 1) openAlone(all(".fer-card").find(({ dataset }) => dataset.box === opened));
  else pointOut();
  const said = one("#picture-states .fer-said"); // unlike the answer it is there before, as screen readers need it
  if (said) said.textContent = element.querySelector(".fer-found .fer-note")?.textContent ?? "";
});

// The marked picture can be saved beside the tables; where it lies, Gradio told its image alone.
element.addEventListener("click", ({ target }) => {
  if (target.matches("a[href='#']")) target.href = one("#picture-output img").src;
});

// A new picture may be dropped or pasted anywhere in the tab, or chosen while the former one's answer is there.
const offer = ({ files }) => {
  const box = one("#picture-input .upload-container");
  if (!box?.offsetParent && !one("#picture-output img")?.offsetParent) return false; // another tab is open
  const dataTransfer = new DataTransfer(); // an event's own is emptied after it
  for (const file of files) dataTransfer.items.add(file);
  if (files.length) box.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  return files.length > 0;
};

document.addEventListener("paste", (event) => {
  if (!event.target.closest("input, textarea") && offer(event.clipboardData)) event.preventDefault();
});
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!event.target.closest("#picture")) return;
    event.preventDefault();
    if (kind === "drop") offer(event.dataTransfer);
  });
}
document.addEventListener(
  "click",
  (event) => {
    const chooser = one("#picture-states input");
    if (!event.target.closest("#picture-input .source-selection button:first-child")) return;
    if (!chooser || one("#picture-input video")) return; // Gradio changes from the camera to files
    event.stopPropagation();
    chooser.click();
  },
  true,
);
document.addEventListener("change", ({ target }) => {
  if (!target.matches("#picture-states input")) return;
  offer(target);
  target.value = ""; // so that the same file can be chosen again
});

// Until the marked picture is there, the visitor's shows in its place. What the browser cannot show, such as a TIFF, the
// program may read: it is hidden, as it would look broken.
for (const kind of ["load", "error"]) {
  const show = ({ target: image }) => {
    if (!image.matches?.("#picture-input img, #picture-output img")) return;
    const known = kind === "load" && image.closest("#picture-input");
    one("#picture").style.setProperty("--visitors", known ? `url("${image.src}")` : "none");
    if (image.closest("#picture-input")) image.style.visibility = kind === "error" ? "hidden" : "";
    else pointOut();
  };
  document.addEventListener(kind, show, true);
}

// Gradio draws examples, the field for files and sources late and anew, and without names in the visitor's language.
const call = (buttons, names) => {
  buttons.forEach((button, at) => {
    if (button.ariaLabel !== names[at]) button.ariaLabel = button.dataset.words = names[at];
  });
};
new MutationObserver(() => {
  const heading = one("#picture-examples .label")?.textContent.trim();
  const examples = document.querySelectorAll("#picture-examples button");
  call(examples, Array.from(examples, (_, at) => `${heading} ${at + 1}`));
  const box = one("#picture-input button.upload-container");
  if (box?.textContent.trim()) call([box], [box.textContent.trim()]);
  const sources = one("#picture-states input")?.dataset.sources.split("|");
  if (sources) call(document.querySelectorAll("#picture-input .source-selection button"), sources);
}).observe(document.body, { childList: true, subtree: true });
