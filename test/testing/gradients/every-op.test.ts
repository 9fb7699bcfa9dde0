// Every op and every function of numbers, used at random: the gradient of its results, and the gradient of that gradient, against
// duals and differences. Extents of 0 and 1 and every element type are among the uses that ops describe of themselves.
import { describe, expect, test } from "vitest";
import { type Subject, subjects } from "../../../scripts/matrix/uses.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { isKnown } from "../../../src/ir/types/dim.ts";
import { isFloat } from "../../../src/ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../../../src/ir/types/ndarray.ts";
import { randomFrom } from "../../../src/testing/arbitraries/values.ts";
import { checkGradients } from "../../../src/testing/gradients/check-gradients.ts";
import { projected } from "../../../src/testing/gradients/projected.ts";

/** Ops whose gradient is not the slope on purpose, or is taken at places that count as fixed. */
const excused: ReadonlySet<string> = new Set(["stopGradient"]);

const rows = subjects().filter(
  ({ name, op, samples }) => op.lower.by !== "memory" && !excused.has(name) && samples.length > 0,
);

type Sample = Subject["samples"][number];

/** One use as a graph, and values for its operands: where the function is smooth, and no index out of range. */
const useOf = (
  { kind, op, domain }: Subject,
  { operands, attrs }: Sample,
  seed: number,
): { readonly graph: Graph; readonly feeds: Readonly<Record<string, NdArray>> } => {
  const builder = graphBuilder();
  const random = randomFrom(seed);
  const inputs = operands.map((type, at) => builder.input(`x${at}`, type));
  const results = builder.emit(kind, inputs, { ...attrs });
  const arrays = operands.map((type, at) => {
    const [low, high] = domain(at);
    const range = op.operandRange?.(at, operands, attrs);
    const limit = range !== undefined && isKnown(range) ? range : 3;
    const element = (): number =>
      isFloat(type.dtype)
        ? low + (high - low) * random()
        : Math.floor(random() * (type.dtype === "bool" ? 2 : Math.max(limit, 1)));
    return [`x${at}`, { ...type, data: Float64Array.from({ length: sizeOf(type.shape) }, element) }] as const;
  });
  const outputs = results.map((value, at) => ({ name: `y${at}`, value }));
  return {
    graph: builder.finish("use", [{ name: "main", outputs, updates: [] }]),
    feeds: Object.fromEntries(arrays),
  };
};

describe.each([1, 2] as const)("gradients of order %i are the slopes of every use", (order) => {
  test.each(rows.map((row) => [row.name, row] as const))("of %s", (_, row) => {
    let [compared, skipped, finite] = [0, 0, 0];
    const uses = row.samples.filter(({ operands }) => operands.every(({ shape }) => sizeOf(shape) <= 200)).slice(0, 12);
    for (const [at, sample] of uses.entries()) {
      const { graph, feeds } = useOf(row, sample, 17 + at);
      const found = checkGradients(
        projected(graph, "main", { order, seed: 5 + at }),
        { feeds, parameters: {} },
        { seed: 29 + at },
      );
      expect(
        found.mismatches.map(({ leaf, ...rest }) => ({
          ...rest,
          leaf: leaf.name,
          use: JSON.stringify(sample).slice(0, 300),
        })),
      ).toEqual([]);
      compared += found.compared;
      skipped += found.finite ? found.skipped : 0;
      if (found.finite) finite++;
    }
    // Rows that are masked as a whole and constants that are infinite leave nothing to compare; kinks are the exception.
    expect(finite).toBeGreaterThanOrEqual(uses.length * 0.5);
    expect(skipped).toBeLessThanOrEqual(1 + 0.25 * (compared + skipped));
  });
});
