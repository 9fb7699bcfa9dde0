// Charts as SVG files under out/: a vega-lite description in, a drawing and the name of its file out.
import { mkdirSync, writeFileSync } from "node:fs";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Writes a chart to out/NAME.svg and says so. */
export const draw = async (name: string, chart: TopLevelSpec): Promise<void> => {
  const file = `out/${name}.svg`;
  const { spec } = compile({ background: "white", config: { legend: { labelLimit: 400 } }, ...chart });
  mkdirSync("out", { recursive: true });
  writeFileSync(file, await new View(parse(spec), { renderer: "none" }).toSVG());
  console.log(`drawn: ${file}`);
};

/** Lines through the values: the names of their fields for both axes and for the colour. */
export const lines = (
  values: readonly object[],
  [x, y, color]: readonly [x: string, y: string, color: string],
  { width = 560, height = 260, title = x, log = false } = {},
) => ({
  width,
  height,
  data: { values: [...values] },
  mark: "line" as const,
  encoding: {
    x: { field: x, type: "quantitative" as const, title },
    y: { field: y, type: "quantitative" as const, scale: { type: log ? ("log" as const) : ("linear" as const) } },
    color: { field: color, type: "nominal" as const, title: null, sort: null },
  },
});

/** A matrix as coloured cells: the names of the fields for columns, rows and colour; some columns may be framed. */
export const heatMap = (
  values: readonly object[],
  [column, row, color]: readonly [column: string, row: string, color: string],
  { title = "", scheme = "blues", frames = [] as readonly object[] } = {},
) => ({
  title,
  encoding: { x: { field: column, type: "ordinal" as const, sort: null, axis: { labelAngle: 0 } } },
  layer: [
    {
      data: { values: [...values] },
      mark: "rect" as const,
      encoding: {
        y: { field: row, type: "ordinal" as const, sort: null },
        color: { field: color, type: "quantitative" as const, scale: { scheme } },
      },
    },
    { data: { values: [...frames] }, mark: { type: "bar" as const, fillOpacity: 0, stroke: "black" } },
  ],
});
