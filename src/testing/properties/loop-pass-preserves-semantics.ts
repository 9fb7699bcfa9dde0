// A pass over kernels keeps every bit of what they write: each kernel of a compiled graph is run before and after the pass, on the
// arrays that it is given in the run of its program. Where the pass takes a sum of floats in lanes, whose order is then another
// one, both run on small whole numbers, of which sums and products are exact in any order; kernels of that kind that do more than
// add and multiply are for the comparison of whole programs with the error bound.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import { type Expr, laneType } from "../../ir/loop/expr.ts";
import { interpretKernel } from "../../ir/loop/interpret.ts";
import type { Kernel, Program } from "../../ir/loop/kernel.ts";
import { visitOwnExprs, visitStmts } from "../../ir/loop/rewrite.ts";
import { verifyKernel } from "../../ir/loop/verify-kernel.ts";
import { type DataArray, isFloat } from "../../ir/types/dtype.ts";
import { fuseElementwise } from "../../passes/fuse-elementwise.ts";
import type { KernelPass } from "../../passes/loop/kernel-pass.ts";
import { loopPasses } from "../../passes/loop/pipeline.ts";
import { lower } from "../../passes/lower.ts";
import { standard } from "../../passes/pipelines.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { attempt } from "./attempt.ts";
import { isFresh, runApart } from "./run-apart.ts";
import { differenceIn } from "./same-arrays.ts";

const exprsIn = (kernel: Kernel): readonly Expr[] => {
  const found: Expr[] = [];
  visitStmts(kernel.body, (stmt) => {
    visitOwnExprs(stmt, (each) => void found.push(each));
  });
  return found;
};

const isFloating = ({ type }: Expr): boolean => laneType(type) === "f32" || laneType(type) === "f64";

/** How many sums and products of lanes a kernel takes: where there are more of them than before, order has changed. */
const laneSums = (kernel: Kernel): number =>
  exprsIn(kernel).filter(
    (expr) => expr.kind === "reduceLanes" && isFloating(expr) && (expr.fn === "add" || expr.fn === "mul"),
  ).length;

const isWhole = (expr: Expr): boolean => {
  if (!isFloating(expr)) return true;
  if (expr.kind === "const") return Number.isInteger(expr.value) || !Number.isFinite(expr.value);
  if (expr.kind === "unary") return expr.fn !== "sqrt";
  return expr.kind !== "reinterpret" && !(expr.kind === "binary" && expr.fn === "div");
};

/** Small whole numbers instead of the floats in an array, by their places. */
const wholeNumbers = (array: DataArray, isFloats: boolean): DataArray => {
  const whole = array.slice();
  if (isFloats) for (const at of whole.keys()) whole[at] = ((Math.imul(at + 1, 0x9e3779b1) >>> 28) % 5) - 2;
  return whole;
};

/** Whole numbers up to here, and their sums, are exact as f32. */
const largestWhole = 2 ** 24;

const isExact = (arrays: readonly DataArray[]): boolean =>
  arrays.every((array) =>
    array.every((value: number, at: number) => isFresh(array, at) || Math.abs(value) < largestWhole),
  );

const wroteOther = (
  who: string,
  { parameters }: Kernel,
  before: readonly DataArray[],
  after: readonly DataArray[],
): Violation | undefined => {
  for (const [position, { name, access }] of parameters.entries()) {
    const [wanted, got] = [before[position], after[position]];
    if (access === "read" || wanted === undefined || got === undefined) continue;
    const violation = differenceIn(who, { [name]: { data: wanted } }, { [name]: { data: got } });
    if (violation !== undefined) return violation;
  }
  return undefined;
};

/** Runs a kernel as it was and as the pass made it on the same arrays; the arrays given end as the kernel as it was leaves them. */
const compareOn = (who: string, before: Kernel, after: Kernel, arrays: readonly DataArray[]): Violation | undefined => {
  const isReordered = laneSums(after) > laneSums(before);
  const copies = arrays.map((array) => array.slice());
  const wholes = arrays.map((array, at) => wholeNumbers(array, isFloat(before.parameters[at]?.dtype ?? "bool")));
  interpretKernel(before, arrays);
  if (!isReordered) {
    interpretKernel(after, copies);
    return wroteOther(who, before, arrays, copies);
  }
  if (!exprsIn(before).every(isWhole)) return undefined;
  const others = wholes.map((array) => array.slice());
  interpretKernel(before, wholes);
  interpretKernel(after, others);
  return isExact(wholes) ? wroteOther(`${who}, on whole numbers,`, before, wholes, others) : undefined;
};

/** What a pass makes of each kernel, and what the verifier holds against it. */
const passed = (pass: KernelPass, kernels: ReadonlyMap<string, Kernel>) => {
  const after = new Map([...kernels].map(([name, kernel]) => [name, pass.run(kernel)] as const));
  for (const [name, kernel] of after) {
    const [violation] = verifyKernel(kernel).violations;
    invariant(
      violation === undefined,
      `kernel ${name} after ${pass.name} breaks (${violation?.rule}): ${violation?.what}`,
    );
  }
  return after;
};

const loweredGraphs = new WeakMap<Graph, Program>();

/** The program of a graph before all passes over kernels; the same for each of these. */
const loweredOf = (graph: Graph): Program => {
  const known = loweredGraphs.get(graph) ?? lower.run(fuseElementwise.run(standard.run(graph)));
  loweredGraphs.set(graph, known);
  return known;
};

/**
 * A pass over kernels keeps every bit.
 *
 * @param pass - the pass, from a kernel to a kernel.
 * @param before - the passes that run before it; by default, for a pass of the package, those that do.
 * @example
 * const nothing = { name: "nothing", summary: "gives the kernel as it is", run: (kernel: Kernel) => kernel };
 * await forAll(graphs({ ops: ["unary"], maxSteps: 2 }), loopPassPreservesSemantics(nothing), { runs: 3 }); // undefined
 */
export const loopPassPreservesSemantics = (
  pass: KernelPass,
  before: readonly KernelPass[] = loopPasses.slice(0, Math.max(0, loopPasses.indexOf(pass))),
): GraphProperty => ({
  name: `${pass.name} preserves semantics`,
  check: (drawn) =>
    attempt(pass.name, () => {
      const lowered = loweredOf(drawn.graph);
      const prepared = [...lowered.kernels].map(
        ([name, kernel]) => [name, before.reduce((result, { run }) => run(result), kernel)] as const,
      );
      const program = { ...lowered, kernels: new Map(prepared) };
      const after = passed(pass, program.kernels);
      let violation: Violation | undefined;
      for (const entry of program.entries)
        runApart(program, entry, drawn, (kernel, arrays) => {
          const changed = after.get(kernel.name) ?? kernel;
          if (changed === kernel || violation !== undefined) interpretKernel(kernel, arrays);
          else violation = compareOn(`kernel ${kernel.name} after ${pass.name}`, kernel, changed, arrays);
        });
      return violation;
    }),
});
