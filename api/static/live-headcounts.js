// The headcounts of the server's cameras: who was counted today, and a button that starts or stops it.

import { say as sayText, token } from "./app.js";
import { describeFigures } from "./zones.js";

const say = (name, values) => sayText(`live.${name}`, values);
const lines = [...document.querySelectorAll("#headcounts .headcount")];
const problem = document.getElementById("headcount-problem");
const POLL_MILLISECONDS = 5_000;
const counted = new Map(); // the last headcount of each source that has a job: a file ends by itself

async function call(method, path, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": token };
  const response = await fetch(`/v1/headcounts${path}`, { method, headers, body });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

async function refresh() {
  try {
    const { headcounts } = await call("GET", "");
    const running = new Map(headcounts.map((one) => [one.source, one]));
    for (const one of headcounts) if (one.job !== null) counted.set(one.source, one);
    for (const line of lines) show(line, running.get(line.dataset.source));
    document.dispatchEvent(new CustomEvent("headcounts-read", { detail: running }));
  } catch (error) {
    problem.textContent = error.message;
  }
}

function show(line, headcount) {
  const button = line.querySelector("button");
  button.textContent = say(headcount ? "stop_count" : "count");
  button.setAttribute("aria-label", say(headcount ? "stop_count_of" : "count_of", { name: line.dataset.source }));
  button.dataset.counted = String(Boolean(headcount));
  button.disabled = Boolean(headcount?.is_stopping);
  const earlier = counted.get(line.dataset.source);
  line.querySelector(".tally").replaceChildren(...describe(headcount, earlier));
  line.querySelector(".zone-tallies").replaceChildren(...(headcount ?? earlier)?.zones.map(describeZone) ?? []);
}

function describeZone(tally) {
  const line = document.createElement("span");
  line.textContent = say("zone_tally", { zone: tally.zone, figures: describeFigures(tally) });
  return line;
}

function describe(headcount, earlier) {
  if (!headcount) return earlier ? [...describeCount(earlier), ` (${say("count_ended")})`] : [say("not_counted")];
  if (headcount.problem) return [headcount.problem];
  return headcount.job === null ? [say("count_starting")] : describeCount(headcount);
}

function describeCount(headcount) {
  const link = document.createElement("a");
  link.href = `/jobs/${headcount.job}`;
  link.textContent = say("counted_people", { count: headcount.people ?? 0 });
  const rest = [];
  if (headcount.female && headcount.people) rest.push(say("counted_female", { percent: Math.round(100 * headcount.female.value) }));
  if (headcount.seconds !== null) rest.push(say("counted_seconds", { seconds: Math.round(headcount.seconds) }));
  return [link, rest.length ? `: ${rest.join(", ")}` : ""];
}

async function toggle(line) {
  const button = line.querySelector("button");
  const { source } = line.dataset;
  button.disabled = true;
  problem.textContent = "";
  try {
    if (button.dataset.counted === "true") await call("DELETE", `/${source.split("/").map(encodeURIComponent).join("/")}`);
    else await call("POST", "", JSON.stringify({ source }));
  } catch (error) {
    problem.textContent = error.message;
  }
  await refresh();
}

for (const line of lines) line.querySelector("button").addEventListener("click", () => toggle(line));
if (lines.length) {
  refresh();
  setInterval(() => document.hidden || refresh(), POLL_MILLISECONDS);
}
