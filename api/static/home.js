// Home: files are dropped or chosen, reviewed, and uploaded; or one photo is tried.

import { say } from "./app.js";
import "./faces.js";
import { fromDrop, fromInput, sift } from "./files.js";
import { isList, readLists } from "./lists.js";
import { Upload } from "./upload.js";

const find = (id) => document.getElementById(id);
const form = find("submit");
const panel = find("upload");
const review = find("review");
const state = find("upload-state");
const problem = find("upload-problem");
const retryButton = find("upload-again");
const picture = find("picture");
const NAMED_FILES = 20;
let chosen; // {accepted, skipped, listed, name}: what is under review
let upload;
let photoUrl = "";

for (const name of ["files", "folder"]) {
  const input = find(name);
  input.addEventListener("change", () => {
    consider(fromInput(input), input.files[0]?.webkitRelativePath.split("/")[0]);
    input.value = ""; // so that the same files can be chosen again
  });
  input.disabled = false; // disabled until here, so that no choice is lost
}
form.elements.thumbnails.addEventListener("change", limitAnnotatedVideo);
limitAnnotatedVideo();
form.elements.stop_share.addEventListener("change", showMargin);
showMargin();

// The whole window takes files: beside the dashed box, a browser would leave the page and show them.
const isFiles = (event) => event.dataTransfer?.types.includes("Files") && !upload && !form.hidden;
document.addEventListener("dragover", (event) => {
  if (!isFiles(event)) return;
  event.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("over"));
document.addEventListener("drop", async (event) => {
  if (!isFiles(event)) return;
  event.preventDefault();
  form.classList.remove("over");
  const { files, folder } = await fromDrop(event.dataTransfer);
  consider(files, folder);
});
find("samples")?.addEventListener("click", async ({ target }) => {
  target.disabled = true;
  const files = await Promise.all(target.dataset.names.split(" ").map(async (name) => {
    const response = await fetch(`/samples/${name}`);
    return { file: new File([await response.blob()], name), path: name };
  }));
  target.disabled = false;
  await consider(files);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
find("review-cancel").addEventListener("click", () => showReview(false));
retryButton.addEventListener("click", run);
find("upload-cancel").addEventListener("click", async () => {
  await upload?.discard();
  location.reload();
});
window.addEventListener("beforeunload", (event) => {
  if (upload && !upload.stop.signal.aborted) event.preventDefault();
});

/** An annotated video would show the faces that blurred thumbnails hide, so the server refuses both. */
function limitAnnotatedVideo() {
  form.elements.annotated_video.disabled = form.elements.thumbnails.value === "blurred";
}

/** The margin is that of a share: without one there is nothing to stop for. */
function showMargin() {
  const { stop_share: share, stop_points: points } = form.elements;
  points.disabled = !share.value;
  points.closest("label").hidden = !share.value;
}

/** Show what was chosen, what is left out, and what to call it, before anything is sent. */
async function consider(files, name = "") {
  const lists = files.filter(({ file }) => isList(file));
  const others = files.filter(({ file }) => !isList(file));
  const sifted = await sift(others, form.dataset.endings.split(" "), form.dataset.litter.split("|"));
  const listed = await readLists(lists, sifted.accepted);
  find("drop-problem").textContent = listed.problem ? say("no_column", { problem: listed.problem }) : say("nothing");
  find("drop-problem").hidden = sifted.accepted.length > 0 && !listed.problem;
  if (!find("drop-problem").hidden) return;
  chosen = { ...sifted, listed, lists };
  form.elements.job_name.value = name;
  describe();
  showReview(true);
}

function describe() {
  const { accepted, skipped, listed, lists } = chosen;
  const bytes = accepted.reduce((sum, { file }) => sum + file.size, 0);
  find("review-title").textContent = say("review", { count: accepted.length, megabytes: toMegabytes(bytes) });
  fill("review-skipped", skipped.map(({ path }) => path), say("skipped", { count: skipped.length }));
  const columns = new Set([...listed.found.values()].flatMap(({ dimensions }) => Object.keys(dimensions)));
  const matched = say("listed", { count: listed.found.size, files: accepted.length, columns: [...columns].join(", ") || "-" });
  find("review-list").textContent = lists.length ? [matched, ...listed.dated.map(describeTimes)].join(" ") : "";
  fill("review-missing", listed.missing, say("missing", { count: listed.missing.length }));
  const folders = accepted.map(({ path }) => path.split("/").slice(0, -1)).filter((one) => one.length);
  find("video-options").hidden = accepted.every(({ file }) => file.type.startsWith("image/"));
  // The folders in an archive are not known here.
  find("review-folders").hidden = !folders.length && !accepted.some(({ file }) => !/^(image|video)/.test(file.type));
  if (folders.length) find("review-folders-hint").textContent = say("folders", { example: folders[0].join("/") });
}

/** Which days a list says that its files are of, so that a misread column is seen before it counts. */
function describeTimes({ column, times, unreadable, ambiguous }) {
  if (!times) return say(ambiguous ? "ambiguous" : "unreadable", { column, cell: ambiguous ?? unreadable });
  const days = [...times.values()].map((time) => new Date(time)).sort((one, other) => one - other);
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" });
  return days.length ? say("times", { column, days: format.formatRange(days[0], days.at(-1)) }) : "";
}

/** A sentence that opens to the names that it counts; none where there are none. */
function fill(id, names, sentence) {
  const place = find(id);
  place.hidden = !names.length;
  place.querySelector("summary").textContent = sentence;
  const more = names.length > NAMED_FILES ? [say("others", { count: names.length - NAMED_FILES })] : [];
  place.querySelector("ul").replaceChildren(...[...names.slice(0, NAMED_FILES), ...more].map((name) => {
    return Object.assign(document.createElement("li"), { textContent: name });
  }));
}

function showReview(shown) {
  review.hidden = !shown;
  find("choose").hidden = shown;
  if (!shown) return;
  find("review-start").focus({ preventScroll: true });
  form.scrollIntoView({ block: "start" });
}

function toMegabytes(bytes) {
  return Math.round(bytes / 1e5) / 10;
}

function start() {
  form.querySelector("details.options").open ||= !form.checkValidity();
  if (!chosen || !form.reportValidity()) return;
  const files = chosen.accepted.map((one) => ({ ...one, said: describeFile(one.path) }));
  panel.hidden = false;
  form.hidden = true;
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  find("upload-bar").max = bytes || 1;
  upload = new Upload(files, readOptions(), ({ sentBytes, sentFiles, waiting }) => {
    find("upload-bar").value = sentBytes;
    state.textContent = waiting ? say("waiting") : say("sending", { sent: sentFiles, files: files.length, megabytes: toMegabytes(sentBytes), total: toMegabytes(bytes) });
  });
  upload.report(false);
  panel.scrollIntoView({ block: "nearest" });
  run();
}

/** Time and dimensions of a file: from a list, else those given for all. */
function describeFile(path) {
  const said = chosen.listed.found.get(path) ?? { dimensions: {} };
  const date = form.elements.date.value;
  const [name, value] = [form.elements.dimension.value.trim(), form.elements.value.value.trim()];
  const dimensions = { ...(name && value ? { [name]: value } : {}), ...said.dimensions };
  const captured = said.captured_at ?? (date ? `${date}T12:00:00` : undefined);
  return captured || Object.keys(dimensions).length ? { captured_at: captured, dimensions } : undefined;
}

async function run() {
  retryButton.hidden = true;
  showProblem("");
  try {
    const job = await upload.run();
    state.textContent = say("finishing");
    upload = undefined;
    location.assign(`/jobs/${job}`);
  } catch (error) {
    if (upload.stop.signal.aborted) return;
    showProblem(say("refused", { message: error.message }));
    retryButton.hidden = false;
  }
}

function readOptions() {
  const given = new FormData(form);
  const tags = given.get("tags").split(",").map((tag) => tag.trim()).filter(Boolean);
  const options = { thumbnails: given.get("thumbnails"), duplicates: given.get("duplicates"), detection: given.get("detection") };
  // Cameras write times without a time zone: it is taken to be that of the person who uploads.
  options.time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  options.frames_per_second = Number(given.get("frames_per_second"));
  options.annotated_video = given.has("annotated_video");
  if (given.get("stop_share")) options.stop_when = `${given.get("stop_share")}:${Number(given.get("stop_points")) / 100}`;
  if (given.has("people")) options.people = true;
  if (given.has("pack")) options.pack = given.get("pack");
  const folders = given.get("folders_as").trim();
  if (folders && !find("review-folders").hidden) options.folders_as = folders;
  return { tags, options, name: given.get("job_name").trim() };
}

function showProblem(message) {
  problem.textContent = message;
  problem.hidden = !message;
}

document.addEventListener("DOMContentLoaded", () => {
  picture.disabled = false; // htmx is listening from here on
});
document.addEventListener("htmx:beforeRequest", (event) => {
  // What was found in an earlier photo must not be taken for what is in this one.
  if (event.detail.elt.id === "photo") find("analysis").replaceChildren();
});
document.addEventListener("htmx:responseError", () => (picture.value = ""));
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.target.querySelector?.("#analysis-picture");
  if (!target) return;
  if (photoUrl) URL.revokeObjectURL(photoUrl);
  photoUrl = URL.createObjectURL(picture.files[0]);
  // Its height is known once it is there.
  target.addEventListener("load", () => event.target.scrollIntoView({ block: "start" }), { once: true });
  target.src = photoUrl;
  picture.value = "";
});
