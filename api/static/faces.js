// The faces of a picture: pointing at one highlights it in the picture and in the list, where each has its crop.

// How much of the picture around a box a crop shows, as a part of the box.
const MARGIN = 0.3;

function highlight(event) {
  const face = event.target.closest?.("[data-face]");
  const section = event.target.closest?.(".analysis");
  document.querySelectorAll(".highlighted").forEach((one) => one.classList.remove("highlighted"));
  if (!face || !section) return;
  section.querySelectorAll(`[data-face="${face.dataset.face}"]`).forEach((one) => one.classList.add("highlighted"));
}
document.addEventListener("pointerover", highlight);
document.addEventListener("focusin", highlight);

/** Draw each face from the picture that is on the page already. */
function crop(picture) {
  const section = picture.closest(".analysis");
  const scale = picture.naturalWidth / picture.getAttribute("width");
  for (const face of section.querySelectorAll("[data-box]")) {
    const [x, y, width, height] = face.dataset.box.split(" ").map(Number);
    const side = Math.max(width, height) * (1 + 2 * MARGIN);
    const [left, top] = [x + (width - side) / 2, y + (height - side) / 2];
    const canvas = face.querySelector("canvas");
    canvas.getContext("2d").drawImage(picture, left * scale, top * scale, side * scale, side * scale, 0, 0, canvas.width, canvas.height);
  }
}
// `load` does not bubble.
document.addEventListener("load", (event) => {
  if (event.target.matches?.(".analysis .picture img")) crop(event.target);
}, true);
for (const picture of document.querySelectorAll(".analysis .picture img")) {
  if (picture.complete && picture.naturalWidth) crop(picture);
}
