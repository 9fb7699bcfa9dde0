// Reductions, softmax and pooling of rows that have an edge value in them: along the last axis and the first, of four elements and of
// the same four many times over, which are loops of different kinds.
import { logSoftmax, softmax } from "../../src/ir/functions/normalization.ts";
import { averagePool1d, maxPool1d } from "../../src/ir/functions/pooling.ts";
import { argmax, cumsum, max, mean, min, prod, sum } from "../../src/ir/functions/reduction.ts";
import { logSumExp } from "../../src/ir/functions/statistics.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { type Computation, evaluate, ofOne, operand, type Promises, type Results } from "./evaluate.ts";
import { edges, shown } from "./numbers.ts";
import type { Sheet } from "./sheets.ts";

const [, , , , , negativeLeast = 0] = edges;
const largest = edges.at(-2) ?? 0;
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const rows: readonly (readonly number[])[] = [
  [1, nan, 2, 0],
  [nan, nan, nan, nan],
  [nan, infinity, 1, nan],
  [-0, -0, -0, -0],
  [-0, 0, -0, 0],
  [0, -0, 0, -0],
  [1, infinity, 2, 0],
  [1, -infinity, 2, 0],
  [infinity, -infinity, 0, 1],
  [-infinity, -infinity, -infinity, -infinity],
  [infinity, infinity, 0, 1],
  [-negativeLeast, -negativeLeast, -negativeLeast, -negativeLeast],
  [negativeLeast, 0, negativeLeast, -0],
];

/** Here what is folded first overflows, and a mean or a product of it is not what its exact value would round to. */
const overflowing: readonly (readonly number[])[] = [
  [largest, largest, 0, 1],
  [-largest, -1, -largest, -1],
];

const names = [
  "sum",
  "prod",
  "max",
  "min",
  "argmax",
  "mean",
  "logSumExp",
  "cumsum",
  "softmax",
  "logSoftmax",
  "maxPool1d",
  "averagePool1d",
] as const;

/** What every row is folded by. */
const foldings = (x: Tensor, axis: number): Readonly<Record<string, Tensor>> => ({
  sum: sum(x, { axes: [axis] }),
  prod: prod(x, { axes: [axis] }),
  max: max(x, { axes: [axis] }),
  min: min(x, { axes: [axis] }),
  argmax: argmax(x, axis),
  mean: mean(x, { axes: [axis] }),
  logSumExp: logSumExp(x, { axes: [axis] }),
  cumsum: cumsum(x, axis),
  softmax: softmax(x, axis),
  logSoftmax: logSoftmax(x, axis),
});

/** Sums round in an order of their own, and logarithms of them add their errors. */
const promises = { sum: 1, mean: 2, logSumExp: 3, cumsum: 1, softmax: 4, logSoftmax: 4, averagePool1d: 2 };

const roundingAsTheyGo = { ...promises, prod: Infinity, mean: Infinity, averagePool1d: Infinity };

interface Folded {
  /** What stands in the table for each row. */
  readonly cells: readonly (readonly string[])[];
  readonly complaints: readonly string[];
}

const fold = async (rows: readonly (readonly number[])[], allowed: Promises): Promise<Folded> => {
  const complaints: string[] = [];
  const tried = async (shape: readonly number[], values: readonly number[], compute: Computation): Promise<Results> => {
    const found = await evaluate(`foldings of ${shape}`, [operand("f32", shape, values)], compute, allowed);
    complaints.push(...found.complaints);
    return found.results;
  };
  const along = (axis: number): Computation => ofOne((x) => foldings(x, axis));
  const count = rows.length;
  const pooling = ofOne((x) => ({ maxPool1d: maxPool1d(x, 4), averagePool1d: averagePool1d(x, 4) }));
  const every = new Map([
    ...(await tried([count, 4], rows.flat(), along(1))),
    ...(await tried([1, count, 4], rows.flat(), pooling)),
  ]);
  const columns = [0, 1, 2, 3].flatMap((at) => rows.map((row) => row[at] ?? 0));
  await tried([4, count], columns, along(0));
  const long = rows.flatMap((row) => Array.from({ length: 16 }, () => row).flat());
  await tried([count, 64], long, along(1));
  const cellsOf = (name: string, at: number): string => {
    const all = every.get(name) ?? [];
    const width = all.length / count;
    return all
      .slice(at * width, (at + 1) * width)
      .map(shown)
      .join(", ");
  };
  return {
    cells: rows.map((row, at) => [row.map(shown).join(", "), ...names.map((name) => cellsOf(name, at))]),
    complaints,
  };
};

/** The table of all rows. */
export const foldingSheet = async (): Promise<Sheet> => {
  const [usual, rounding] = [await fold(rows, promises), await fold(overflowing, roundingAsTheyGo)];
  return {
    title: "Folding rows",
    head: ["row", ...names.map((name) => `\`${name}\``)],
    rows: [...usual.cells, ...rounding.cells],
    complaints: [...usual.complaints, ...rounding.complaints],
  };
};
