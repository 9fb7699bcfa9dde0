// The coverage matrix, measured: for every op and function, element type and backend a few small uses are compiled and run,
// forward and backward, and compared: the reference with differences of its own meaning, closures with the reference, the
// printed JavaScript and WebAssembly with closures to the bit.

import type { Instance } from "../../src/backends/backend.ts";
import { closureBackend } from "../../src/backends/closure/closure-backend.ts";
import { instantiateJavaScript } from "../../src/backends/javascript/instantiate-javascript.ts";
import { evaluateGraph, type NamedArrays } from "../../src/backends/reference/interpreter.ts";
import { wasmBackend } from "../../src/backends/wasm/instantiate.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import type { PlannedProgram } from "../../src/ir/loop/kernel.ts";
import { type DataArray, type DType, dtypeNames, dtypes } from "../../src/ir/types/dtype.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import { randomFrom } from "../../src/testing/arbitraries/values.ts";
import { firstDifference, type Outcome, poison, runInstance } from "../../src/testing/run-everywhere.ts";
import { backward, forward, type Gradients, type Runnable } from "./cases.ts";
import { type Subject, subjects, type Use, usesOf } from "./uses.ts";

/** Everything that runs programs, the meaning first. */
export const backends = ["reference", "closure", "javascript", "wasm"] as const;

/** A column of the matrix. */
export type BackendColumn = (typeof backends)[number];

/** What is tried: results, or gradients. */
export type Part = "forward" | "gradient";

/** One cell: right, refused by the typing rule, without a gradient, or wrong, which nothing excuses. */
export type Cell =
  | { readonly is: "right" }
  | { readonly is: "refused"; readonly code: string }
  | { readonly is: "without" }
  | { readonly is: "wrong"; readonly why: string };

/** The cells of a row by part, element type and backend. */
export type Cells = { readonly [P in Part]: { readonly [D in DType]: { readonly [B in BackendColumn]: Cell } } };

/** A row of the matrix. */
export interface Row {
  readonly name: string;
  readonly kind: string;
  readonly cells: Cells;
}

/** How many uses stand for a cell: more for an op, whose attributes make a difference, than for one of many functions. */
const usesPerCell = ({ name, kind }: Subject): number => (name === kind ? 9 : 3);

const right: Cell = { is: "right" };

const everywhere = (cell: Cell): Record<BackendColumn, Cell> => ({
  reference: cell,
  closure: cell,
  javascript: cell,
  wasm: cell,
});

/** What went wrong, as a cell. */
const attempt = (check: () => string | undefined): Cell => {
  try {
    const why = check();
    return why === undefined ? right : { is: "wrong", why };
  } catch (error) {
    return { is: "wrong", why: String(error) };
  }
};

const tolerances: { readonly [D in DType]: number } = { f32: 1e-5, f64: 1e-12, i32: 0, u8: 0, bool: 0 };

/** The first result that is further from its meaning than rounding explains. */
const farFrom = (meaning: NamedArrays, outputs: Outcome["outputs"]): string | undefined => {
  for (const [name, { dtype, data }] of Object.entries(meaning)) {
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const found = outputs.get(name);
    const at = data.findIndex((value, position) => {
      const difference = Math.abs(value - (found?.[position] ?? Number.NaN));
      return !(difference <= tolerances[dtype] * scale || Object.is(value, found?.[position]));
    });
    if (at >= 0) return `${name}[${at}] is ${found?.[at]}, and means ${data[at]}`;
  }
  return undefined;
};

const arrayOf = ({ dtype, data }: NdArray): DataArray => {
  const array = dtypes[dtype].allocate(data.length);
  array.set(data);
  return array;
};

const dot = (a: NdArray, b: NdArray): number => a.data.reduce((sum, value, at) => sum + value * (b.data[at] ?? 0), 0);

const total = (arrays: NamedArrays): number => Object.values(arrays).reduce((sum, { data }) => sum + (data[0] ?? 0), 0);

/**
 * The first gradient that is not the slope of its loss, by differences of fourth order along a random direction. Numbers in
 * the rules of an f32 graph are f32, which shows in the eighth digit.
 */
const notTheSlope = ({ loss }: Gradients, gradients: NamedArrays): string | undefined => {
  const random = randomFrom(17);
  for (const [name, gradient] of Object.entries(gradients)) {
    const operand = name.replace("d", "x");
    const { graph, feeds } = loss(name.slice(0, name.indexOf("d"))) ?? {};
    const point = feeds?.[operand];
    if (graph === undefined || point === undefined) return `${name} is a gradient of nothing`;
    const direction = { ...point, data: point.data.map(() => 2 * random() - 1) };
    const along = (step: number): number => {
      const data = point.data.map((value, at) => value + step * (direction.data[at] ?? 0));
      const moved = { ...feeds, [operand]: { ...point, data } };
      return total(evaluateGraph(graph, "main", moved, moved));
    };
    const h = 2e-4;
    const slope = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h);
    const given = dot(gradient, direction);
    const tolerance = gradient.dtype === "f32" ? 1e-6 : 1e-8;
    if (!(Math.abs(given - slope) <= tolerance * Math.max(1, Math.abs(slope))))
      return `${name} along a direction is ${given}, and the slope there ${slope}`;
  }
  return undefined;
};

