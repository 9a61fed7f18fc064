// A list (CSV) that is dropped with pictures: its columns are the dimensions and times of the files that it names.

const LIST = /\.(csv|tsv)$/i;
const NAMES = ["path", "name", "file", "filename", "uri"];
const TIME = "captured_at";

export function isList(file) {
  return LIST.test(file.name);
}

/** What lists say of each file: `{dimensions, captured_at}` by its path, and the rows that name no file here. */
export async function readLists(lists, files) {
  const found = new Map();
  const missing = [];
  const byEnd = new Map(files.flatMap(({ path }) => endsOf(path).map((end) => [end, path])));
  for (const { file, path } of lists) {
    const { rows, problem } = parse(decode(await file.arrayBuffer()));
    if (problem) return { found, missing, problem: `${path}: ${problem}` };
    for (const { name, ...rest } of rows) {
      const named = byEnd.get(name.replaceAll("\\", "/").replace(/^\.\//, "")) ?? byEnd.get(name.split(/[\\/]/).at(-1));
      if (named) found.set(named, rest);
      else missing.push(name);
    }
  }
  return { found, missing };
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
  return { rows: lines.filter((cells) => cells[at]?.trim()).map((cells) => readRow(header, cells, at)) };
}

function readRow(header, cells, at) {
  const row = { name: cells[at].trim(), dimensions: {} };
  header.forEach((column, index) => {
    const cell = cells[index]?.trim();
    if (!cell || !column || index === at || NAMES.includes(column.toLowerCase())) return;
    if (column.toLowerCase() === TIME) row.captured_at = cell;
    else row.dimensions[column] = cell;
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
