// Every page: the token of its requests, a banner when the server is away, and lit faces.

import "./dialog.js";

export const texts = JSON.parse(document.getElementById("texts").textContent);
const plurals = new Intl.PluralRules(document.documentElement.lang);
export const token = document.querySelector("meta[name=form-token]").content;

/** A text with its `{names}` filled in; with a `count`, in the form that the language uses for it. */
export function say(name, values = {}) {
  return (texts[name] ?? choosePlural(name, values.count)).replace(/\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    return typeof value === "number" ? value.toLocaleString(document.documentElement.lang) : value;
  });
}

function choosePlural(name, count) {
  return texts[`${name}.${plurals.select(count)}`] ?? texts[`${name}.other`];
}

export function showBanner(message) {
  const banner = document.getElementById("banner");
  banner.textContent = message;
  banner.hidden = !message;
}

document.addEventListener("htmx:configRequest", (event) => {
  if (token) event.detail.headers["X-CSRF-Token"] = token;
});
document.addEventListener("htmx:sendError", () => showBanner(say("unavailable")));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) showBanner("");
});
document.addEventListener("htmx:responseError", (event) => {
  const answer = event.detail.xhr;
  const page = new DOMParser().parseFromString(answer.responseText, "text/html");
  showBanner(page.querySelector("[role=alert] .lead")?.textContent ?? say("failed"));
});
window.addEventListener("offline", () => showBanner(say("offline")));
window.addEventListener("online", () => showBanner(""));

// A face lights up in the picture and in the list, whichever is pointed at.
function light(event) {
  const face = event.target.closest?.("[data-face]");
  const around = event.target.closest?.(".analysis");
  document.querySelectorAll(".lit").forEach((lit) => lit.classList.remove("lit"));
  if (!face || !around) return;
  around.querySelectorAll(`[data-face="${face.dataset.face}"]`).forEach((one) => one.classList.add("lit"));
}
document.addEventListener("pointerover", light);
document.addEventListener("focusin", light);

/** Times are the reader's own. */
function localize(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    time.textContent = moment.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  }
}
localize(document);
document.addEventListener("htmx:afterSettle", (event) => localize(event.detail.elt.parentElement ?? document));