/** Runs on one backend and reads the results. */
const outcomeOn = (name: string, program: PlannedProgram, instance: Instance, feeds: Runnable["feeds"]): Outcome => {
  poison(program, instance);
  const arrays = new Map(Object.entries(feeds).map(([port, array]) => [port, arrayOf(array)]));
  return runInstance(program, name, instance, "main", arrays);
};

const sameBits = (expected: Outcome, actual: Outcome): string | undefined => {
  const difference = firstDifference(expected, actual);
  return difference === undefined
    ? undefined
    : `${difference.name}[${difference.element}] is ${difference.values[1]}, and ${difference.values[0]} on closures`;
};

/** The cells of one graph: its meaning, which `check` may hold against something else, and the backends against that. */
const cellsOf = async (
  { graph, feeds }: Runnable,
  check: (meaning: NamedArrays) => string | undefined,
): Promise<Record<BackendColumn, Cell>> => {
  let meaning: NamedArrays = {};
  const reference = attempt(() => {
    meaning = evaluateGraph(graph, "main", feeds, feeds);
    return check(meaning);
  });
  try {
    const { program } = planGraph(graph);
    const closure = outcomeOn("closure", program, closureBackend.instantiate(program), feeds);
    const javascriptInstance = await instantiateJavaScript(program);
    return {
      reference,
      closure: attempt(() => farFrom(meaning, closure.outputs)),
      javascript: attempt(() => sameBits(closure, outcomeOn("javascript", program, javascriptInstance, feeds))),
      wasm: attempt(() => sameBits(closure, outcomeOn("wasm", program, wasmBackend.instantiate(program), feeds))),
    };
  } catch (error) {
    return { ...everywhere({ is: "wrong", why: `does not compile: ${String(error)}` }), reference };
  }
};

/** Uses from a small one to a large one: lists are sorted by size. */
const some = (subject: Subject, list: readonly Use[]): readonly Use[] => {
  const count = usesPerCell(subject);
  const chosen = Array.from({ length: count }, (_, at) => Math.floor((list.length * (at + 1)) / (count + 1)));
  return [...new Set(chosen)].flatMap((at) => list[at] ?? []);
};

/** Not so where what is put in place of elements is infinite: then the loss has no slope. */
const hasSlope = ({ attrs }: Use): boolean =>
  Object.values(attrs).every((value) => typeof value !== "number" || Number.isFinite(value));

const gradientCells = async (subject: Subject, accepted: readonly Use[]): Promise<Record<BackendColumn, Cell>> => {
  const smooth = accepted.filter(hasSlope);
  const flows = (use: Use): boolean => backward(subject, [use]) !== undefined;
  const chosen = some(subject, smooth);
  const found = backward(subject, chosen.every(flows) ? chosen : some(subject, smooth.filter(flows)));
  if (found === undefined) return everywhere({ is: "without" });
  return cellsOf(found.gradients, (gradients) => notTheSlope(found, gradients));
};

const byDType = async <T>(measure: (dtype: DType) => Promise<T>): Promise<Record<DType, T>> => {
  const found: [DType, T][] = [];
  for (const dtype of dtypeNames) found.push([dtype, await measure(dtype)]);
  // One entry for each name of the table.
  return Object.fromEntries(found) as Record<DType, T>;
};

/** Measures one row. */
export const measureRow = async (subject: Subject): Promise<Row> => {
  const measured = await byDType(async (dtype) => {
    const uses = usesOf(subject, dtype);
    if ("refused" in uses) {
      const refused = everywhere({ is: "refused", code: uses.refused });
      return { forward: refused, gradient: refused };
    }
    return {
      forward: await cellsOf(forward(subject, some(subject, uses.accepted)), () => undefined),
      gradient: await gradientCells(subject, uses.accepted),
    };
  });
  const part = (which: Part) => byDType(async (dtype) => measured[dtype][which]);
  return {
    name: subject.name,
    kind: subject.kind,
    cells: { forward: await part("forward"), gradient: await part("gradient") },
  };
};

/** Measures the whole matrix. */
export const measureCoverage = async (): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const subject of subjects()) rows.push(await measureRow(subject));
  return rows;
};
