// Names the examples, and opens the cards of faces, one at a time: by their buttons, or by a click on a face in the picture.
// Gradio runs this once and gives it the `element` that holds the cards, and `watch`.
const openAlone = (chosen) => {
  for (const button of element.querySelectorAll(".fer-open")) {
    button.setAttribute("aria-expanded", button === chosen);
  }
};

element.addEventListener("click", ({ target }) => {
  const button = target.closest(".fer-open");
  if (button) openAlone(button.getAttribute("aria-expanded") === "true" ? null : button);
});

// What was chosen among the bars of the former picture means nothing for this one.
watch("value", () => element.querySelectorAll("form").forEach((form) => form.reset()));

// Gradio draws the examples late and anew, and without the names that screen readers need.
new MutationObserver(() => {
  const heading = document.querySelector("#picture-examples .label")?.textContent.trim();
  document.querySelectorAll("#picture-examples button").forEach((button, at) => {
    const name = `${heading} ${at + 1}`;
    if (button.ariaLabel !== name) button.ariaLabel = name;
  });
}).observe(document.body, { childList: true, subtree: true });

document.addEventListener("click", ({ target: image, clientX, clientY }) => {
  if (!image.matches("#picture-output img")) return;
  const frame = image.getBoundingClientRect(); // the picture fits into it
  const scale = Math.min(frame.width / image.naturalWidth, frame.height / image.naturalHeight);
  const x = (clientX - frame.left - frame.width / 2) / (scale * image.naturalWidth) + 0.5;
  const y = (clientY - frame.top - frame.height / 2) / (scale * image.naturalHeight) + 0.5;
  // The last is the smallest, where boxes overlap.
  const card = [...element.querySelectorAll(".fer-card")].findLast(({ dataset }) => {
    const [left, top, right, bottom] = dataset.box.split(" ").map(Number);
    return left <= x && x <= right && top <= y && y <= bottom;
  });
  if (!card) return;
  const button = card.querySelector(".fer-open");
  openAlone(button);
  button.focus({ preventScroll: true });
  card.scrollIntoView({ behavior: "smooth", block: "nearest" });
});
