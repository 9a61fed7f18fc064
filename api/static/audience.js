// The audience page: what a column stands for, the link to share, print, and own dates.

import { say } from "./app.js";

/** Pointing at a column says what it stands for. */
function read(event) {
  const readout = document.querySelector(".readout");
  const column = event.target.closest?.(".columns > [aria-label]");
  if (readout) readout.textContent = column ? column.getAttribute("aria-label") : readout.dataset.empty;
}
document.addEventListener("pointerover", read);
document.addEventListener("focusin", read);

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-prints]")) return window.print();
  const copies = event.target.closest("[data-copies]");
  if (!copies) return;
  await navigator.clipboard.writeText(location.href);
  copies.textContent = say("copied");
});

// Own dates replace a named period. This listener comes before htmx's, which is on the form.
document.addEventListener("change", (event) => {
  const cleared = event.target.dataset?.clears;
  if (cleared) document.getElementById(cleared).value = "";
  if (event.target.id !== "period") return;
  for (const name of ["from", "to"]) document.getElementById(name).value = "";
}, true);

// Every time zone that the browser knows, once one is asked for.
document.addEventListener("focusin", (event) => {
  const zones = event.target.id === "time-zone" && document.getElementById("zones");
  if (!zones || zones.children.length || !Intl.supportedValuesOf) return;
  zones.append(...Intl.supportedValuesOf("timeZone").map((zone) => new Option(zone)));
});

/** Buttons that need this script. */
function reveal() {
  for (const one of document.querySelectorAll("[data-prints]")) one.hidden = false;
  for (const one of document.querySelectorAll("[data-copies]")) one.hidden = !navigator.clipboard;
}
reveal();
document.addEventListener("htmx:afterSettle", reveal);
