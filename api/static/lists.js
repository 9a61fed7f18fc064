// A list (CSV) that is dropped with pictures: its columns are the dimensions and times of the files that it names.

import { findTimes, readTimes } from "./dates.js";

const LIST = /\.(csv|tsv)$/i;
const NAMES = ["path", "name", "file", "filename", "uri"];

export function isList(file) {
  return LIST.test(file.name);
}

/** What lists say of each file: `{dimensions, captured_at}` by its path; the rows that name no file here; and of each list
    with times, `{column, times}`, or why they are none. */
export async function readLists(lists, files) {
  const found = new Map();
  const missing = [];
  const dated = [];
  const byEnd = new Map(files.flatMap(({ path }) => endsOf(path).map((end) => [end, path])));
  for (const { file, path } of lists) {
    const { rows, problem, read } = parse(decode(await file.arrayBuffer()));
    if (problem) return { found, missing, dated, problem: `${path}: ${problem}` };
    if (read) dated.push(read);
    for (const { name, ...rest } of rows) {
      const named = byEnd.get(name.replaceAll("\\", "/").replace(/^\.\//, "")) ?? byEnd.get(name.split(/[\\/]/).at(-1));
      if (named) found.set(named, rest);
      else missing.push(name);
    }
  }
  return { found, missing, dated };
}

/** `a/b/c.jpg`, `b/c.jpg` and `c.jpg`: a list may lie in any of the folders. */
function endsOf(path) {
  const parts = path.split("/");
  return parts.map((_, at) => parts.slice(at).join("/"));
}

function decode(bytes) {
  const [first, second] = new Uint8Array(bytes);
  const encoding = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

function parse(text) {
  const lines = split(text.replace(/^sep=.\r?\n/i, ""), /^sep=(.)/i.exec(text)?.[1]);
  const header = (lines.shift() ?? []).map((cell) => cell.trim());
  const at = NAMES.map((name) => header.findIndex((cell) => cell.toLowerCase() === name)).find((index) => index >= 0);
  if (at === undefined) return { problem: NAMES.slice(0, 3).join(", ") };
  const filled = lines.filter((cells) => cells[at]?.trim());
  const when = findTimes(header);
  const read = when.day < 0 ? undefined : readColumn(header, filled, when);
  return { rows: filled.map((cells) => readRow(header, cells, at, read && !read.times ? { day: -1, clock: -1 } : when, read?.times?.get(cells))), read };
}

/** The times by row; where one of them is no time, all stay text. */
function readColumn(header, rows, { day, clock }) {
  const dated = rows.filter((cells) => cells[day]?.trim());
  const { times, ...problem } = readTimes(dated.map((cells) => [cells[day], cells[clock] ?? ""].join(" ").trim()));
  return { column: header[day], ...problem, times: times && new Map(dated.map((cells, index) => [cells, times[index]])) };
}

function readRow(header, cells, at, { day, clock }, captured) {
  const row = { name: cells[at].trim(), dimensions: {}, captured_at: captured };
  header.forEach((column, index) => {
    const cell = cells[index]?.trim();
    if (!cell || !column || [at, day, clock].includes(index) || NAMES.includes(column.toLowerCase())) return;
    row.dimensions[column] = cell;
  });
  return row;
}

/** Rows of cells; a quoted cell may hold delimiters, quotes and line ends. */
function split(text, stated) {
  const head = text.slice(0, text.indexOf("\n") + 1 || text.length);
  const delimiter = stated ?? [",", ";", "\t"].sort((one, other) => head.split(other).length - head.split(one).length)[0];
  const rows = [[""]];
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const letter = text[index];
    const row = rows.at(-1);
    if (letter === '"') {
      if (quoted && text[index + 1] === '"') row[row.length - 1] += text[++index];
      else quoted = !quoted;
    } else if (!quoted && letter === delimiter) row.push("");
    else if (!quoted && letter === "\n") rows.push([""]);
    else if (letter !== "\r" || quoted) row[row.length - 1] += letter;
  }
  return rows.filter((row) => row.some((cell) => cell.trim()));
}
