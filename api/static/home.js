// Home: files are dropped or chosen and sent; one picture is asked about and shown where it is.

import { say } from "./app.js";
import { fromDrop, fromInput, sift } from "./files.js";
import { Upload } from "./upload.js";

const form = document.getElementById("submit");
const panel = document.getElementById("upload");
const bar = document.getElementById("upload-bar");
const state = document.getElementById("upload-state");
const problem = document.getElementById("upload-problem");
const again = document.getElementById("upload-again");
const picture = document.getElementById("picture");
let upload;
let address = "";

for (const name of ["files", "folder"]) {
  const input = document.getElementById(name);
  input.addEventListener("change", () => {
    begin(fromInput(input));
    input.value = ""; // the same may be chosen again
  });
  input.disabled = false; // a choice before now would have been lost
}
form.elements.thumbnails.addEventListener("change", limitCopies);
limitCopies();
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("over");
});
form.addEventListener("dragleave", () => form.classList.remove("over"));
form.addEventListener("drop", async (event) => {
  event.preventDefault();
  form.classList.remove("over");
  begin(await fromDrop(event.dataTransfer));
});
again.addEventListener("click", run);
document.getElementById("upload-cancel").addEventListener("click", async () => {
  await upload?.discard();
  location.reload();
});
window.addEventListener("beforeunload", (event) => {
  if (upload && !upload.stop.signal.aborted) event.preventDefault();
});

/** A copy would show the faces that blurred thumbnails hide: the server takes either. */
function limitCopies() {
  form.elements.annotated_video.disabled = form.elements.thumbnails.value === "blurred";
}

function begin(chosen) {
  form.querySelector("details").open ||= !form.checkValidity();
  if (!form.reportValidity()) return;
  const { wanted, leftOut } = sift(chosen, form.dataset.endings.split(" "));
  panel.hidden = false;
  form.hidden = wanted.length > 0;
  complain(leftOut ? say("skipped", { count: leftOut }) : "");
  if (!wanted.length) return complain(say("nothing"));
  const bytes = wanted.reduce((sum, { file }) => sum + file.size, 0);
  bar.max = bytes || 1;
  upload = new Upload(wanted, readOptions(), ({ sentBytes, sentFiles, waiting }) => {
    bar.value = sentBytes;
    const megabytes = Math.round(sentBytes / 1e5) / 10;
    state.textContent = waiting ? say("waiting") : say("sending", { sent: sentFiles, files: wanted.length, megabytes });
  });
  panel.scrollIntoView({ block: "nearest" });
  run();
}

async function run() {
  again.hidden = true;
  try {
    const job = await upload.run();
    state.textContent = say("finishing");
    upload = undefined;
    location.assign(`/jobs/${job}`);
  } catch (error) {
    if (upload.stop.signal.aborted) return;
    complain(say("refused", { message: error.message }));
    again.hidden = false;
  }
}

function readOptions() {
  const given = new FormData(form);
  const tags = given.get("tags").split(",").map((tag) => tag.trim()).filter(Boolean);
  const options = { thumbnails: given.get("thumbnails"), duplicates: given.get("duplicates") };
  options.frames_per_second = Number(given.get("frames_per_second"));
  options.annotated_video = given.has("annotated_video");
  return { tags, options };
}

function complain(message) {
  problem.textContent = message;
  problem.hidden = !message;
}

document.addEventListener("DOMContentLoaded", () => {
  picture.disabled = false; // htmx hears of a choice from now on
});
document.addEventListener("htmx:afterSwap", (event) => {
  const place = event.target.querySelector?.("#analysis-picture");
  if (!place) return;
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(picture.files[0]);
  place.src = address;
  picture.value = "";
  event.target.scrollIntoView({ block: "start" });
});
