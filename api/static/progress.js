// Updates the running jobs on the page, all from one event stream.

import { say, showBanner } from "./app.js";

const POLL_MILLISECONDS = 5000;
let source;
let timer;

/** Follow the running jobs on the page. A hidden page does not listen. */
function follow() {
  source?.close();
  clearTimeout(timer);
  const live = [...document.querySelectorAll("[data-live]")].map((card) => card.dataset.job);
  if (!live.length || document.hidden) return;
  source = new EventSource(`/v1/jobs/events?${live.map((job) => `job=${job}`).join("&")}`);
  source.addEventListener("open", () => showBanner(""));
  source.addEventListener("job", (event) => show(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    showBanner(navigator.onLine ? "" : say("offline"));
    // The server closes the stream if too many clients listen: poll instead.
    if (source.readyState === EventSource.CLOSED) timer = setTimeout(refresh, POLL_MILLISECONDS);
  });
}

function refresh() {
  document.querySelectorAll("[data-live]").forEach(reload);
}

function show(job) {
  const card = document.getElementById(`job-${job.id}`);
  if (!card) return;
  if ((job.erased ? "erased" : job.state) !== card.dataset.state) return reload(card);
  card.dispatchEvent(new Event("job:progress", { bubbles: true }));
  const { counts } = job;
  const ended = counts.done + counts.failed;
  // A row of the list shows less than the page of a job.
  const field = (name) => card.querySelector(`[data-field=${name}]`) ?? document.createElement("span");
  field("bar").max = counts.items || 1;
  field("bar").value = ended;
  field("ended").textContent = say("ended", { ended, items: counts.items });
  field("faces").textContent = say("faces", { count: counts.faces });
  field("failed").textContent = say("failed_items", { count: counts.failed });
  field("failed").hidden = counts.failed === 0;
  field("videos").textContent = job.videos ? sayVideos(job.videos) : "";
  field("rate").textContent = sayRate(job.items_per_second);
  field("left").textContent = job.eta_seconds === null ? "" : sayTime(job.eta_seconds);
  field("left").dataset.seconds = job.eta_seconds ?? 0;
}

function sayVideos({ running, analyzed, annotated }) {
  const videos = say("videos", { count: running, analyzed: Math.round(analyzed * 100) });
  return annotated === null ? videos : `${videos}, ${say("annotated", { percent: Math.round(annotated * 100) })}`;
}

function reload(card) {
  htmx.ajax("GET", `/jobs/${card.dataset.job}/${card.dataset.part}`, { target: card, swap: "outerHTML" });
}

/** In the first unit in which there is at least one. */
function sayRate(perSecond) {
  if (!perSecond) return "";
  const units = [["per_second", 1], ["per_minute", 60], ["per_hour", 3600]];
  const [unit, seconds] = units.find(([, seconds]) => perSecond * seconds >= 1) ?? units[2];
  return say(unit, { rate: Math.round(perSecond * seconds * 10) / 10 });
}

export function sayTime(seconds) {
  if (seconds < 100) return say("seconds", { count: Math.ceil(seconds) });
  if (seconds < 6000) return say("minutes", { count: Math.ceil(seconds / 60) });
  return say("hours", { count: Math.ceil(seconds / 3600) });
}

// What htmx put into the page may have added or ended a job.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.closest?.("#dialog, #items")) return;
  follow();
  // The card alone: the whole top of the page has its end already.
  if (event.detail.elt.matches?.(".one-job .job:not([data-live])")) showEnd();
});
document.addEventListener("visibilitychange", follow);
window.addEventListener("online", follow);
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", follow);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

/** Show the whole answer, failures, or that the job was erased; the pictures stay where they are. */
function showEnd() {
  document.dispatchEvent(new Event("job:progress"));
  const again = document.querySelector(".tile, dialog[open]") && !document.querySelector(".one-job [data-state=erased]");
  if (!again) return location.reload();
  htmx.ajax("GET", location.href, { target: "#job-top", select: "#job-top", swap: "outerHTML" });
}
