// The live page: the camera's pictures go to /v1/analyze one at a time, and the faces are drawn over
// the picture. While an answer is awaited the camera's pictures pass by: none waits in a queue.

import { say as say_any, token } from "./app.js";

const say = (name, values) => say_any(`live.${name}`, values);
const LONGEST_SIDE = 720; // pixels sent: a little more than the detector sees
const QUALITY = 0.8;
const PATIENCE_MS = 40_000; // longer than the server waits for a worker
const LONGEST_PAUSE_MS = 10_000;
const SPOKEN_EVERY_MS = 3_000;
// As small as letters may be, on small screens too.
const TEXT_SIZE = 14;
const COLORS = { female: "#f0e442", male: "#56b4e9", unknown: "#ffffff" };
const SHADE = "#101010";

const find = (id) => document.getElementById(id);
const video = find("video");
const boxes = find("boxes");
const picture = document.createElement("canvas"); // what is sent
const spoken = make_spoken(); // what those hear who listen to the page instead of seeing it
let run = null; // the camera that is on: {stream, stop: AbortController, answered: [times]}

function make_spoken() {
  // What is seen agrees with the figures at every answer; read out each time, none would be heard
  // to its end.
  const seen = find("summary");
  const heard = Object.assign(document.createElement("p"), { id: "spoken", className: "spoken" });
  heard.setAttribute("role", "status");
  seen.removeAttribute("role");
  seen.setAttribute("aria-hidden", "true");
  seen.after(heard);
  return heard;
}

// ---- the camera

const CAMERA_PROBLEMS = {
  NotAllowedError: "refused",
  NotFoundError: "no_camera",
  OverconstrainedError: "other_camera",
  NotReadableError: "taken",
};

async function start() {
  if (!navigator.mediaDevices) return show(say("insecure"));
  const chosen = find("cameras").value;
  const wanted = { width: { ideal: 1280 }, height: { ideal: 720 } };
  if (chosen) wanted.deviceId = { exact: chosen };
  const mine = (run = { stream: null, stop: new AbortController(), answered: [] });
  draw_state("starting", say("starting"));
  try {
    mine.stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
    if (run !== mine) return close(mine); // stopped while the browser asked
    mine.stream.getVideoTracks()[0].onended = () => stop(say("unplugged"));
    video.srcObject = mine.stream;
    await video.play();
    await list_cameras(mine.stream);
  } catch (error) {
    if (run === mine) stop(say(CAMERA_PROBLEMS[error.name] ?? "unusable", { reason: error.message }));
    return close(mine);
  }
  if (run !== mine) return;
  draw_state("on", "");
  follow(mine);
}

function stop(problem = "") {
  if (run) close(run);
  run = null;
  video.srcObject = null;
  boxes.width = boxes.height = 0;
  delete boxes.dataset.faces;
  for (const id of ["faces", "latency", "rate"]) find(id).textContent = "-";
  find("summary").textContent = spoken.textContent = "";
  draw_state("off", say("off"));
  show(problem);
}

function close(ended) {
  ended.stop.abort();
  for (const track of ended.stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
}

function draw_state(state, words) {
  find("stage").dataset.state = state;
  find("stage").querySelector(".cover").textContent = words;
  find("toggle").textContent = say(run ? "stop" : "start");
  boxes.setAttribute("aria-label", words || say("picture"));
  show("");
}

function show(problem) {
  const place = find("problem");
  if (place.textContent !== problem) place.textContent = problem;
}

async function list_cameras(stream) {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
  const current = stream.getVideoTracks()[0].getSettings().deviceId;
  const options = cameras.map((one, index) => {
    const name = one.label || say("camera", { number: index + 1 });
    return new Option(name, one.deviceId, false, one.deviceId === current);
  });
  find("cameras").replaceChildren(...options);
  find("choice").hidden = cameras.length < 2;
}

// ---- pictures to faces

async function follow(mine) {
  // A page nobody looks at gets no frames to draw, and so sends none.
  while (await next_frame(mine)) {
    const sent_at = performance.now();
    let pause = 0;
    try {
      const answer = await analyze(mine);
      if (run !== mine) return;
      draw_answer(mine, answer, performance.now() - sent_at);
      show("");
    } catch (error) {
      if (run !== mine) return;
      if (error.is_final) return stop(error.message);
      show(error.message);
      pause = error.pause_ms ?? 2_000;
    }
    if (pause) await wait(pause, mine.stop.signal);
  }
}

function next_frame(mine) {
  return new Promise((resolve) => requestAnimationFrame(() => resolve(run === mine)));
}

function wait(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
  });
}

async function analyze(mine) {
  const body = await take_picture();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PATIENCE_MS);
  mine.stop.signal.addEventListener("abort", () => limit.abort(), { once: true, signal: limit.signal });
  try {
    const headers = { "Content-Type": "image/jpeg", Accept: "application/json", "X-CSRF-Token": token };
    const response = await fetch("/v1/analyze", { method: "POST", body, headers, signal: limit.signal });
    if (!response.ok) throw await explain(response);
    return await response.json();
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(say(navigator.onLine ? "unreachable" : "offline"));
  } finally {
    clearTimeout(timer);
    limit.abort();
  }
}

