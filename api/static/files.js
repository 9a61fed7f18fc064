// The files that were chosen or dropped: handles only, whose bytes are read when they are sent.

// As people count: photo 2 comes before photo 10. The browser lists a folder in any order.
const order = new Intl.Collator(undefined, { numeric: true });

/** Separates files with one of these endings from the rest, which are only counted. */
export function sift(files, endings, litter) {
  const isLitter = (path) => path.toLowerCase().split("/").slice(0, -1).some((folder) => litter.includes(folder));
  const isKnown = (name) => !name.startsWith(".") && endings.some((ending) => name.toLowerCase().endsWith(ending));
  const accepted = files.filter(({ file, path }) => isKnown(file.name) && !isLitter(path));
  accepted.sort((one, other) => order.compare(one.path, other.path));
  return { accepted, skipped: files.length - accepted.length };
}

export function fromInput(input) {
  return [...input.files].map((file) => ({ file, path: inside(file.webkitRelativePath) || file.name }));
}

/** All files that were dropped, including those in nested folders. */
export async function fromDrop(transfer) {
  // The browser empties the list after the event.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const isOneFolder = entries.length === 1 && entries[0].isDirectory;
  const found = [];
  while (entries.length) {
    const entry = entries.pop();
    if (entry.isDirectory) entries.push(...(await list(entry)));
    else found.push({ file: await open(entry), path: entry.fullPath.replace(/^\//, "") });
  }
  return isOneFolder ? found.map(({ file, path }) => ({ file, path: inside(path) })) : found;
}

/** A path in the folder that was chosen: names begin there, as on the command line. */
function inside(path) {
  return path.slice(path.indexOf("/") + 1);
}

async function list(folder) {
  const reader = folder.createReader();
  const entries = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return entries;
    entries.push(...some);
  }
}

function open(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
