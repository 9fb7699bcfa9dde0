// Plain tables and numbers for reports.

/** Rows in columns as wide as their widest cell, two blanks apart; columns of `right` are aligned to the right. */
export const table = (rows: readonly (readonly string[])[], right: readonly number[] = []): string => {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number): string =>
    right.includes(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
};

/** `241.0 KiB` */
export const printBytes = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
};

/** `1 kernel`, `2 kernels` */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** A number of a tensor, in seven digits at most. */
export const printValue = (value: number): string => {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? String(Number(value.toPrecision(7))) : String(value);
};
