// Attention is made one op where it stands; a softmax written by hand elsewhere in the graph stays as it is written.
import { expect, test } from "vitest";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import { fuseAttention } from "../../../src/passes/attention/fuse-attention.ts";
import { agreesWithMeaning } from "../../../src/testing/index.ts";

const graph = parseGraph(`graph @beside(%x: f32[1, 2], %q: f32[2, 2]) {
  %0 = unary %x {fn = exp} : f32[1, 2]
  %1 = reduce %0 {fn = sum, axes = [1]} : f32[1]
  %2 = broadcast %1 : f32[1, 2]
  %3 = binary %0, %2 {fn = div} : f32[1, 2]
  %4 = matmul %q, %q : f32[2, 2]
  %5 = unary %4 {fn = exp} : f32[2, 2]
  %6 = reduce %5 {fn = sum, axes = [1], keepDims} : f32[2, 1]
  %7 = broadcast %6 : f32[2, 2]
  %8 = binary %5, %7 {fn = div} : f32[2, 2]
  %9 = matmul %8, %q : f32[2, 2]
  entry @main(attended = %9, weights = %3)
}
`);

test("only attention is replaced", () => {
  const fused = fuseAttention.run(graph);
  const ops = [...fused.nodes.values()].map(({ op }) => op);
  expect(ops).toContain("attention");
  expect(ops).not.toContain("softmax");
  expect(printGraph(fused)).toMatch(/binary .* \{fn = div\} : f32\[1, 2\]/);
});

test("an infinite number makes NaN of itself alone, as it is written", async () => {
  const feeds = {
    x: { dtype: "f32", shape: [1, 2], data: Float64Array.of(Number.POSITIVE_INFINITY, 0) },
    q: { dtype: "f32", shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) },
  } as const;
  expect(await agreesWithMeaning().check({ graph, feeds, parameters: {} })).toBeUndefined();
});
