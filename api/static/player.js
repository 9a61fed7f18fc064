// The item page of a video: the upload plays, with boxes around the faces that were found.

// A face that is not found again within this time has gone; frames may be further apart.
const LONGEST_GAP_SECONDS = 2;
// Before this time, the picture that is shown is the first.
const FIRST_SECONDS = 0.02;
// Browsers round times.
const TOLERANCE_SECONDS = 1e-3;
const SVG = "http://www.w3.org/2000/svg";

// Media events do not bubble. The first may have come before this script.
document.addEventListener("loadeddata", (event) => begin(event.target), true);
for (const video of document.querySelectorAll("[data-player] video")) {
  if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) begin(video);
}
document.addEventListener("error", (event) => {
  const notice = event.target.closest?.("[data-player]")?.querySelector("[data-unplayable]");
  if (notice && event.target.matches("video")) notice.hidden = false;
}, true);
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-boxes]")) return;
  event.target.closest("[data-player]").querySelector(".boxes").toggleAttribute("hidden", !event.target.checked);
});
document.addEventListener("click", (event) => jump(event.target.closest?.(".person")));
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.(".person")) jump(event.target);
});

/** Show the moment when a person is first seen. */
function jump(person) {
  const video = person?.closest(".analysis")?.querySelector("[data-player] video");
  if (!video) return;
  video.currentTime = Number(video.dataset.begins ?? 0) + Number(person.dataset.seconds);
}

async function begin(video) {
  const player = video.closest("[data-player]");
  if (!player || player.dataset.begun) return;
  player.dataset.begun = true;
  const response = await fetch(`/v1/items/${player.dataset.player}`);
  if (!response.ok) return;
  const people = followPeople((await response.json()).faces);
  const boxes = player.querySelector(".boxes");
  const show = (seconds) => drawPeople(boxes, people, seconds - Number(video.dataset.begins ?? 0));
  show(video.currentTime);
  video.addEventListener("seeked", () => show(video.currentTime));
  if (!video.requestVideoFrameCallback) {
    video.addEventListener("timeupdate", () => show(video.currentTime));
    return;
  }
  const next = (_, { mediaTime }) => {
    // Times count from the first picture, which is not at zero in every file.
    if (video.currentTime < FIRST_SECONDS) video.dataset.begins ??= mediaTime;
    show(mediaTime);
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}

/** The faces of each person in the order of time, and the gender of most of them. */
function followPeople(faces) {
  const people = new Map();
  for (const face of faces) {
    if (!people.has(face.track)) people.set(face.track, []);
    people.get(face.track).push(face);
  }
  const times = [...new Set(faces.map((face) => face.time_seconds))].sort((one, other) => one - other);
  const steps = times.slice(1).map((time, index) => time - times[index]).sort((one, other) => one - other);
  const interval = steps[Math.floor(steps.length / 2)] ?? 0.5;
  return [...people].map(([track, seen]) => {
    seen.sort((one, other) => one.time_seconds - other.time_seconds);
    return { track, seen, interval, gender: findMost(seen.map((face) => face.gender.value)) };
  });
}

function findMost(values) {
  const count = (value) => values.filter((one) => one === value).length;
  return [...new Set(values)].sort((one, other) => count(other) - count(one))[0];
}

function drawPeople(boxes, people, seconds) {
  const width = boxes.viewBox.baseVal.width;
  boxes.replaceChildren(...people.flatMap((person) => {
    const box = findBox(person, seconds);
    return box ? drawBox(box, person, width) : [];
  }));
}

/** Where a person is at a time: between the two frames around it; nowhere if they are not seen. */
function findBox({ seen, interval }, seconds) {
  const after = seen.findIndex((face) => face.time_seconds > seconds + TOLERANCE_SECONDS);
  const before = after < 0 ? seen.at(-1) : seen[after - 1];
  if (!before) return null;
  const next = after < 0 ? null : seen[after];
  const longest = Math.max(LONGEST_GAP_SECONDS, 2.5 * interval);
  if (!next || next.time_seconds - before.time_seconds > longest) {
    return seconds - before.time_seconds < interval - TOLERANCE_SECONDS ? before.box : null;
  }
  const part = Math.max(0, (seconds - before.time_seconds) / (next.time_seconds - before.time_seconds));
  const mix = (name) => before.box[name] + (next.box[name] - before.box[name]) * part;
  return { x: mix("x"), y: mix("y"), width: mix("width"), height: mix("height") };
}

function drawBox(box, person, width) {
  const frame = document.createElementNS(SVG, "rect");
  for (const name of ["x", "y", "width", "height"]) frame.setAttribute(name, box[name]);
  frame.setAttribute("class", "box");
  frame.dataset.gender = person.gender;
  frame.dataset.track = person.track;
  const label = document.createElementNS(SVG, "text");
  label.setAttribute("x", box.x);
  label.setAttribute("y", Math.max(box.y - width / 160, width / 40));
  label.setAttribute("font-size", width / 40);
  label.dataset.gender = person.gender;
  label.textContent = person.track;
  return [frame, label];
}
