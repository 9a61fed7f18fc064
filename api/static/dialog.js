// Items and confirmations open in a dialog over their page.

const dialog = document.getElementById("dialog");
const content = document.getElementById("dialog-content");
const previous = document.getElementById("dialog-previous");
const next = document.getElementById("dialog-next");
let under; // the address of the page below

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== content) return;
  if (content.querySelector("[data-player]")) import("./player.js");
  if (content.querySelector("zone-panel")) import("./zones.js");
  previous.hidden = !findNeighbor(-1);
  next.hidden = !findNeighbor(1);
  if (!dialog.open) {
    under = location.href;
    dialog.showModal();
  }
  const item = content.querySelector("[data-item]")?.dataset.item;
  // Each picture has its own address, to share and to come back to.
  if (item) history.replaceState(history.state, "", `/items/${item}`);
  if (content.querySelector("[data-uploaded]")) [-1, 1].forEach(prefetch);
});

/** Have the picture before or after at hand. */
function prefetch(offset) {
  const link = findNeighbor(offset);
  if (!link?.querySelector("img") || link.querySelector(".play")) return;
  new Image().src = `/v1${link.getAttribute("href")}/picture`;
}

// If an upload was deleted or the browser can't show it, its thumbnail takes its place.
document.addEventListener("error", (event) => {
  const fallback = event.target.dataset?.fallback;
  if (!fallback || event.target.src.endsWith(fallback)) return;
  event.target.src = fallback;
}, true);

dialog.addEventListener("close", () => {
  if (content.querySelector("[data-item]")) history.replaceState(history.state, "", under);
  content.replaceChildren();
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
  const closes = event.target.closest("a[data-closes]");
  if (!closes) return;
  event.preventDefault();
  dialog.close();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.matches("form[data-closes]") && event.detail.successful) dialog.close();
});
previous.addEventListener("click", () => findNeighbor(-1)?.click());
next.addEventListener("click", () => findNeighbor(1)?.click());
dialog.addEventListener("keydown", (event) => {
  // In a video and in a field, they go back and forth there.
  if (event.target.matches("video, input")) return;
  const offset = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (offset) findNeighbor(offset)?.click();
});

/** The link to the item before (-1) or after (1) the one that is open. */
function findNeighbor(offset) {
  const item = content.querySelector("[data-item]")?.dataset.item;
  const links = [...document.querySelectorAll(".tile a")];
  const index = links.findIndex((link) => link.getAttribute("href") === `/items/${item}`);
  return index < 0 ? undefined : links[index + offset];
}
