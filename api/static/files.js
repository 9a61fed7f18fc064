// The files that were chosen or dropped: handles only, whose bytes are read when they are sent.

// As people count: photo 2 comes before photo 10. The browser lists a folder in any order.
const order = new Intl.Collator(undefined, { numeric: true });
// How pictures, videos and archives begin, in bytes as Latin-1; of a file without a known ending.
const BEGINNINGS = [
  /^\xff\xd8\xff/, /^\x89PNG/, /^GIF8/, /^RIFF....(WEBP|AVI )/s, /^....ftyp/s, /^(II\*\0|MM\0\*)/, /^BM/, /^\x1aE\xdf\xa3/,
  /^\0\0\x01[\xb3\xba]/, /^\x47.{187}\x47/s, /^FLV/, /^\x06\x0e\+4\x02\x05/, /^0&\xb2u/, /^PK\x03\x04/, /^\x1f\x8b/, /^BZh/, /^\xfd7zXZ/, /^\x28\xb5\x2f\xfd/,
];

/** Separates pictures, videos and archives from the rest: by their endings, and others by how they begin. */
export async function sift(files, endings, litter) {
  const isLitter = ({ file, path }) => file.name.startsWith(".") || path.toLowerCase().split("/").slice(0, -1).some((folder) => litter.includes(folder));
  const accepted = [], skipped = [];
  for (const one of files) {
    const known = endings.some((ending) => one.file.name.toLowerCase().endsWith(ending));
    const wanted = !isLitter(one) && (known || (await beginsLikeMedia(one.file)));
    (wanted ? accepted : skipped).push(one);
  }
  return { accepted, skipped };
}

async function beginsLikeMedia(file) {
  const bytes = new Uint8Array(await file.slice(0, 190).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  return BEGINNINGS.some((beginning) => beginning.test(text));
}

export function fromInput(input) {
  const files = [...input.files].map((file) => ({ file, path: inside(file.webkitRelativePath) || file.name }));
  return files.sort((one, other) => order.compare(one.path, other.path));
}

/** All files that were dropped, in the order of the drop, and of each folder by name with those in
 * nested folders; and the name of the folder, if it is one. */
export async function fromDrop(transfer) {
  // The browser empties the list after the event.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const folder = entries.length === 1 && entries[0].isDirectory ? entries[0].name : "";
  const files = [];
  while (entries.length) {
    const entry = entries.shift();
    if (entry.isDirectory) entries.unshift(...(await list(entry)));
    else files.push({ file: await open(entry), path: entry.fullPath.replace(/^\//, "") });
  }
  return { files: folder ? files.map(({ file, path }) => ({ file, path: inside(path) })) : files, folder };
}

/** A path in the folder that was chosen: names begin there, as on the command line. */
function inside(path) {
  return path.slice(path.indexOf("/") + 1);
}

/** What lies in a folder, by name. */
async function list(folder) {
  const reader = folder.createReader();
  const entries = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return entries.sort((one, other) => order.compare(one.name, other.name));
    entries.push(...some);
  }
}

function open(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
