/**
 * Rows as CSV (RFC 4180): fields with commas, quotes or line ends are quoted, lines end with CR LF, the first line names
 * the columns. Names, tags and the like come from machines: what a spreadsheet would take for a formula is defused.
 * Not here: where the file goes (the host).
 */
import type { Fleet } from "../../state/fleet";
import { type Column, CSV_NAMES, csvValue } from "./columns";

export function csvOf(fleet: Fleet, rows: Iterable<number>, columns: readonly Column[]): string {
  const lines = [columns.map((column) => CSV_NAMES[column]).join(",")];
  for (const ordinal of rows) lines.push(columns.map((column) => field(csvValue(fleet, ordinal, column))).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

export function field(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  // Spreadsheets also look behind leading blanks.
  const safe = /^\s*[=+\-@\t\r|]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
