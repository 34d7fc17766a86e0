// Files -> zip archives that hold them as they are, with their folders' names: as the server reads a folder.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const VERSION = 20;
const UTF8 = 0x0800;
const DAY_ONE = 0x21; // 1 January 1980: when a picture was taken is nobody's business
const TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}

// Archives of at most `most` bytes of pictures each, made one after another; a file that has gone is named by `miss`.
// They refer to the visitor's files, which are read again while they are sent: memory holds one at a time.
export async function* archives(found, most, name, { tell, miss, signal }) {
  let archive = new Archive();
  for (const { path, file } of found) {
    signal.throwIfAborted();
    if (archive.bytes && archive.bytes + (file?.size ?? 0) > most) {
      yield archive.finished(name);
      archive = new Archive();
    }
    try {
      await archive.add(path, file);
    } catch {
      miss(path);
    }
    if (file) tell();
  }
  yield archive.finished(name);
}

class Archive {
  #parts = [];
  #list = [];
  #at = 0;
  bytes = 0; // of pictures

  async add(path, file) {
    const name = new TextEncoder().encode(path);
    const [size, sum] = file ? [file.size, crc32(new Uint8Array(await file.arrayBuffer()))] : [0, 0];
    const about = [UTF8, 0, 0, DAY_ONE, sum, size, size, name.length];
    const widths = [2, 2, 2, 2, 4, 4, 4, 2];
    const head = record([LOCAL, VERSION, ...about, 0], [4, 2, ...widths, 2]);
    this.#list.push(record([CENTRAL, VERSION, VERSION, ...about, 0, 0, 0, 0, 0, this.#at], [4, 2, 2, ...widths, 2, 2, 2, 2, 4, 4]), name);
    this.#parts.push(head, name, ...(file ? [file] : []));
    this.#at += head.length + name.length + size;
    this.bytes += size;
  }

  finished(name) {
    const entries = this.#list.length / 2;
    const length = this.#list.reduce((sum, part) => sum + part.length, 0);
    const end = record([END, 0, 0, entries, entries, length, this.#at, 0], [4, 2, 2, 2, 2, 4, 4, 2]);
    return new File([...this.#parts, ...this.#list, end], name);
  }
}

// Numbers of so many bytes each, the lowest byte first.
function record(numbers, widths) {
  return Uint8Array.from(numbers.flatMap((value, at) => Array.from({ length: widths[at] }, (_, byte) => (value / 2 ** (8 * byte)) & 255)));
}
