// Results as Markdown: a table for each workload, below it what was left out and why, and the goals.
import { isOwn } from "./contenders/names.ts";
import type { Report } from "./report.ts";
import { type Growth, isReached, type Judged, type Remark, type Result, type Row } from "./results.ts";
import type { Goal } from "./workloads/goal.ts";
import type { Workload } from "./workloads/index.ts";

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

const amountOf = (goal: Goal): string => {
  switch (goal.against) {
    case "milliseconds":
      return `${goal.most} ms at most`;
    case "peak":
      return `${percent(goal.least)} of the peak`;
    case "GFLOP/s":
    case "GB/s":
      return `${goal.least} ${goal.against}`;
    default:
      return `${Number(goal.least.toPrecision(3))}x ${goal.against}`;
  }
};

/** What a goal wants, and of whom if not of us as we are by default. */
const wantedOf = (goal: Goal): string => `${goal.of === undefined ? "" : `of ${goal.of} `}${amountOf(goal)}`;

/** What was measured of it. */
const foundOf = ({ against, measured }: Judged): string => {
  switch (against) {
    case "milliseconds":
      return `${milliseconds(measured)} ms`;
    case "peak":
      return percent(measured);
    case "GFLOP/s":
    case "GB/s":
      return decimal(measured);
    default:
      return times(measured);
  }
};

/** From this share of the peak on, products get no faster: what goals would take is worth a word. */
const nearPeak = 0.85;

/** Whether it falls short, and whether that is because the machine is too slow for it. */
const verdictOf = (goal: Judged): string => {
  if (isReached(goal)) return "";
  const share = goal.wouldTake ?? 0;
  return share < nearPeak ? ", FALLS SHORT" : `, FALLS SHORT (would take ${percent(share)} of the peak)`;
};

const goalLine = (goal: Judged): string => `- goal ${wantedOf(goal)}: ${foundOf(goal)}${verdictOf(goal)}`;

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

/** The names of workloads by group, each with its goals. */
export const listOf = (workloads: readonly Workload[]): string => {
  const wide = Math.max(...workloads.map(({ name }) => name.length)) + 2;
  const lines = (group: string): readonly string[] =>
    workloads
      .filter((each) => each.group === group)
      .map(({ name, goals }) => `  ${name.padEnd(wide)}${goals.map(wantedOf).join(", ")}`.trimEnd());
  return [...new Set(workloads.map(({ group }) => group))].flatMap((group) => [group, ...lines(group)]).join("\n");
};

/** A line for each goal of a report that is missed. */
export const shortOf = ({ goals, growth }: Pick<Report, "goals" | "growth">): readonly string[] => [
  ...goals.filter(({ reached }) => !reached).map((goal) => goalLine(goal).replace("- goal", `- ${goal.workload}:`)),
  ...(growth === undefined || growth.slope <= growth.most
    ? []
    : [`- compiling: slope ${growth.slope.toFixed(2)} instead of at most ${growth.most}`]),
];
