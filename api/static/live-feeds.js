// The server cameras on the live page, one at a time. The stream is read here rather than by an <img>,
// which would keep showing the last picture and never report that the feed has ended.

import { say as sayText } from "./app.js";

const say = (name, values) => sayText(`live.${name}`, values);
const feed = document.getElementById("feed");
const buttons = [...document.querySelectorAll("#feeds button[data-source]")];
const stage = document.getElementById("feed-stage");
const cover = document.getElementById("feed-cover");
const problem = document.getElementById("feed-problem");
const MAX_PART_BYTES = 64 << 20; // no picture is that large
let current = null; // AbortController of the feed that is shown

async function watch(name) {
  stop("");
  const session = (current = new AbortController());
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.source === name));
  }
  cover.textContent = say("feed_starting", { name });
  document.dispatchEvent(new CustomEvent("feed-chosen", { detail: name }));
  let reason = say("feed_ended", { name });
  try {
    const address = `/video_feed?source=${encodeURIComponent(name)}`;
    const response = await fetch(address, { signal: session.signal });
    if (!response.ok) throw new FeedError((await response.json()).error.message);
    for await (const part of readParts(response.body.getReader())) {
      if (part.type !== "image/jpeg") throw new FeedError(JSON.parse(await part.content.text()).error.message);
      await draw(name, part.content, session);
    }
  } catch (error) {
    reason = error instanceof FeedError ? error.message : say("feed_interrupted");
  }
  if (current === session) stop(reason);
}

class FeedError extends Error {}

async function draw(name, content, session) {
  const picture = await createImageBitmap(content);
  if (current !== session) return;
  [feed.width, feed.height] = [picture.width, picture.height];
  feed.getContext("2d").drawImage(picture, 0, 0);
  picture.close();
  feed.hidden = false;
  feed.setAttribute("aria-label", say("feed_picture", { name }));
  stage.dataset.state = "on";
}

function stop(reason) {
  current?.abort();
  current = null;
  feed.hidden = true;
  stage.dataset.state = "off";
  cover.textContent = say("choose");
  problem.textContent = reason;
  for (const button of buttons) button.setAttribute("aria-pressed", "false");
}

/** The parts of a stream from /video_feed, each with a type and a length in its header. */
async function* readParts(reader) {
  let received = new Uint8Array();
  for (;;) {
    const text = new TextDecoder("latin1").decode(received.subarray(0, 1024));
    const end = text.indexOf("\r\n\r\n");
    const size = end < 0 ? 0 : Number(/content-length: *(\d+)/i.exec(text)?.[1]);
    if (end >= 0 && !(size <= MAX_PART_BYTES)) throw new Error("a part without its length");
    const start = end + 4;
    if (end >= 0 && received.length >= start + size + 2) {
      const type = /content-type: *([^\r]+)/i.exec(text)[1];
      yield { type, content: new Blob([received.subarray(start, start + size)], { type }) };
      received = received.slice(start + size + 2);
      continue;
    }
    const { done, value } = await reader.read();
    if (done) {
      if (!text.includes("--\r\n")) throw new Error("the stream was cut off");
      return;
    }
    received = join(received, value);
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
    if (button.getAttribute("aria-pressed") === "true") stop("");
    else watch(button.dataset.source);
  });
  button.disabled = false; // disabled until here, so that no click is lost
}
window.addEventListener("pagehide", () => feed && stop(""));
