// Ratios as a picture: how many times faster than the best peer each workload is, in groups; drawn by vega-lite.
import type { TopLevelSpec } from "vega-lite";
import { isOwn, own } from "./contenders/names.ts";
import type { ReportRow } from "./report.ts";

/** A bar. */
export interface Bar {
  readonly group: string;
  readonly workload: string;
  /** How many times faster than the best peer we are. */
  readonly ratio: number;
  readonly label: string;
}

/** One bar for each workload that a peer has done as well, in the order of the rows. */
export const barsOf = (rows: readonly ReportRow[]): readonly Bar[] =>
  rows.flatMap(({ group, workload, contender, ratio }): readonly Bar[] => {
    if (contender !== own || ratio === undefined) return [];
    const peers = rows.filter((row) => row.workload === workload && !isOwn(row.contender) && row.aside === undefined);
    const [best] = peers.toSorted((a, b) => a.median - b.median);
    return best === undefined ? [] : [{ group, workload, ratio, label: `${ratio.toFixed(2)}x ${best.contender}` }];
  });

/** Readable on a light page and on a dark one. */
const colors = { ahead: "#3182ce", behind: "#dd6b20", text: "#808890", line: "#80889060" } as const;

/** Powers of two around all ratios. */
const ticksOf = (bars: readonly Bar[]): readonly number[] => {
  const ratios = bars.map(({ ratio }) => ratio);
  const first = Math.floor(Math.log2(Math.min(...ratios, 0.9)));
  const last = Math.ceil(Math.log2(Math.max(...ratios, 2)));
  return Array.from({ length: last - first + 1 }, (_, at) => 2 ** (first + at));
};

const axes = {
  domainColor: colors.line,
  tickColor: colors.line,
  gridColor: colors.line,
  labelColor: colors.text,
  titleColor: colors.text,
  titleFontWeight: "normal",
  labelLimit: 400,
} as const;

const config = {
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: "transparent" },
  axis: axes,
  title: { color: colors.text, fontSize: 12, anchor: "start", frame: "group", offset: 4 },
} as const;

/** One group: bars from 1 to each ratio, and how much that is. Only the last has numbers on its axis. */
const groupSpec = (group: string, bars: readonly Bar[], ticks: readonly number[], isLast: boolean) => {
  const y = {
    field: "workload",
    type: "nominal",
    sort: null,
    title: null,
    axis: { ticks: false, domain: false, grid: false, labelPadding: 6 },
  } as const;
  const x = {
    type: "quantitative" as const,
    title: isLast ? "times as fast as the fastest other library in WebAssembly" : null,
    // Room for the words behind the longest bar.
    scale: { type: "log" as const, base: 2, domain: [ticks[0] ?? 1, (ticks.at(-1) ?? 2) * 2] },
    axis: {
      values: [...ticks],
      format: "~g",
      labelExpr: "datum.label + 'x'",
      labels: isLast,
      ticks: isLast,
      domain: isLast,
    },
  };
  const color = { condition: { test: "datum.ratio >= 1", value: colors.ahead }, value: colors.behind };
  const ends = { ...x, field: "end" };
  return {
    title: group,
    width: 420,
    height: { step: 15 },
    data: { values: bars.map((bar) => ({ ...bar, end: Math.max(bar.ratio, 1) })) },
    layer: [
      {
        mark: { type: "bar" as const, height: { band: 0.7 }, cornerRadiusEnd: 2 },
        encoding: { y, x: { ...x, field: "ratio" }, x2: { datum: 1 }, color },
      },
      { mark: { type: "rule" as const, color: colors.text }, encoding: { x: { ...x, datum: 1 } } },
      {
        mark: { type: "text" as const, align: "left" as const, dx: 4, fontSize: 10, color: colors.text },
        encoding: { y, x: ends, text: { field: "label" } },
      },
    ],
  };
};

/** Groups one above the other. By powers of two: twice as fast is as far from 1 as half as fast. */
export const chartSpec = (bars: readonly Bar[]): TopLevelSpec => {
  const ticks = ticksOf(bars);
  const groups = [...new Set(bars.map(({ group }) => group))];
  return {
    padding: 6,
    spacing: 6,
    config,
    vconcat: groups.map((group) =>
      groupSpec(
        group,
        bars.filter((bar) => bar.group === group),
        ticks,
        group === groups.at(-1),
      ),
    ),
  };
};

/** The picture as SVG. */
export const drawChart = async (bars: readonly Bar[]): Promise<string> => {
  const [{ parse, View }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  return new View(parse(compile(chartSpec(bars)).spec), { renderer: "none" }).toSVG();
};
