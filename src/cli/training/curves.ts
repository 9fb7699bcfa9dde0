// The curves of a run as SVG: for the loss and each metric one drawing, training beside validation, over the steps. Drawn by
// vega-lite, which is not installed with the package: it is loaded when a report is asked for.
import type { TopLevelSpec } from "vega-lite";
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import type { Figures } from "../../training/figures.ts";
import type { History } from "../../training/history.ts";

/** A drawing and the figure that it shows. */
export interface Curve {
  readonly name: string;
  readonly svg: string;
}

type Drawn = (spec: TopLevelSpec) => Promise<string>;

/** Loads what draws; `reject`s (W408) where it is not installed. */
const loadDrawing = async (): Promise<Drawn> => {
  try {
    const [{ parse, View }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
    return (spec) => new View(parse(compile(spec).spec), { renderer: "none" }).toSVG();
  } catch (cause) {
    const [why = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    return reject("W408", { what: "htmlReport", packages: ["vega", "vega-lite"], why }, { cause });
  }
};

/** Refuses now what drawing would refuse later: W408. */
export const requireDrawing = async (): Promise<void> => void (await loadDrawing());

interface Point {
  readonly step: number;
  readonly value: number;
  readonly of: "batches" | "training" | "validation";
}

/** So many points at most: a page is no place for a hundred thousand. */
const finest = 300;

const isShown = ({ value }: Point): boolean => Number.isFinite(value);

/** Steps in at most `finest` groups of neighbours, each as its mean. */
const batchPoints = (steps: readonly Figures[], name: string): readonly Point[] => {
  const size = Math.ceil(steps.length / finest);
  return Array.from({ length: size === 0 ? 0 : Math.ceil(steps.length / size) }, (_, at) => {
    const group = steps.slice(at * size, (at + 1) * size);
    const value = group.reduce((sum, each) => sum + (each[name] ?? Number.NaN), 0) / group.length;
    return { step: group.at(-1)?.["step"] ?? 0, value, of: "batches" as const };
  }).filter(isShown);
};

const epochPoints = (epochs: readonly Figures[], name: string, of: Point["of"]): readonly Point[] =>
  epochs
    .flatMap((each) => (each[name] === undefined ? [] : [{ step: each["step"] ?? 0, value: each[name], of }]))
    .filter(isShown);

/** The vertical axis: by orders of magnitude, with a line for each, where values spread over more than one of them. */
const verticalOf = (points: readonly Point[]) => {
  const values = points.map(({ value }) => value);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const axis = { format: "~g", tickCount: 6, minExtent: 48 };
  if (!(least > 0 && greatest > 20 * least)) return { scale: { zero: false, nice: true }, axis };
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(greatest))];
  const powers = Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
  return { scale: { type: "log" as const, nice: true }, axis: { ...axis, values: powers } };
};

const colors = { batches: "#90a4bd", training: "#3182ce", validation: "#dd6b20" } as const;

/** Lines in the colour of the text around the drawing, so that it suits a dark page too. */
const quiet = {
  background: "transparent",
  view: { stroke: "transparent" },
  font: "system-ui, sans-serif",
  axis: {
    domainColor: "#8888",
    tickColor: "#8888",
    gridColor: "#8883",
    labelColor: "currentColor",
    titleColor: "currentColor",
    titleFontWeight: "normal",
    labelFontSize: 12,
    titleFontSize: 12,
  },
  legend: {
    labelColor: "currentColor",
    labelFontSize: 12,
    symbolStrokeWidth: 3,
    symbolOpacity: 1,
    orient: "top",
    title: null,
  },
} as const;

const specOf = (points: readonly Point[]): TopLevelSpec => {
  const of = (["batches", "training", "validation"] as const).filter((each) =>
    points.some((point) => point.of === each),
  );
  const encoding = {
    x: { field: "step", type: "quantitative", title: "step", axis: { tickMinStep: 1, grid: false } },
    y: { field: "value", type: "quantitative", title: null, ...verticalOf(points) },
    color: { field: "of", type: "nominal", scale: { domain: of, range: of.map((each) => colors[each]) } },
  } as const;
  const only = (kind: string) => ({ filter: { field: "of", equal: kind } });
  const epochs = { filter: { field: "of", oneOf: ["training", "validation"] } };
  return {
    width: 640,
    height: 240,
    padding: 4,
    data: { values: [...points] },
    config: quiet,
    layer: [
      { transform: [only("batches")], mark: { type: "line", strokeWidth: 1, opacity: 0.55 }, encoding },
      { transform: [epochs], mark: { type: "line", strokeWidth: 2.2, point: { size: 28, filled: true } }, encoding },
    ],
  };
};

/** The curves of all figures that epochs have, or steps where no epoch is done; validation beside training. */
export const drawCurves = async ({ steps, epochs }: Pick<History, "steps" | "epochs">): Promise<readonly Curve[]> => {
  const drawn = await loadDrawing();
  const recorded = [...Object.keys(steps[0] ?? {}), ...Object.keys(epochs[0] ?? {})];
  const names = new Set(recorded.map((name) => name.replace(/^validation\./, "")));
  const figures = [...names].filter((name) => name !== "step" && name !== "epoch");
  const curves = figures.map(async (name) => {
    const points = [
      ...batchPoints(steps, name),
      ...epochPoints(epochs, name, "training"),
      ...epochPoints(epochs, `validation.${name}`, "validation"),
    ];
    return points.length === 0 ? [] : [{ name, svg: await drawn(specOf(points)) }];
  });
  return (await Promise.all(curves)).flat();
};
