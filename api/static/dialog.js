// Pictures and questions open in a dialog over the page they belong to.

const dialog = document.getElementById("dialog");
const content = document.getElementById("dialog-content");
const previous = document.getElementById("dialog-previous");
const next = document.getElementById("dialog-next");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== content) return;
  // The title of a part would become that of the page.
  const item = content.querySelector("[data-item]")?.dataset.item;
  previous.hidden = !neighbor(item, -1);
  next.hidden = !neighbor(item, 1);
  if (!dialog.open) dialog.showModal();
});

// An upload that is gone, or that this browser cannot show, still has its thumbnail.
document.addEventListener("error", (event) => {
  const instead = event.target.dataset?.instead;
  if (!instead || event.target.src.endsWith(instead)) return;
  event.target.src = instead;
}, true);

dialog.addEventListener("close", () => content.replaceChildren());
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
previous.addEventListener("click", () => step(-1));
next.addEventListener("click", () => step(1));
dialog.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by) step(by);
});

function step(by) {
  neighbor(content.querySelector("[data-item]")?.dataset.item, by)?.click();
}

function neighbor(item, by) {
  const tiles = [...document.querySelectorAll(".tile a")];
  const at = tiles.findIndex((tile) => tile.getAttribute("href") === `/items/${item}`);
  return at < 0 ? undefined : tiles[at + by];
}
