import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { typeOf } from "../../../src/ir/graph/analysis.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { assertValid } from "../../../src/ir/graph/verify.ts";
import { isFloat } from "../../../src/ir/types/dtype.ts";
import { sizeOf } from "../../../src/ir/types/ndarray.ts";
import { knownShape } from "../../../src/ir/types/shape.ts";
import { distributionOf } from "../../../src/testing/arbitraries/distribution.ts";
import { computingOps, type GraphCase, type GraphOptions, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { motifs } from "../../../src/testing/arbitraries/motifs/index.ts";
import { valueProfiles } from "../../../src/testing/arbitraries/values.ts";

const draw = (options: GraphOptions, numRuns: number, seed = 7): readonly GraphCase[] =>
  fc.sample(graphs(options), { numRuns, seed });

const sample = draw({}, 1000);
const drawn = distributionOf(sample);

const opsOf = (graph: Graph): readonly string[] => [...graph.nodes.values()].map(({ op }) => op);

test("graphs are well formed, and run on the values that come with them", () => {
  fc.assert(
    fc.property(graphs(), ({ graph, feeds, parameters }) => {
      assertValid(graph);
      const { outputs } = evaluateEntry(graph, "main", feeds, parameters);
      expect(new Set(Object.keys(outputs))).toEqual(new Set(graph.entries[0]?.outputs.map(({ name }) => name)));
    }),
    { numRuns: 200 },
  );
});

test("nothing is discarded: as many cases as are asked for, of as many draws", () => {
  const report = fc.check(
    fc.property(graphs({ maxElements: 64 }), ({ graph }) => graph.entries.length === 1),
    { numRuns: 300 },
  );
  expect(report).toMatchObject({ failed: false, numRuns: 300, numSkips: 0 });
});

describe("what is drawn", () => {
  test("every op, every motif, every profile and every element type", () => {
    expect(computingOps.filter((op) => (drawn.ops.get(op) ?? 0) < 0.01)).toEqual([]);
    expect(Object.keys(motifs).filter((motif) => (drawn.motifs.get(motif) ?? 0) < 0.005)).toEqual([]);
    expect(valueProfiles.filter((profile) => (drawn.profiles.get(profile) ?? 0) < 0.05)).toEqual([]);
    expect(drawn.dtypes.size).toBe(5);
  });

  test("numbers alone, axes of one element and of none, and these not everywhere", () => {
    expect(drawn.rankZero).toBeGreaterThan(0.2);
    expect(drawn.singleton).toBeGreaterThan(0.6);
    expect(drawn.emptyValues).toBeGreaterThan(0.02);
    expect(drawn.emptyValues).toBeLessThan(0.12);
  });

  test("values that several nodes read, nodes that nothing reads, and parameters that change", () => {
    expect(drawn.multiUse).toBeGreaterThan(0.4);
    expect(drawn.unused).toBeGreaterThan(0.1);
    expect(drawn.updated).toBeGreaterThan(0.3);
  });

  test("small graphs mostly, and large ones", () => {
    expect(drawn.sizes.median).toBeLessThan(48);
    expect(drawn.sizes.most).toBeGreaterThan(48);
    const sizes = draw({ large: 1 }, 100).map(({ graph }) => graph.nodes.size);
    expect(sizes.filter((size) => size >= 48 && size <= 260).length).toBeGreaterThan(85);
  });

  test("graphs hang together: nodes build on each other", () => {
    const depth = ({ graph }: GraphCase): number => {
      const depths = new Map<number, number>();
      for (const { operands, results } of graph.nodes.values())
        for (const { id } of results)
          depths.set(id, 1 + Math.max(0, ...operands.map((operand) => depths.get(operand) ?? 0)));
      return Math.max(...depths.values());
    };
    expect(sample.filter((graphCase) => depth(graphCase) > 5).length).toBeGreaterThan(0.4 * sample.length);
  });
});

describe("options", () => {
  test("only some ops, and conversions where they are needed", () => {
    const conversions = ["input", "parameter", "constant", "data", "cast", "broadcast", "reshape", "slice", "pad"];
    const allowed = new Set(["unary", "matmul", ...conversions]);
    const only = draw({ ops: ["unary", "matmul"] }, 50);
    expect(only.flatMap(({ graph }) => opsOf(graph)).filter((op) => !allowed.has(op))).toEqual([]);
  });

  test("weights of ops", () => {
    const { ops } = distributionOf(draw({ ops: { matmul: 9, reduce: 1, unary: 0 }, swarm: false }, 100));
    expect(ops.get("matmul") ?? 0).toBeGreaterThan(ops.get("reduce") ?? 0);
    expect(ops.get("unary")).toBeUndefined();
  });

  test("motifs of one's own, at the share that is wished", () => {
    const swish = {
      swish: (site: Parameters<(typeof motifs)[string]>[0]) => site.some().mul(site.some().sigmoid().sum()),
    };
    const { ops, motifs: written } = distributionOf(draw({ ops: ["reshape"], motifs: swish, motifShare: 0.5 }, 60));
    expect(written.get("swish") ?? 0).toBeGreaterThan(0.6);
    expect(ops.get("unary") ?? 0).toBeGreaterThan(0.6);
    expect(distributionOf(draw({ motifShare: 0 }, 50)).motifs.size).toBe(0);
  });

  test("no use of an op has a tensor beyond the limit, and none is left out for that", () => {
    for (const kind of computingOps)
      for (const { graph } of draw({ ops: [kind], maxElements: 64, maxSteps: 1 }, 6)) {
        expect(opsOf(graph)).toContain(kind);
        for (const { results } of graph.nodes.values())
          for (const { type } of results) expect(sizeOf(knownShape(type.shape))).toBeLessThanOrEqual(64);
      }
  });

  test("a graph that nothing is shared in, and one in which much is", () => {
    const shared = (sharing: number) => distributionOf(draw({ motifShare: 0, sharing }, 200)).multiUse;
    expect(shared(1)).toBeGreaterThan(shared(0) + 0.1);
  });

  test("differentiable: no integer is made of a float, and no op has a slope that differences would not find", () => {
    const drawn = draw({ differentiable: true, motifs: {} }, 200);
    const all = new Set(drawn.flatMap(({ graph }) => opsOf(graph)));
    expect(["compare", "argmax", "stopGradient", "randomBits"].filter((op) => all.has(op))).toEqual([]);
    const stepped = drawn.flatMap(({ graph }) =>
      [...graph.nodes.values()].filter(
        ({ operands, results }) =>
          operands.some((operand) => isFloat(typeOf(graph, operand).dtype)) &&
          results.some(({ type }) => !isFloat(type.dtype)),
      ),
    );
    expect(stepped).toEqual([]);
  });

  test("gradients: a loss and the slope of each float leaf, of its type", () => {
    for (const { graph, feeds, parameters } of draw({ gradients: true, maxSteps: 4 }, 60)) {
      assertValid(graph);
      const { outputs } = evaluateEntry(graph, "main", feeds, parameters);
      expect(outputs["loss"]?.shape).toEqual([]);
      const leaves = Object.entries({ ...feeds, ...parameters }).filter(([name]) => `d_${name}` in outputs);
      for (const [name, { dtype, shape }] of leaves) expect(outputs[`d_${name}`]).toMatchObject({ dtype, shape });
    }
  });
});

test("the same seed gives the same graph", () => {
  const texts = () => draw({}, 20, 3).map((graphCase) => fc.stringify(graphCase));
  expect(texts()).toEqual(texts());
  expect(texts()[0]).toContain("graph @random");
});
