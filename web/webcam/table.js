// Faces as CSV, as fer_system/records.py writes them: what is saved in a browser is written here.

export const COLUMNS = ["source", "time", "face", "left", "top", "width", "height", "label", "confidence", "uncertain", "score", "quality"];
const LAST_COLUMN = "error";
const FORMULA = /^[=+\-@\t\r]/; // a spreadsheet runs a cell that begins so

export function rounded(share) {
  return Number(share.toFixed(4));
}

// A share as Python writes it: four decimals at most, and one at least.
export function written(share) {
  return Number.isInteger(rounded(share)) ? rounded(share).toFixed(1) : String(rounded(share));
}

// The header and the rows, whose cells are text and numbers.
export function csvOf(classes, rows) {
  const harmless = (cell) => (typeof cell === "string" && FORMULA.test(cell) ? `'${cell}` : String(cell));
  const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const header = [...COLUMNS, ...classes, LAST_COLUMN];
  const lines = [header, ...rows].map((row) => row.map((cell) => quoted(harmless(cell))).join(","));
  return `${lines.join("\r\n")}\r\n`;
}
