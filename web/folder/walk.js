// What was chosen or dropped, as a list of { path, file }: `file` is null for what is no picture, and where
// the browser cannot read it; then `isGone` is true. Paths have "/" between folders.

export class TooMany extends Error {}

export function ofInput(files, kinds) {
  return gathered(kinds, (add) => {
    for (const file of files) add(file.webkitRelativePath || file.name, file);
  });
}

// The drop's own list is empty as soon as its event is over, so entries are taken out at once.
export function entriesOf({ items }) {
  const files = [...items].filter(({ kind }) => kind === "file");
  return files.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
}

// Looks through dropped folders to the bottom; `tell` gets how many files there are so far.
export async function ofEntries(entries, kinds, tell) {
  return gathered(kinds, async (add) => {
    const waiting = [...entries];
    while (waiting.length) {
      const entry = waiting.shift();
      if (entry instanceof File) add(entry.name, entry);
      else if (entry.isDirectory) waiting.unshift(...(await inside(entry, add)));
      else await addEntry(entry, kinds, add);
      tell(add.count());
    }
  });
}

async function addEntry(entry, kinds, add) {
  const path = pathOf(entry);
  if (!kinds.isPicture(path)) return add(path, null);
  try {
    add(path, await new Promise((give, fail) => entry.file(give, fail)));
  } catch {
    add(path, null, true);
  }
}

function pathOf({ fullPath }) {
  return fullPath.replace(/^\//, "");
}

// A browser hands them over in parts; an empty one is the last. A folder that cannot be read is told of like a file.
async function inside(folder, add) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    try {
      const part = await new Promise((give, fail) => reader.readEntries(give, fail));
      if (!part.length) return found;
      found.push(...part);
    } catch {
      add(pathOf(folder), null, true);
      return found;
    }
  }
}

async function gathered(kinds, work) {
  const found = [];
  let pictures = 0;
  const add = (path, file, isGone = false) => {
    if (kinds.isJunk(path)) return;
    const isPicture = kinds.isPicture(path);
    pictures += isPicture;
    if (pictures > kinds.pictures || found.length - pictures > kinds.others) throw new TooMany();
    found.push({ path, file: isPicture ? file : null, isGone });
  };
  add.count = () => found.length;
  await work(add);
  return found;
}

// By their names; `facts` are fer_system/folder.py's and picture.py's.
export function kindsOf({ suffixes, junk, pictures, others }) {
  const endings = new Set(suffixes);
  const isHidden = (name) => junk.includes(name) || /^\.+[^.]/.test(name);
  return {
    pictures,
    others,
    isJunk: (path) => path.split("/").some(isHidden),
    isPicture: (path) => endings.has(endingOf(path)),
  };
}

export function endingOf(path) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot).toLowerCase() : "";
}
