// Compiling takes work linear in the size of a graph: each stage looks four times as often at a graph that is four times as large.
// No times are measured.
import { describe, expect, test } from "vitest";
import { assembleModule } from "../../src/backends/wasm/instantiate.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import {
  concat,
  defineModel,
  type Graph,
  graphBuilder,
  meanSquaredError,
  modelGraph,
  relu,
  repeat,
  spec,
  type Tensor,
  type Trace,
  traceOver,
  training,
  trainingGraph,
  withTrace,
} from "../../src/index.ts";
import { assertValid } from "../../src/ir/graph/verify.ts";
import { verifyPlanned } from "../../src/ir/loop/verify.ts";
import { gpt, linear } from "../../src/nn/index.ts";
import { adam } from "../../src/optim/index.ts";
import { silent } from "../../src/passes/pass.ts";
import { compilation } from "../../src/passes/pipelines.ts";
import { planBuffers } from "../../src/passes/plan-buffers.ts";
import { countVisits } from "../support/count-visits.ts";

const described = (describeIt: (trace: Trace, x: Tensor) => readonly Tensor[]): Graph => {
  const trace = traceOver(graphBuilder());
  return withTrace(trace, () => {
    const x = trace.tensor(trace.builder.input("x", { dtype: "f32", shape: [8] }));
    const outputs = describeIt(trace, x).map((tensor, at) => ({ name: `y${at}`, value: trace.value(tensor) }));
    return trace.builder.finish("scale", [{ name: "main", outputs, updates: [] }]);
  });
};

const counting = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

const chain = (count: number): Graph =>
  described((_, x) => [counting(count).reduce<Tensor>((y, at) => (at % 2 === 0 ? y.add(x) : y.tanh()), x)]);

const wide = (count: number): Graph => described((_, x) => counting(count).map((at) => x.mul(at + 2).sum()));

const branches = (count: number): Graph =>
  described((trace) =>
    counting(count).map((at) =>
      trace
        .tensor(trace.builder.parameter(`w${at}`, { dtype: "f32", shape: [8] }))
        .mul(3)
        .sin(),
    ),
  );

/** Pairs of sums until one is left. */
const summed = (terms: readonly Tensor[]): Tensor => {
  const [first, ...others] = terms;
  if (first === undefined || others.length === 0) return first as Tensor; // of one term at least
  const half = Math.ceil(terms.length / 2);
  return summed(terms.slice(0, half)).add(summed(terms.slice(half)));
};

const shared = (count: number): Graph => described((_, x) => [summed(counting(count).map((at) => x.mul(at + 2)))]);

const joined = (count: number): Graph =>
  described((_, x) => [
    concat(
      counting(count).map((at) => x.mul(at + 2)),
      0,
    ),
  ]);

const joinedOneByOne = (count: number): Graph =>
  described((_, x) => [counting(count).reduce<Tensor>((y, at) => concat([y, x.mul(at + 2)], 0), x)]);

const residual = (blocks: number) =>
  defineModel({
    name: "residual",
    params: { blocks: repeat(blocks, () => linear(8, 8)) },
    inputs: { x: spec("f32", [4, 8]) },
    forward: (p, { x }) => ({ y: p.blocks.reduce<Tensor>((y, block) => y.add(relu(block(y as Tensor<[4, 8]>))), x) }),
  });

const trained = (blocks: number): Graph =>
  trainingGraph(
    training(residual(blocks), {
      loss: ({ y }) => meanSquaredError(y, 0),
      optimizer: adam({ learningRate: 0.001 }),
    }),
  );

const transformer = (blocks: number): Graph =>
  modelGraph(
    defineModel({
      name: "gpt",
      params: { net: gpt({ vocabulary: 11, context: 8, features: 16, heads: 2, blocks }) },
      inputs: { tokens: spec("i32", [1, 8]) },
      forward: (p, { tokens }) => ({ logits: p.net(tokens) }),
    }),
  );

/** What compiling a graph of some size looks at, by stage. Planning is left out: how much it tries, it bounds by itself. */
const visitsOf = (graphOf: (size: number) => Graph, size: number): ReadonlyMap<string, number> => {
  const visits = new Map<string, number>();
  const counted = <T>(stage: string, run: () => T): T => {
    let result: { readonly value: T } | undefined;
    const count = countVisits(() => {
      result = { value: run() };
    });
    visits.set(stage, count + (visits.get(stage) ?? 0));
    if (result === undefined) throw new Error(`${stage} gives a result`);
    return result.value;
  };
  const graph = counted("describe", () => graphOf(size));
  counted("verify-graph", () => assertValid(graph));
  const program = compilation.run(graph, {
    ...silent,
    step: (pass, input) =>
      pass.name === planBuffers.name ? pass.run(input) : counted(pass.name, () => pass.run(input)),
  });
  counted("verify-program", () => verifyPlanned(program));
  counted("assemble", () => assembleModule(program));
  return visits;
};

describe("every stage of compiling looks four times as often at four times as large a graph", () => {
  test.each([
    ["a chain", chain, 200],
    ["many results", wide, 30],
    ["unrelated branches", branches, 250],
    ["an input that all read", shared, 300],
    ["pieces to be joined", joined, 70],
    ["pieces joined one by one", joinedOneByOne, 80],
    ["a deep residual network", (blocks: number) => modelGraph(residual(blocks)), 50],
    ["a training of it", trained, 8],
    ["a transformer", transformer, 4],
  ] as const)("%s", (_, graphOf, size) => {
    const [one, four] = [visitsOf(graphOf, size), visitsOf(graphOf, 4 * size)];
    const growths = [...four].map(([stage, visits]) => [stage, visits / (one.get(stage) ?? 0)] as const);
    expect(growths.filter(([, growth]) => growth > 5)).toEqual([]);
  });
});

describe("large graphs compile", () => {
  test.each([
    ["a chain of 20,000 nodes", () => chain(20_000)],
    ["4,000 unrelated branches", () => branches(4_000)],
    ["a sum of 4,000 terms", () => shared(4_000)],
    ["1,200 pieces joined", () => joined(1_200)],
    ["1,200 pieces joined one by one", () => joinedOneByOne(1_200)],
  ])("%s", (_, graphOf) => expect(planGraph(graphOf()).program.entries[0]?.calls.length).toBeGreaterThan(20));
});
