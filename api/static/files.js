// Which files were chosen or dropped: handles only, whose bytes stay on the disk until they go.

/** Those with one of the endings, with the path they had; and how many were left out. */
export function sift(files, endings) {
  const wanted = files.filter(({ file }) => !file.name.startsWith(".") && endings.some((ending) => file.name.toLowerCase().endsWith(ending)));
  return { wanted, leftOut: files.length - wanted.length };
}

export function fromInput(input) {
  return [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** All files that were dropped, those in folders of folders, too. */
export async function fromDrop(transfer) {
  // The list is emptied once the event is over.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const found = [];
  while (entries.length) {
    const entry = entries.pop();
    if (entry.isDirectory) entries.push(...(await list(entry)));
    else found.push({ file: await open(entry), path: entry.fullPath.replace(/^\//, "") });
  }
  return found;
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
