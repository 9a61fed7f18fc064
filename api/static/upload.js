// Uploads files as a job: creates a draft, then sends parts, several at a time, until each has arrived.

import { token } from "./app.js";

const PART_FILES = 50;
const PART_BYTES = 16 << 20;
// Of a larger file. Of a piece that was on its way when the connection broke, nothing is kept.
const PIECE_BYTES = 16 << 20;
const PARALLEL_PARTS = 3;
const FIRST_WAIT_MILLISECONDS = 500;
const MAX_WAIT_MILLISECONDS = 15000;

/** The server rejected a request for good: sending it again would not help. */
export class Refused extends Error {}

export class Upload {
  /** `notify` is called with `{sentBytes, sentFiles, waiting}` on every change. */
  constructor(files, options, notify) {
    this.files = files;
    this.options = options;
    this.notify = notify;
    this.number = crypto.getRandomValues(new Uint32Array(4)).join("-");
    this.parts = cut(files);
    this.nextPart = 0;
    this.sentFiles = 0;
    this.arrivedBytes = 0;
    this.sending = new Map();
    this.unsent = [];
    this.stop = new AbortController();
  }

  /** Send everything that has not arrived yet, then start the job; resolves to its number. */
  async run() {
    this.job ??= (await this.post("/v1/jobs", JSON.stringify({ draft: true, items: [], ...this.options }), {
      "Content-Type": "application/json", "Idempotency-Key": `${this.number}-job`,
    })).id;
    const failures = [];
    await Promise.all(Array.from({ length: PARALLEL_PARTS }, () => this.sendParts().catch((error) => failures.push(error))));
    if (failures.length) throw failures[0];
    await this.post(`/v1/jobs/${this.job}/finalize`, null, {});
    return this.job;
  }

  async discard() {
    this.stop.abort();
    if (this.job) await fetch(`/v1/jobs/${this.job}`, { method: "DELETE", headers: { "X-CSRF-Token": token } });
  }

  async sendParts() {
    for (;;) {
      const number = this.unsent.pop() ?? (this.nextPart < this.parts.length ? this.nextPart++ : undefined);
      if (number === undefined) return;
      try {
        await this.sendPart(number);
      } catch (error) {
        this.unsent.push(number);
        throw error;
      }
    }
  }

  async sendPart(number) {
    const { from, to, bytes } = this.parts[number];
    if (bytes > PIECE_BYTES) await this.sendPieces(number);
    else await this.sendForm(number);
    this.sending.delete(number);
    this.arrivedBytes += bytes;
    this.sentFiles += to - from;
    this.report(false);
  }

  async sendForm(number) {
    const { from, to } = this.parts[number];
    const form = new FormData();
    const files = this.files.slice(from, to);
    for (const { file, path } of files) form.append("files", file, path);
    if (files.some(({ said }) => said)) form.append("items", JSON.stringify(files.map(({ path, said }) => ({ name: path, ...said }))));
    await this.post(`/v1/jobs/${this.job}/items`, form, { "Idempotency-Key": `${this.number}-${number}` }, number);
  }

  /** Send a large file piece by piece, each from where the server has it on. */
  async sendPieces(number) {
    const { file, path, said } = this.files[this.parts[number].from];
    const address = `/v1/jobs/${this.job}/pieces/${this.number}-${number}`;
    for (let offset = 0; offset < file.size;) {
      offset = (await this.persist(() => this.sendPiece(address, file, number), number)).received_bytes;
    }
    const whole = JSON.stringify({ size_bytes: file.size, name: path, ...said });
    await this.post(`${address}/join`, whole, { "Content-Type": "application/json", "Idempotency-Key": `${this.number}-${number}` });
  }

  async sendPiece(address, file, number) {
    const known = await this.ask(address);
    if (known.status !== 200) return known;
    const offset = JSON.parse(known.text).received_bytes;
    this.advance(number, offset);
    if (offset >= file.size) return known;
    const piece = file.slice(offset, offset + PIECE_BYTES);
    const sent = await send(`${address}?offset=${offset}`, piece, { "Content-Type": "application/octet-stream" }, this.stop.signal, (bytes) => this.advance(number, offset + bytes));
    if (sent.status !== 409) return sent;
    // A piece that seemed lost may have arrived meanwhile.
    const now = await this.ask(address);
    return now.status === 200 && JSON.parse(now.text).received_bytes === offset ? sent : now;
  }

  async ask(address) {
    try {
      const response = await fetch(address, { signal: this.stop.signal });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      if (this.stop.signal.aborted) throw error;
      return { status: 0, text: "" };
    }
  }

  post(address, body, headers, part) {
    return this.persist(() => send(address, body, headers, this.stop.signal, (bytes) => this.advance(part, bytes)), part);
  }

  /** Make a request until it arrives: again after a lost connection or when the server is busy. */
  async persist(request, part) {
    for (let wait = FIRST_WAIT_MILLISECONDS; ; wait = Math.min(2 * wait, MAX_WAIT_MILLISECONDS)) {
      const { status, text } = await request();
      if (status >= 200 && status < 300) return JSON.parse(text);
      if (status !== 0 && status !== 429 && status < 500) throw new Refused(explain(text));
      if (part !== undefined && this.parts[part].bytes <= PIECE_BYTES) this.advance(part, 0);
      this.report(true);
      await pause(wait * (0.5 + Math.random()), this.stop.signal);
    }
  }

  advance(part, bytes) {
    if (part === undefined) return;
    this.sending.set(part, Math.min(bytes, this.parts[part].bytes));
    this.report(false);
  }

  report(waiting) {
    let [bytes, files] = [this.arrivedBytes, this.sentFiles];
    for (const [number, sent] of this.sending) {
      const part = this.parts[number];
      bytes += sent;
      files += Math.floor((part.to - part.from) * sent / (part.bytes || 1));
    }
    this.notify({ sentBytes: bytes, sentFiles: files, waiting });
  }
}

/** Cut the list of files into parts that are short requests; a large file is a part by itself. */
function cut(files) {
  const parts = [];
  let part;
  files.forEach(({ file }, index) => {
    if (!part || part.to - part.from >= PART_FILES || part.bytes + file.size > PART_BYTES) {
      part = { from: index, to: index, bytes: 0 };
      parts.push(part);
    }
    part.to = index + 1;
    part.bytes += file.size;
  });
  return parts;
}

/** Send one request and report its progress, which `fetch` cannot. Status 0 means no response. */
function send(address, body, headers, signal, onBytes) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const end = () => {
      signal.removeEventListener("abort", abort);
      if (signal.aborted) reject(signal.reason);
      else resolve({ status: request.status, text: request.responseText });
    };
    signal.addEventListener("abort", abort);
    request.upload.addEventListener("progress", (event) => onBytes(event.loaded));
    request.addEventListener("loadend", end);
    request.open("POST", address);
    if (token) request.setRequestHeader("X-CSRF-Token", token);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(body);
  });
}

/** Wait this long and, if offline, until the connection is back. */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    setTimeout(() => {
      if (navigator.onLine) resolve();
      else window.addEventListener("online", resolve, { once: true });
    }, milliseconds);
  });
}

function explain(text) {
  try {
    return JSON.parse(text).error.message;
  } catch {
    return text.slice(0, 200);
  }
}
