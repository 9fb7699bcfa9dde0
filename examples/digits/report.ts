// The report of a training run as one HTML page: loss curve, confusion matrix, and the digits that were misread, as
// pictures within the page.
import { PNG } from "pngjs";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { type Digits, pixels } from "./dataset.ts";

/** What a run leaves to look at. */
export interface Run {
  readonly title: string;
  /** Facts for the table at the top. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The loss of every step. */
  readonly losses: readonly number[];
  readonly test: Digits;
  /** What each test digit was taken for. */
  readonly predicted: Int32Array;
}

const drawn = (spec: TopLevelSpec): Promise<string> =>
  new View(parse(compile(spec).spec), { renderer: "none" }).toSVG();

/** The loss of each step, and its running mean over 50 steps. */
const lossCurve = (losses: readonly number[]): Promise<string> => {
  const values = losses.map((loss, at) => {
    const recent = losses.slice(Math.max(0, at - 49), at + 1);
    return { step: at + 1, loss, mean: recent.reduce((sum, each) => sum + each, 0) / recent.length };
  });
  const x = { field: "step", type: "quantitative", title: "step" } as const;
  return drawn({
    width: 620,
    height: 260,
    data: { values },
    layer: [
      {
        mark: { type: "line", strokeWidth: 0.5, opacity: 0.45 },
        encoding: { x, y: { field: "loss", type: "quantitative", scale: { type: "log" }, title: "cross-entropy" } },
      },
      { mark: { type: "line", color: "#c0392b" }, encoding: { x, y: { field: "mean", type: "quantitative" } } },
    ],
  });
};

/** How often each digit was taken for each; the diagonal, which is nearly everything, is left uncoloured. */
const confusionMatrix = ({ labels }: Digits, predicted: Int32Array): Promise<string> => {
  const counts = Array.from({ length: 100 }, () => 0);
  for (const [at, label] of labels.entries()) {
    const cell = label * 10 + (predicted[at] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const values = counts.map((count, cell) => {
    const [digit, read] = [Math.floor(cell / 10), cell % 10];
    return { digit, read, count, mistakes: digit === read ? 0 : count, label: count === 0 ? "" : String(count) };
  });
  return drawn({
    width: 360,
    height: 360,
    data: { values },
    encoding: {
      x: { field: "read", type: "ordinal", title: "read as", axis: { labelAngle: 0 } },
      y: { field: "digit", type: "ordinal", title: "digit" },
    },
    layer: [
      {
        mark: "rect",
        encoding: { color: { field: "mistakes", type: "quantitative", scale: { range: ["#ffffff", "#d35400"] } } },
      },
      { mark: { type: "text", fontSize: 11 }, encoding: { text: { field: "label", type: "nominal" } } },
    ],
  });
};

/** An image as the address of a PNG, ink on paper. */
const picture = ({ images }: Digits, at: number): string => {
  const png = new PNG({ width: 28, height: 28, colorType: 0 });
  for (const [position, ink] of images.subarray(at * pixels, (at + 1) * pixels).entries()) {
    png.data.fill(255 - Math.round(ink * 255), position * 4, position * 4 + 3);
    png.data[position * 4 + 3] = 255;
  }
  return `data:image/png;base64,${PNG.sync.write(png, { colorType: 0 }).toString("base64")}`;
};

const misread = ({ test, predicted }: Run): string =>
  Array.from(test.labels.entries())
    .filter(([at, label]) => predicted[at] !== label)
    .slice(0, 40)
    .map(
      ([at, label]) =>
        `<figure><img src="${picture(test, at)}" alt="a ${label}"><figcaption>${label}, read as ${predicted[at]}</figcaption></figure>`,
    )
    .join("\n");

/** The page. */
export const reportPage = async (run: Run): Promise<string> => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${run.title}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 760px; margin: 2rem auto; padding: 0 1rem; color: #222; }
  table { border-collapse: collapse; margin: 1rem 0; } td { padding: 0.15rem 1.2rem 0.15rem 0; border-bottom: 1px solid #ddd; }
  figure { display: inline-block; margin: 0.4rem; text-align: center; } figcaption { font-size: 12px; }
  img { width: 70px; height: 70px; image-rendering: pixelated; border: 1px solid #ccc; } h2 { margin-top: 2rem; }
</style>
<h1>${run.title}</h1>
<table>${run.facts.map(([name, value]) => `<tr><td>${name}</td><td>${value}</td></tr>`).join("\n")}</table>
<h2>Loss</h2>
${await lossCurve(run.losses)}
<h2>What was read as what</h2>
${await confusionMatrix(run.test, run.predicted)}
<h2>Misread digits</h2>
${misread(run)}
</html>
`;
