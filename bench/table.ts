// Results as Markdown: a table for each workload, below it what was left out and why, and the goals.
import { own } from "./contenders/index.ts";
import type { Judged, Remark, Result, Row } from "./results.ts";

const milliseconds = (value: number): string => value.toFixed(value < 1 ? 4 : value < 10 ? 3 : value < 100 ? 2 : 1);

const times = (value: number): string => `${value.toFixed(2)}x`;

const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;

const heads = ["contender", "form", "ms, median", "min", "max", "GFLOP/s", "of peak", "to best peer"] as const;

const cells = ({ contender, form, aside, milliseconds: ms, gigaflops, shareOfPeak, timesBestPeer }: Row) => [
  contender === own ? `**${contender}**` : contender,
  aside === undefined ? form : `${form} (${aside}: not compared with)`,
  milliseconds(ms.median),
  milliseconds(ms.min),
  milliseconds(ms.max),
  gigaflops.toFixed(1),
  percent(shareOfPeak),
  timesBestPeer === undefined ? "" : times(timesBestPeer),
];

/** A Markdown table with its columns aligned; the first two hold words, the others numbers. */
const aligned = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (at < 2 ? (row[at] ?? "").padEnd(width) : (row[at] ?? "").padStart(width))).join(" | ")} |`;
  const rule = widths.map((width, at) => (at < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(heads), line(rule), ...rows.map(line)];
};

const remarkLine = ({ contender, form, kind, says }: Remark): string => {
  const who = form === undefined ? contender : `${contender}, ${form}`;
  const verb = { lacks: "has none", failed: "FAILED", wrong: "WRONG RESULT", slower: "slower" }[kind];
  return `- ${who}: ${verb}: ${says}`;
};

/** Whether what is wanted was measured. */
export const isReached = ({ least, measured }: Judged): boolean => measured >= least;

const goalLine = (goal: Judged): string => {
  const { against, least, measured } = goal;
  const wanted = against === "peak" ? `${percent(least)} of the peak` : `${least}x ${against}`;
  const found = against === "peak" ? percent(measured) : times(measured);
  return `- goal ${wanted}: ${found}${isReached(goal) ? "" : ", FALLS SHORT"}`;
};

/** A result as a section of Markdown. */
export const section = ({ workload, operations, peakGigaflops, rows, remarks, goals }: Result): string =>
  [
    `### ${workload}`,
    "",
    `${(operations / 1e6).toPrecision(4)} MFLOP; peak ${peakGigaflops.toFixed(1)} GFLOP/s`,
    "",
    ...(rows.length === 0 ? [] : [...aligned(rows.map(cells)), ""]),
    ...remarks.map(remarkLine),
    ...goals.map(goalLine),
    "",
  ].join("\n");
