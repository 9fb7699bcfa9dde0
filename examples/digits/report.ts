// What the report of the run shows beside curves and epochs: the confusion matrix, and the digits that were misread, as
// pictures within the page.
import { PNG } from "pngjs";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { ReportSection } from "../../src/cli/training/index.ts";
import { type Digits, pixels } from "./dataset.ts";

const drawn = (spec: TopLevelSpec): Promise<string> =>
  new View(parse(compile(spec).spec), { renderer: "none" }).toSVG();

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
    background: "white",
    data: { values },
    encoding: {
      x: { field: "read", type: "ordinal", title: "read as", axis: { labelAngle: 0 } },
      y: { field: "digit", type: "ordinal", title: "digit" },
    },
    layer: [
      {
        mark: "rect",
        encoding: {
          color: {
            field: "mistakes",
            type: "quantitative",
            scale: { range: ["#ffffff", "#d35400"], interpolate: "rgb" },
          },
        },
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

const misread = (test: Digits, predicted: Int32Array): string =>
  Array.from(test.labels.entries())
    .filter(([at, label]) => predicted[at] !== label)
    .slice(0, 40)
    .map(
      ([at, label]) =>
        `<figure><img src="${picture(test, at)}" alt="a ${label}"><figcaption>${label}, read as ${predicted[at]}</figcaption></figure>`,
    )
    .join("\n");

const style = `<style>
  .misread figure { display: inline-block; margin: 0.4rem; text-align: center; } .misread figcaption { font-size: 12px; }
  .misread img { width: 70px; height: 70px; image-rendering: pixelated; border: 1px solid #8884; }
</style>`;

/** The parts of the page that are about these digits. */
export const digitSections = async (test: Digits, predicted: Int32Array): Promise<readonly ReportSection[]> => [
  { title: "what was read as what", html: await confusionMatrix(test, predicted) },
  { title: "misread digits", html: `<div class="misread">${style}${misread(test, predicted)}</div>` },
];