class Refused extends Error {
  constructor(message, { pause_ms, is_final = false } = {}) {
    super(message);
    Object.assign(this, { pause_ms, is_final });
  }
}

async function explain(response) {
  const answer = await response.json().catch(() => ({}));
  const reason = answer.error?.message ?? say("status", { status: String(response.status) });
  if (response.status === 401 || response.status === 403) {
    return new Refused(say("logged_out", { reason }), { is_final: true });
  }
  if (response.status === 503) {
    const seconds = Number(response.headers.get("Retry-After")) || 2;
    return new Refused(say("busy", { reason }), {
      pause_ms: Math.min(seconds * 1000, LONGEST_PAUSE_MS),
    });
  }
  return new Refused(reason);
}

function take_picture() {
  const factor = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
  picture.width = Math.max(1, Math.round(video.videoWidth * factor));
  picture.height = Math.max(1, Math.round(video.videoHeight * factor));
  picture.getContext("2d").drawImage(video, 0, 0, picture.width, picture.height);
  return new Promise((resolve) => picture.toBlob(resolve, "image/jpeg", QUALITY));
}

// ---- faces to the page

function draw_answer(mine, answer, latency_ms) {
  const labels = answer.faces.map((face) => describe(face));
  draw_boxes(answer, labels);
  const now = performance.now();
  mine.answered = [...mine.answered.filter((time) => now - time < 2_000), now];
  const seconds = (now - mine.answered[0]) / 1000;
  find("faces").textContent = labels.length;
  find("latency").textContent = `${Math.round(latency_ms)} ms`;
  find("rate").textContent = seconds > 0 ? ((mine.answered.length - 1) / seconds).toFixed(1) : "-";
  const summary = summarize(labels);
  boxes.dataset.faces = labels.length;
  boxes.setAttribute("aria-label", summary);
  find("summary").textContent = summary;
  if (!(now - mine.spoken_at < SPOKEN_EVERY_MS) && spoken.textContent !== summary) {
    spoken.textContent = summary;
    mine.spoken_at = now;
  }
}

function describe(face) {
  return say("label", { gender: say(face.gender.value), group: face.age.group });
}

function summarize(labels) {
  if (!labels.length) return say("nobody");
  const counts = new Map();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const named = [...counts].map(([label, count]) => count > 1 ? say("several", { label, count }) : label);
  return say("faces", { count: labels.length, labels: named.join("; ") });
}

function draw_boxes(answer, labels) {
  const sharpness = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = boxes;
  boxes.width = Math.round(width * sharpness);
  boxes.height = Math.round(height * sharpness);
  const pen = boxes.getContext("2d");
  pen.scale(sharpness, sharpness);
  pen.font = `600 ${TEXT_SIZE}px system-ui, sans-serif`;
  pen.textBaseline = "middle";
  const scale = width / answer.width;
  const frames = answer.faces.map(({ box }) => ({
    left: box.x * scale,
    top: box.y * scale,
    width: box.width * scale,
    height: box.height * scale,
  }));
  const colors = answer.faces.map((face) => COLORS[face.gender.value]);
  frames.forEach((frame, index) => draw_frame(pen, frame, colors[index], width < 480 ? 1.5 : 2.5));
  const taken = [...frames];
  frames.forEach((frame, index) => {
    const size = { width: pen.measureText(labels[index]).width + 6, height: TEXT_SIZE + 4 };
    const place = find_place(frame, size, { width, height }, taken);
    taken.push(place);
    draw_label(pen, place, labels[index], colors[index]);
  });
}

function draw_frame(pen, frame, color, line) {
  // A dark line under the bright one: one of the two stands out whatever lies beneath.
  for (const [width, style] of [[line * 2, SHADE], [line, color]]) {
    pen.lineWidth = width;
    pen.strokeStyle = style;
    pen.strokeRect(frame.left, frame.top, frame.width, frame.height);
  }
}

function find_place(frame, size, all, taken) {
  // Above the face, or below, or beside it: the first that is in the picture and hides no other.
  const { left, top } = frame;
  const [right, bottom] = [left + frame.width, top + frame.height];
  const gap = 3;
  const corners = [
    [left, top - size.height - gap],
    [left, bottom + gap],
    [right - size.width, top - size.height - gap],
    [right - size.width, bottom + gap],
    [right + gap, top],
    [left - size.width - gap, top],
  ];
  const places = corners.map(([x, y]) => ({
    left: Math.max(0, Math.min(x, all.width - size.width)),
    top: Math.max(0, Math.min(y, all.height - size.height)),
    ...size,
  }));
  return places.find((place) => !taken.some((other) => overlap(place, other))) ?? places[0];
}

function overlap(one, other) {
  return (
    one.left < other.left + other.width &&
    other.left < one.left + one.width &&
    one.top < other.top + other.height &&
    other.top < one.top + one.height
  );
}

function draw_label(pen, place, text, color) {
  pen.fillStyle = SHADE;
  pen.fillRect(place.left, place.top, place.width, place.height);
  pen.fillStyle = color;
  pen.fillText(text, place.left + 3, place.top + place.height / 2 + 1);
}

find("toggle").addEventListener("click", () => (run ? stop() : start()));
find("cameras").addEventListener("change", () => {
  stop();
  start();
});
window.addEventListener("pagehide", () => stop());
find("toggle").disabled = false; // a click before now would have been lost
