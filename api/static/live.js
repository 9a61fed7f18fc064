// The live page: sends frames of the camera to /v1/analyze, one at a time, and draws the faces over the
// video. Frames that come while a response is pending are skipped, so that the page never falls behind.

import { say as sayText, token } from "./app.js";
import { drawBoxes } from "./live-boxes.js";
import { forget, tally } from "./live-tally.js";

const say = (name, values) => sayText(`live.${name}`, values);
const MAX_SIDE = 720; // pixels sent: slightly more than the detector uses
const QUALITY = 0.8;
const TIMEOUT_MILLISECONDS = 40_000; // longer than the server waits for a worker
const MAX_PAUSE_MILLISECONDS = 10_000;
const ANNOUNCE_MILLISECONDS = 3_000;
const LATE_MILLISECONDS = 150; // by then, a walking person has left their box

const find = (id) => document.getElementById(id);
const video = find("video");
const boxes = find("boxes");
const picture = document.createElement("canvas"); // the frame to send
const announced = makeAnnounced(); // for screen readers
let current = null; // the session of the camera that is on: {stream, stop: AbortController, answered: [times]}

function makeAnnounced() {
  // The visible summary changes with every response. Announced that often, no sentence would be
  // heard to its end.
  const seen = find("summary");
  const heard = Object.assign(document.createElement("p"), { id: "announced", className: "announced" });
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
  if (!navigator.mediaDevices) return showProblem(say("insecure"));
  const chosen = find("cameras").value;
  const wanted = { width: { ideal: 1280 }, height: { ideal: 720 } };
  if (chosen) wanted.deviceId = { exact: chosen };
  const session = (current = { stream: null, stop: new AbortController(), answered: [] });
  showState("starting", say("starting"));
  try {
    session.stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
    if (current !== session) return close(session); // stopped while the browser asked for permission
    session.stream.getVideoTracks()[0].onended = () => stop(say("unplugged"));
    video.srcObject = session.stream;
    await video.play();
    await listCameras(session.stream);
  } catch (error) {
    if (current === session) stop(say(CAMERA_PROBLEMS[error.name] ?? "unusable", { reason: error.message }));
    return close(session);
  }
  if (current !== session) return;
  showState("on", "");
  follow(session);
}

function stop(problem = "") {
  if (current) close(current);
  current = null;
  video.srcObject = null;
  boxes.width = boxes.height = 0;
  delete boxes.dataset.faces;
  for (const id of ["faces", "latency", "rate"]) find(id).textContent = "-";
  find("summary").textContent = announced.textContent = "";
  forget();
  showState("off", say("off"));
  showProblem(problem);
}

function close(ended) {
  ended.stop.abort();
  for (const track of ended.stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
}

function showState(state, words) {
  find("stage").dataset.state = state;
  find("stage").querySelector(".cover").textContent = words;
  find("toggle").textContent = say(current ? "stop" : "start");
  boxes.setAttribute("aria-label", words || say("picture"));
  showProblem("");
}

function showProblem(problem) {
  const line = find("problem");
  if (line.textContent !== problem) line.textContent = problem;
}

async function listCameras(stream) {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
  const deviceId = stream.getVideoTracks()[0].getSettings().deviceId;
  const options = cameras.map((one, index) => {
    const name = one.label || say("camera", { number: index + 1 });
    return new Option(name, one.deviceId, false, one.deviceId === deviceId);
  });
  find("cameras").replaceChildren(...options);
  find("choice").hidden = cameras.length < 2;
}

// ---- frames to faces

async function follow(session) {
  // A hidden page gets no animation frames, and so sends nothing.
  while (await nextFrame(session)) {
    const sentAt = performance.now();
    let pause = 0;
    try {
      const answer = await analyze(session);
      if (current !== session) return;
      showAnswer(session, answer, performance.now() - sentAt);
      showProblem("");
    } catch (error) {
      if (current !== session) return;
      if (error.isFinal) return stop(error.message);
      showProblem(error.message);
      pause = error.pauseMilliseconds ?? 2_000;
    }
    if (pause) await wait(pause, session.stop.signal);
  }
}

function nextFrame(session) {
  return new Promise((resolve) => requestAnimationFrame(() => resolve(current === session)));
}

function wait(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
  });
}

async function analyze(session) {
  const body = await takePicture();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MILLISECONDS);
  session.stop.signal.addEventListener("abort", () => limit.abort(), { once: true, signal: limit.signal });
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
  constructor(message, { pauseMilliseconds, isFinal = false } = {}) {
    super(message);
    Object.assign(this, { pauseMilliseconds, isFinal });
  }
}

async function explain(response) {
  const answer = await response.json().catch(() => ({}));
  const reason = answer.error?.message ?? say("status", { status: String(response.status) });
  if (response.status === 401 || response.status === 403) {
    return new Refused(say("logged_out", { reason }), { isFinal: true });
  }
  if (response.status === 503) {
    const seconds = Number(response.headers.get("Retry-After")) || 2;
    return new Refused(say("busy", { reason }), {
      pauseMilliseconds: Math.min(seconds * 1000, MAX_PAUSE_MILLISECONDS),
    });
  }
  return new Refused(reason);
}

function takePicture() {
  const factor = Math.min(1, MAX_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
  picture.width = Math.max(1, Math.round(video.videoWidth * factor));
  picture.height = Math.max(1, Math.round(video.videoHeight * factor));
  picture.getContext("2d").drawImage(video, 0, 0, picture.width, picture.height);
  return new Promise((resolve) => picture.toBlob(resolve, "image/jpeg", QUALITY));
}

// ---- faces to the page

function showAnswer(session, answer, latencyMilliseconds) {
  const labels = answer.faces.map((face) => describe(face));
  drawBoxes(boxes, answer, labels, latencyMilliseconds > LATE_MILLISECONDS ? picture : null);
  const now = performance.now();
  session.answered = [...session.answered.filter((time) => now - time < 2_000), now];
  const seconds = (now - session.answered[0]) / 1000;
  find("faces").textContent = labels.length;
  tally(answer.faces);
  find("latency").textContent = `${Math.round(latencyMilliseconds)} ms`;
  find("rate").textContent = seconds > 0 ? ((session.answered.length - 1) / seconds).toFixed(1) : "-";
  const summary = summarize(labels);
  boxes.dataset.faces = labels.length;
  boxes.setAttribute("aria-label", summary);
  find("summary").textContent = summary;
  if (!(now - session.announcedAt < ANNOUNCE_MILLISECONDS) && announced.textContent !== summary) {
    announced.textContent = summary;
    session.announcedAt = now;
  }
}

function describe(face) {
  if (!face.quality.judged) return say("unclear");
  return say("label", { gender: say(face.gender.value), years: Math.round(face.age.years) });
}

function summarize(labels) {
  if (!labels.length) return say("nobody");
  const counts = new Map();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const named = [...counts].map(([label, count]) => count > 1 ? say("several", { label, count }) : label);
  return say("faces", { count: labels.length, labels: named.join("; ") });
}

find("toggle").addEventListener("click", () => (current ? stop() : start()));
find("cameras").addEventListener("change", () => {
  stop();
  start();
});
window.addEventListener("pagehide", () => stop());
find("toggle").disabled = false; // disabled until here, so that no click is lost
