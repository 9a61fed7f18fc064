// Home: uploads files that are dropped or chosen, and shows the faces in one picture.

import { say } from "./app.js";
import { fromDrop, fromInput, sift } from "./files.js";
import { Upload } from "./upload.js";

const form = document.getElementById("submit");
const panel = document.getElementById("upload");
const bar = document.getElementById("upload-bar");
const state = document.getElementById("upload-state");
const problem = document.getElementById("upload-problem");
const retryButton = document.getElementById("upload-again");
const picture = document.getElementById("picture");
let upload;
let photoUrl = "";

for (const name of ["files", "folder"]) {
  const input = document.getElementById(name);
  input.addEventListener("change", () => {
    start(fromInput(input));
    input.value = ""; // so that the same files can be chosen again
  });
  input.disabled = false; // disabled until here, so that no choice is lost
}
form.elements.thumbnails.addEventListener("change", limitAnnotatedVideo);
limitAnnotatedVideo();
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("over");
});
form.addEventListener("dragleave", () => form.classList.remove("over"));
form.addEventListener("drop", async (event) => {
  event.preventDefault();
  form.classList.remove("over");
  start(await fromDrop(event.dataTransfer));
});
retryButton.addEventListener("click", run);
document.getElementById("upload-cancel").addEventListener("click", async () => {
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

function start(chosen) {
  form.querySelector("details").open ||= !form.checkValidity();
  if (!form.reportValidity()) return;
  const { accepted, skipped } = sift(chosen, form.dataset.endings.split(" "), form.dataset.litter.split("|"));
  const nothing = document.getElementById("drop-problem");
  nothing.textContent = say("nothing");
  nothing.hidden = accepted.length > 0;
  if (!accepted.length) return;
  panel.hidden = false;
  form.hidden = true;
  showProblem(skipped ? say("skipped", { count: skipped }) : "");
  const bytes = accepted.reduce((sum, { file }) => sum + file.size, 0);
  bar.max = bytes || 1;
  upload = new Upload(accepted, readOptions(), ({ sentBytes, sentFiles, waiting }) => {
    bar.value = sentBytes;
    const megabytes = Math.round(sentBytes / 1e5) / 10;
    state.textContent = waiting ? say("waiting") : say("sending", { sent: sentFiles, files: accepted.length, megabytes });
  });
  panel.scrollIntoView({ block: "nearest" });
  run();
}

async function run() {
  retryButton.hidden = true;
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
  if (given.get("folders_as").trim()) options.folders_as = given.get("folders_as").trim();
  if (given.has("pack")) options.pack = given.get("pack");
  return { tags, options };
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
  if (event.detail.elt.id === "photo") document.getElementById("analysis").replaceChildren();
});
document.addEventListener("htmx:responseError", () => (picture.value = ""));
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.target.querySelector?.("#analysis-picture");
  if (!target) return;
  if (photoUrl) URL.revokeObjectURL(photoUrl);
  photoUrl = URL.createObjectURL(picture.files[0]);
  target.src = photoUrl;
  picture.value = "";
  event.target.scrollIntoView({ block: "start" });
});
