// Buttons that show a stage of the live page on the whole screen, where the browser can.

for (const button of document.querySelectorAll("[data-fills]")) {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => document.getElementById(button.dataset.fills).requestFullscreen());
}
