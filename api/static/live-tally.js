// The last minute before the camera: how many faces at once, second by second, and how many of them are female.

import { say as sayText } from "./app.js";

const SECONDS = 60;
const panel = document.getElementById("tally");
const SVG = "http://www.w3.org/2000/svg";
let frames = []; // {second, faces, women, judged}

/** Count the faces of a frame, which is of now. */
export function tally(faces) {
  const second = Math.floor(performance.now() / 1000);
  const judged = faces.filter((face) => face.quality.judged && face.gender.value !== "unknown");
  const women = judged.filter((face) => face.gender.value === "female").length;
  frames = [...frames.filter((one) => second - one.second < SECONDS), { second, faces: faces.length, women, judged: judged.length }];
  show(second);
}

export function forget() {
  frames = [];
  panel.hidden = true;
}

function show(now) {
  const sum = (name) => frames.reduce((total, one) => total + one[name], 0);
  const most = Math.max(...frames.map(({ faces }) => faces));
  const average = Math.round((10 * sum("faces")) / frames.length) / 10;
  const percent = sum("judged") ? Math.round((100 * sum("women")) / sum("judged")) : null;
  panel.hidden = false;
  panel.querySelector("p").textContent = percent === null
    ? sayText("live.minute", { average, most }) : sayText("live.minute_female", { average, most, percent });
  panel.querySelector("svg").replaceChildren(...columns(now, most));
}

/** One column for each second: the most faces of its frames. */
function columns(now, most) {
  const bySecond = new Map();
  for (const { second, faces } of frames) bySecond.set(second, Math.max(faces, bySecond.get(second) ?? 0));
  return [...bySecond].filter(([, faces]) => faces).map(([second, faces]) => {
    const column = document.createElementNS(SVG, "rect");
    const height = (100 * faces) / most;
    const place = { x: 10 * (SECONDS - 1 - (now - second)), y: 100 - height, width: 8, height };
    for (const [name, value] of Object.entries(place)) column.setAttribute(name, value);
    return column;
  });
}
