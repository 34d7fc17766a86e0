// The graph of a video's faces goes with the player: its line stands where the video is, and leads there.
// Gradio runs this once and gives it the `element` that holds the graph, and `watch`.
const FINE = 1; // seconds that an arrow key goes
const COARSE = 10; // and a page key

const player = () => document.querySelector("#video-output video");
const graph = () => element.querySelector("[role=slider]");
const lengthOf = (slider) => Number(slider.ariaValueMax);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

// What the faces show at a moment: of each its last words until then, none where it isn't seen.
const wordsAt = (slider, time) => {
  const rows = [...slider.querySelectorAll("[data-moments]")];
  const words = rows.map(({ dataset }) => JSON.parse(dataset.moments).findLast(([from]) => from <= time)?.[1]);
  return words.filter(Boolean).join(" · ") || slider.dataset.nobody;
};

const show = (time) => {
  const slider = graph();
  if (!slider) return;
  const at = Math.min(Math.max(time, 0), lengthOf(slider));
  slider.style.setProperty("--at", at / lengthOf(slider));
  const words = `${clock(at)}   ${wordsAt(slider, at)}`;
  if (slider.ariaValueText === words) return; // screen readers speak what changes
  slider.ariaValueNow = at.toFixed(1);
  slider.ariaValueText = words;
  element.querySelector(".fer-film-moment").textContent = words;
};

const go = (time) => {
  const video = player();
  const at = Math.min(Math.max(time, 0), lengthOf(graph()));
  if (video) video.currentTime = at;
  show(at);
};

// In every frame while the video plays: the player itself tells of its time only four times a second.
let next; // one frame is asked for at a time, however often the player tells
const follow = () => {
  cancelAnimationFrame(next);
  const video = player();
  if (!video) return;
  show(video.currentTime);
  if (!video.paused && !video.ended) next = requestAnimationFrame(follow);
};

// Gradio makes a player for each video, and its events do not bubble.
for (const event of ["play", "timeupdate", "seeking", "loadedmetadata"]) {
  document.addEventListener(event, ({ target }) => target === player() && follow(), true);
}

const timeAt = (slider, x) => {
  const { left, width } = slider.querySelector("svg").getBoundingClientRect();
  return ((x - left) / width) * lengthOf(slider);
};

element.addEventListener("pointerdown", (event) => {
  const slider = event.target.closest("[role=slider]");
  if (!slider || event.button !== 0) return;
  slider.setPointerCapture(event.pointerId);
  go(timeAt(slider, event.clientX));
});

element.addEventListener("pointermove", ({ target, pointerId, clientX }) => {
  const slider = target.closest("[role=slider]");
  if (slider?.hasPointerCapture(pointerId)) go(timeAt(slider, clientX));
});

element.addEventListener("keydown", (event) => {
  const slider = event.target.closest("[role=slider]");
  if (!slider || event.ctrlKey || event.metaKey || event.altKey) return;
  const now = player()?.currentTime ?? Number(slider.ariaValueNow);
  const targets = {
    ArrowRight: now + FINE,
    ArrowUp: now + FINE,
    ArrowLeft: now - FINE,
    ArrowDown: now - FINE,
    PageUp: now + COARSE,
    PageDown: now - COARSE,
    Home: 0,
    End: lengthOf(slider),
  };
  if (!(event.key in targets)) return;
  event.preventDefault();
  go(targets[event.key]);
});

watch("value", () => requestAnimationFrame(() => show(0)));
