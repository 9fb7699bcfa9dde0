// Results as Markdown: a table for each workload, below it what was left out and why, and the goals.
import { isOwn } from "./contenders/names.ts";
import { type Growth, isReached, type Judged, type Remark, type Result, type Row } from "./results.ts";

const milliseconds = (value: number): string => value.toFixed(value < 1 ? 4 : value < 10 ? 3 : value < 100 ? 2 : 1);

const times = (value: number): string => `${value.toFixed(2)}x`;

const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;

const decimal = (value: number): string => value.toFixed(1);

/** A cell of what need not be there. */
const cell = (value: number | undefined, print: (value: number) => string): string =>
  value === undefined ? "" : print(value);

const heads = ["contender", "form", "ms, median", "min", "max", "GFLOP/s", "of peak", "GB/s", "to best peer"] as const;

const cells = ({ contender, form, aside, milliseconds: ms, gigaflops, shareOfPeak, gigabytes, timesBestPeer }: Row) => [
  isOwn(contender) ? `**${contender}**` : contender,
  aside === undefined ? form : `${form} (${aside}: not compared with)`,
  milliseconds(ms.median),
  milliseconds(ms.min),
  milliseconds(ms.max),
  cell(gigaflops, decimal),
  cell(shareOfPeak, percent),
  cell(gigabytes, decimal),
  cell(timesBestPeer, times),
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

/** What a goal wants, and what was measured. */
const sidesOf = (goal: Judged): readonly [wanted: string, found: string] => {
  const { against, measured } = goal;
  switch (against) {
    case "milliseconds":
      return [`${goal.most} ms at most`, `${milliseconds(measured)} ms`];
    case "peak":
      return [`${percent(goal.least)} of the peak`, percent(measured)];
    case "GFLOP/s":
    case "GB/s":
      return [`${goal.least} ${against}`, decimal(measured)];
    default:
      return [`${goal.least.toPrecision(3).replace(/\.?0+$/, "")}x ${against}`, times(measured)];
  }
};

const goalLine = (goal: Judged): string => {
  const [wanted, found] = sidesOf(goal);
  const whose = goal.of === undefined ? "goal" : `goal of ${goal.of}`;
  return `- ${whose} ${wanted}: ${found}${isReached(goal) ? "" : ", FALLS SHORT"}`;
};

/** A result as a section of Markdown. */
export const section = ({ workload, operations, nodes, peakGigaflops, rows, remarks, goals }: Result): string => {
  const flops = operations === 0 ? "" : `${(operations / 1e6).toPrecision(4)} MFLOP; `;
  const work = nodes === undefined ? flops : `${nodes} nodes; `;
  return [
    `### ${workload}`,
    "",
    `${work}peak ${peakGigaflops.toFixed(1)} GFLOP/s`,
    "",
    ...(rows.length === 0 ? [] : [...aligned(rows.map(cells)), ""]),
    ...remarks.map(remarkLine),
    ...goals.map(goalLine),
    "",
  ].join("\n");
};

/** How compiling grows, as a section of Markdown. */
export const growthSection = ({ points, slope, most }: Growth): string =>
  [
    "### compiling, by nodes",
    "",
    ...points.map(
      ([nodes, ms]) => `- ${nodes} nodes: ${milliseconds(ms)} ms, ${((ms * 1000) / nodes).toFixed(1)} us each`,
    ),
    `- goal slope at most ${most}: ${slope.toFixed(2)}${slope <= most ? "" : ", FALLS SHORT"}`,
    "",
  ].join("\n");
