// Attention that is recognised and its derivative, against the same description taken op by op: what a loss and its gradients are
// by hand bounds what they are fused. Softmax is spelled in every way; where it is the library's own, some rows allow no key.
import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { order } from "../../../src/ir/graph/analysis.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { withTrace } from "../../../src/ir/graph/trace.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import { isFloat } from "../../../src/ir/types/dtype.ts";
import { sizeOf } from "../../../src/ir/types/ndarray.ts";
import { knownShape } from "../../../src/ir/types/shape.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { spellAttention } from "../../../src/testing/arbitraries/spell-attention.ts";
import { randomArray, randomFrom } from "../../../src/testing/arbitraries/values.ts";
import { type AttentionSpelling, attentionSpellings, evaluateBounded, judge } from "../../../src/testing/index.ts";

/** Loss and gradients of a spelling. Only where gradients are asked of inputs themselves may attention be recognised before. */
const gradientGraph = (spelling: AttentionSpelling, recognisable: boolean): Graph => {
  const trace = traceOver(graphBuilder());
  const leaves = new Map<string, Tensor>();
  const leaf: typeof trace.input = (name, type) => {
    const input = trace.input(name, type);
    const used = isFloat(input.dtype) && !recognisable ? input.mul(1) : input;
    if (isFloat(input.dtype) && !name.startsWith("mask")) leaves.set(name, used);
    return used;
  };
  return withTrace(trace, () => {
    const y = spellAttention(spelling, trace, leaf);
    const loss = y.mul(trace.input("weights", y.type)).sum();
    const gradients = differentiate(loss, [...leaves.values()]);
    const outputs = [loss, ...gradients].map((tensor, at) => ({ name: `${at}`, value: trace.value(tensor) }));
    return trace.builder.finish("gradients", [{ name: "main", outputs, updates: [] }]);
  });
};

const feedsOf = (graph: Graph, seed: number, closed: boolean) => {
  const random = randomFrom(seed);
  const inputs = [...graph.nodes.values()].flatMap((node) => (node.op === "input" ? [node.attrs] : []));
  return Object.fromEntries(
    inputs.map(({ name, dtype, shape }, at) => {
      const known = knownShape(shape);
      const keys = known.at(-1) ?? 1;
      if (!name.startsWith("mask")) return [name, randomArray({ dtype, shape: known }, seed + at, "normal")];
      const rows = Array.from({ length: sizeOf(known) / keys }, () => closed && random() < 0.3);
      const data = Float64Array.from({ length: sizeOf(known) }, (_, element) => {
        if (rows[Math.floor(element / keys)] === true) return 0;
        return element % keys === 0 || random() < 0.6 ? 1 : 0;
      });
      return [name, { dtype, shape: known, data }];
    }),
  );
};

const seen = { fused: 0, closed: 0 };

test("fused, a loss and its gradients are what they are by hand, within rounding", () => {
  const check = fc.property(attentionSpellings(), fc.nat(1_000_000), (spelling, seed) => {
    const [byHand, fused] = [gradientGraph(spelling, false), gradientGraph(spelling, true)];
    expect(order(byHand).filter(({ op }) => op.startsWith("attention"))).toEqual([]);
    const closed = spelling.softmax === "composite";
    const feeds = feedsOf(byHand, seed, closed);
    if (order(fused).some(({ op }) => op.startsWith("attention"))) seen.fused++;
    if (closed && Object.keys(feeds).some((name) => name.startsWith("mask"))) seen.closed++;
    const wanted = evaluateBounded(byHand, "main", feeds);
    const got = evaluateEntry(fused, "main", feeds, {}, { round: "f32" });
    for (const [name, bounded] of Object.entries(wanted.outputs)) {
      const array = got.outputs[name];
      if (array === undefined) throw new Error(`there is an output ${name}`);
      expect(judge(array.data, bounded).violation).toBeUndefined();
    }
  });
  fc.assert(check, { numRuns: 80 });
  expect(seen.fused).toBeGreaterThan(20);
  expect(seen.closed).toBeGreaterThan(0);
});
