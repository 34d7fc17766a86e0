// Gives every tab an address, `#webcam`, and the page a title that names the tab. Gradio runs this once.
const { title } = document;
const tabs = () => [...document.querySelectorAll("[role=tab][data-tab-id]")];
const addressOf = (tab) => `#${tab.dataset.tabId}`;
const named = () => tabs().find((tab) => addressOf(tab) === location.hash) ?? tabs()[0]; // by the address
const shown = () => tabs().find((tab) => tab.ariaSelected === "true");

const openNamed = () => {
  if (named() !== shown()) named().click();
};

const tellTitle = () => {
  document.title = `${shown().textContent.trim()} – ${title}`;
};

// Gradio draws the tabs late, and translates them later still.
const begin = () => {
  if (!shown()) return;
  waiting.disconnect();
  openNamed();
  tellTitle();
  const changes = { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-selected"] };
  new MutationObserver(() => shown() && tellTitle()).observe(document.querySelector("[role=tablist]"), changes);
  window.addEventListener("popstate", openNamed); // Back, Forward, a link, or another address typed
};
const waiting = new MutationObserver(begin);
waiting.observe(document.body, { childList: true, subtree: true });
begin();

document.addEventListener("click", ({ target }) => {
  const tab = target.closest("[role=tab][data-tab-id]");
  if (tab && tab !== named()) history.pushState(null, "", addressOf(tab));
  if (target.closest("a[href^='#']")) document.querySelector("[role=tablist]").scrollIntoView();
  // Gradio's description of the API cuts it off.
  setTimeout(() => {
    if (!location.hash && shown() !== named()) history.replaceState(null, "", addressOf(shown()));
  });
});
