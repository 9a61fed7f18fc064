// The cameras of the server on the live page: one is watched at a time. The stream is read here, and
// not by an <img>, which would show the last picture for ever without saying that the feed has ended.

import { say as say_any } from "./app.js";

const say = (name, values) => say_any(`live.${name}`, values);
const feed = document.getElementById("feed");
const buttons = [...document.querySelectorAll("#feeds button")];
const stage = document.getElementById("feed-stage");
const cover = document.getElementById("feed-cover");
const problem = document.getElementById("feed-problem");
const MOST_BYTES = 64 << 20; // of one part: no picture is that large
let watched = null; // what ends the feed that is watched

async function watch(name) {
  leave("");
  const mine = (watched = new AbortController());
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.source === name));
  }
  cover.textContent = say("feed_starting", { name });
  let reason = say("feed_ended", { name });
  try {
    const address = `/video_feed?source=${encodeURIComponent(name)}`;
    const response = await fetch(address, { signal: mine.signal });
    if (!response.ok) throw new Told((await response.json()).error.message);
    for await (const part of read_parts(response.body.getReader())) {
      if (part.type !== "image/jpeg") throw new Told(JSON.parse(await part.content.text()).error.message);
      await draw(name, part.content, mine);
    }
  } catch (error) {
    reason = error instanceof Told ? error.message : say("feed_interrupted");
  }
  if (watched === mine) leave(reason);
}

class Told extends Error {}

async function draw(name, content, mine) {
  const picture = await createImageBitmap(content);
  if (watched !== mine) return;
  [feed.width, feed.height] = [picture.width, picture.height];
  feed.getContext("2d").drawImage(picture, 0, 0);
  picture.close();
  feed.hidden = false;
  feed.setAttribute("aria-label", say("feed_picture", { name }));
  stage.dataset.state = "on";
}

function leave(reason) {
  watched?.abort();
  watched = null;
  feed.hidden = true;
  stage.dataset.state = "off";
  cover.textContent = say("choose");
  problem.textContent = reason;
  for (const button of buttons) button.setAttribute("aria-pressed", "false");
}

// The parts of a stream as /video_feed sends it: each tells its type and its length.
async function* read_parts(reader) {
  let held = new Uint8Array();
  for (;;) {
    const text = new TextDecoder("latin1").decode(held.subarray(0, 1024));
    const end = text.indexOf("\r\n\r\n");
    const size = end < 0 ? 0 : Number(/content-length: *(\d+)/i.exec(text)?.[1]);
    if (end >= 0 && !(size <= MOST_BYTES)) throw new Error("a part without its length");
    const start = end + 4;
    if (end >= 0 && held.length >= start + size + 2) {
      const type = /content-type: *([^\r]+)/i.exec(text)[1];
      yield { type, content: new Blob([held.subarray(start, start + size)], { type }) };
      held = held.slice(start + size + 2);
      continue;
    }
    const { done, value } = await reader.read();
    if (done) {
      if (!text.includes("--\r\n")) throw new Error("the stream was cut off");
      return;
    }
    held = join(held, value);
  }
}

function join(one, other) {
  const joined = new Uint8Array(one.length + other.length);
  joined.set(one);
  joined.set(other, one.length);
  return joined;
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") leave("");
    else watch(button.dataset.source);
  });
  button.disabled = false; // a click before now would have been lost
}
window.addEventListener("pagehide", () => feed && leave(""));
