// A profile as a table for a terminal: what takes longest at the top, with a bar for its share.
import { counted, table } from "../../ir/diagnostics/table.ts";
import type { Cost, Profile, TableOptions } from "./profile.ts";

/** What is shown of a cost. */
interface Line {
  readonly name: string;
  readonly calls: number;
  /** Where its calls come from. */
  readonly from: string;
  readonly cost: Cost;
}

/** How many layers, or layers of one kind, are named in a line. */
const named = 3;

/** `blocks.*.qkv` for `blocks.0.qkv`, `blocks.1.qkv`, ... */
const kindsOf = (layers: readonly string[]): string => {
  const kinds = layers.length < 2 ? layers : layers.map((layer) => layer.replace(/(^|\.)\d+(?=\.|$)/g, "$1*"));
  const distinct = [...new Set(kinds)];
  const more = distinct.length - named;
  return [...distinct.slice(0, named), ...(more > 0 ? [`${more} more`] : [])].join(", ");
};

const nameOfFile = (file: string): string => file.slice(file.lastIndexOf("/") + 1);

const linesOf = (profile: Pick<Profile, "kernels" | "calls" | "layers">, by: TableOptions["by"]): readonly Line[] => {
  if (by === "call")
    return profile.calls.map((cost) => {
      const { kernel, layer, location } = cost;
      const place = location === undefined ? "" : `${nameOfFile(location.file)}:${location.line}`;
      return { name: kernel, calls: 1, from: [layer ?? "", place].filter((part) => part !== "").join("  "), cost };
    });
  if (by === "layer")
    return profile.layers.map((cost) => ({ name: cost.layer ?? "(no layer)", calls: cost.calls, from: "", cost }));
  return profile.kernels.map((cost) => ({
    name: cost.kernel,
    calls: cost.calls,
    from: kindsOf(cost.layers),
    cost,
  }));
};

/** How wide a bar for all of the time is. */
const barWidth = 16;

/** Blocks that are a whole cell, and from one eighth to seven eighths of a cell. */
const [block, eighths] = ["█", ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]] as const;

const bar = (share: number): string => {
  const filled = Math.round(Math.min(Math.max(share, 0), 1) * barWidth * 8);
  return `${block.repeat(filled >> 3)}${eighths[filled & 7] ?? ""}`.padEnd(barWidth);
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `2.1 ms`, with as many digits as say something. */
export const printMilliseconds = (milliseconds: number): string =>
  `${milliseconds.toFixed(milliseconds < 1 ? 4 : milliseconds < 100 ? 3 : 1)} ms`;

const rate = (perSecond: number): string => perSecond.toFixed(perSecond < 10 ? 2 : 1);

const speed = ({ flops, exact, gigaflopsPerSecond }: Cost): string =>
  flops === 0 ? "" : `${exact ? "" : "~"}${rate(gigaflopsPerSecond)}`;

/** The lines that took longest, in the order in which they were, and the others. */
const longest = (lines: readonly Line[], top: number): readonly [kept: readonly Line[], rest: readonly Line[]] => {
  const kept = new Set(lines.toSorted((a, b) => b.cost.milliseconds - a.cost.milliseconds).slice(0, top));
  return [lines.filter((line) => kept.has(line)), lines.filter((line) => !kept.has(line))];
};

/** The lines that took longest, and what the others come to. */
const tableOf = (lines: readonly Line[], { by = "kernel", top = lines.length, peak }: TableOptions): string => {
  const withPeak = (text: string): readonly string[] => (peak === undefined ? [] : [text]);
  const head = [by, ...(by === "call" ? [] : ["calls"]), "ms", "share", "", "GFLOP/s", ...withPeak("of peak"), "GB/s"];
  const [kept, rest] = longest(lines, top);
  const rows = kept.map(({ name, calls, from, cost }) => [
    name,
    ...(by === "call" ? [] : [String(calls)]),
    cost.milliseconds.toFixed(4),
    percent(cost.share),
    bar(cost.share),
    speed(cost),
    ...withPeak(cost.flops === 0 ? "" : percent(cost.gigaflopsPerSecond / (peak ?? 1))),
    rate(cost.gigabytesPerSecond),
    from,
  ]);
  const shared = rest.reduce((sum, { cost }) => sum + cost.share, 0);
  const numbers = head.flatMap((_, column) => (column === 0 || head[column] === "" ? [] : [column]));
  return [
    table([[...head, by === "layer" ? "" : "for"], ...rows], numbers),
    ...(rest.length === 0 ? [] : [`${counted(rest.length, "more line")}: ${percent(shared)}`]),
  ].join("\n");
};

/** What is not part of a run, but had to be done before the first. */
const preparationLine = ({ preparation }: Pick<Profile, "preparation">): readonly string[] => {
  if (preparation.length === 0) return [];
  const milliseconds = preparation.reduce((sum, call) => sum + call.milliseconds, 0);
  return [`each time parameters are set: ${printMilliseconds(milliseconds)}, ${counted(preparation.length, "call")}`];
};

/** One line for the whole, a table for its parts. */
export const printProfile = (profile: Omit<Profile, "text" | "trace">, options: TableOptions = {}): string => {
  const { program, entry, backend, milliseconds, fastest, runs, calls, overhead, gigaflopsPerSecond } = profile;
  const summary = [
    `${entry} of ${program} on ${backend}: ${printMilliseconds(milliseconds)}, fastest ${printMilliseconds(fastest)}`,
    `${rate(gigaflopsPerSecond)} GFLOP/s`,
    `${counted(runs, "run")} of ${counted(calls.length, "call")}`,
  ];
  const clocked = `(looking at the clock between calls: ${overhead < 0 ? "-" : "+"}${percent(Math.abs(overhead))})`;
  const lines = [`${summary.join(", ")} ${clocked}`, ...preparationLine(profile)];
  return [...lines, tableOf(linesOf(profile, options.by), options)].join("\n");
};
