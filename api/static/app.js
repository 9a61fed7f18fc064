// Every page: texts, the token of its requests, a banner for connection problems.

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
  if (event.detail.verb !== "get") return;
  // Fields without a value would only make the address long.
  for (const [name, value] of Object.entries(event.detail.parameters)) {
    if (value === "") delete event.detail.parameters[name];
  }
});
document.addEventListener("htmx:sendError", () => showBanner(say("unavailable")));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) showBanner("");
});
document.addEventListener("htmx:responseError", (event) => {
  const response = event.detail.xhr;
  const page = new DOMParser().parseFromString(response.responseText, "text/html");
  const message = page.querySelector("[role=alert] .lead")?.textContent ?? say("failed");
  const place = findProblem(event);
  if (!place) return showBanner(message);
  place.textContent = message;
  place.hidden = false;
});
document.addEventListener("htmx:beforeRequest", (event) => findProblem(event)?.setAttribute("hidden", ""));

/** The place beside a form that shows why its request failed; other problems are in the banner. */
function findProblem(event) {
  return document.getElementById(event.detail.elt.dataset.problem ?? "");
}
window.addEventListener("offline", () => showBanner(say("offline")));
window.addEventListener("online", () => showBanner(""));

// One menu at a time; a click elsewhere and Escape close it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

/** Show times in the reader's time zone and format. */
function localize(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    const exact = moment.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    time.textContent = ("ago" in time.dataset && sayAgo(moment)) || exact;
    time.title = exact;
  }
}

/** `12 minutes ago`, of the last week. */
function sayAgo(moment) {
  const seconds = Math.max(0, (Date.now() - moment) / 1000);
  const [unit, size] = [["second", 1], ["minute", 60], ["hour", 3600], ["day", 86400]].findLast(([, size]) => seconds >= size) ?? ["second", 1];
  if (seconds > 7 * 86400) return "";
  return new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" }).format(-Math.floor(seconds / size), unit);
}
localize(document);
document.addEventListener("htmx:afterSettle", (event) => localize(event.detail.elt.parentElement ?? document));
