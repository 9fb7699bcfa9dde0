// Graphs with attention in them: as text and back, with symbols everywhere, in the step of a recurrence, with one tensor in several
// places, and options that say nothing.
import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../../src/backends/reference/interpreter.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import type { AttentionOptions } from "../../../src/ir/functions/index.ts";
import { attention, constant, dropout, scan } from "../../../src/ir/functions/index.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { verifyGraph } from "../../../src/ir/graph/verify.ts";
import { sameGraph } from "../../../src/ir/text/equal.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import type { Dims, Tensor } from "../../../src/ir/types/tensor.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { specialize } from "../../../src/passes/specialize.ts";
import { graphOf } from "../../passes/support.ts";
import { type AttentionSetup, arraysFor } from "../../support/attention-cases.ts";
import { attentionGraph, faultsOf } from "../../support/attention-programs.ts";
import { expectFunctionGradients } from "../../support/function-gradients.ts";
import { randomArray, randomNumbers } from "../../support/op-meaning.ts";
import { evaluated } from "./evaluate-call.ts";

const random = (seed: number, ...shape: readonly number[]): NdArray =>
  randomArray({ dtype: "f64", shape }, randomNumbers(seed));

const expectSame = (actual: NdArray | undefined, wanted: NdArray | undefined, tolerance = 1e-12): void => {
  expect(actual?.shape).toEqual(wanted?.shape);
  for (const [at, element] of (wanted?.data ?? []).entries())
    expect(Math.abs((actual?.data[at] ?? Number.NaN) - element)).toBeLessThanOrEqual(tolerance);
};

const everything: AttentionSetup = {
  batch: [2, 4],
  keyBatch: [2, 2],
  queries: 5,
  keys: 7,
  features: 3,
  valueFeatures: 2,
  dtype: "f32",
  softcap: 3,
  causal: true,
  window: 4,
  prefix: [2, 1, 1, 1],
  mask: { dtype: "u8", shape: [2, 1, 1, 7] },
  bias: { shape: [4, 5, 7], forbids: true },
  alibi: "own",
  segments: { of: "two", front: [2] },
  score: "table",
  gates: [5, 1],
};

const graphsOf = (): readonly Graph[] => {
  const arrays = arraysFor(everything, randomNumbers(1));
  return [attentionGraph(everything, arrays, (name) => name === "output"), attentionGraph(everything, arrays)];
};

describe("text", () => {
  it.each(graphsOf().map((graph, at) => [["attention", "its gradients"][at], graph] as const))(
    "says %s with every option, and is read again",
    (_, graph) => {
      const text = printGraph(graph);
      const back = parseGraph(text);
      expect(verifyGraph(back)).toEqual([]);
      expect(printGraph(back)).toBe(text);
      expect(sameGraph(back, graph)).toBe(true);
      expect(planGraph(back).program.memory).toEqual(planGraph(graph).program.memory);
    },
  );
});

describe("symbols", () => {
  const described = (extent: (name: string, value: number) => number | string): Graph =>
    graphOf((trace) => {
      const [B, H, G, T, S, D, E] = [
        extent("B", 2),
        4,
        2,
        extent("T", 5),
        extent("S", 7),
        extent("D", 3),
        extent("E", 2),
      ];
      const input = (name: string, dtype: "f64" | "i32" | "u8", ...shape: Dims): Tensor =>
        trace.input(name, { dtype, shape });
      const [q, k, v] = [input("q", "f64", B, H, T, D), input("k", "f64", B, G, S, D), input("v", "f64", B, G, S, E)];
      const bias = input("bias", "f64", H, T, S);
      // Each is of the type that it was asked for.
      const options: AttentionOptions = {
        causal: true,
        window: 4,
        alibi: true,
        bias: bias as Tensor<Dims, "f64">,
        mask: input("mask", "u8", B, 1, 1, S) as Tensor<Dims, "u8">,
        prefix: input("prefix", "i32", B, 1, 1, 1) as Tensor<Dims, "i32">,
        segments: {
          queries: input("a", "i32", B, T) as Tensor<Dims, "i32">,
          keys: input("b", "i32", B, S) as Tensor<Dims, "i32">,
        },
        score: (score, { query, key, head }) => score.sub(query.mul(key).add(head).cast("f64").mul(0.01)),
      };
      const output: Tensor = attention(q, k, v, options);
      const [dq, dk, dv, dbias]: readonly Tensor[] = differentiate(output.mul(output).sum(), [q, k, v, bias]);
      if (dq === undefined || dk === undefined || dv === undefined || dbias === undefined) throw new Error("four");
      return { output, dq, dk, dv, dbias };
    });

  it("stand for any extent, and are bound in bodies too", () => {
    const symbolic = described((name) => name);
    expect(verifyGraph(symbolic)).toEqual([]);
    expect(sameGraph(parseGraph(printGraph(symbolic)), symbolic)).toBe(true);
    const bound = specialize({ B: 2, T: 5, S: 7, D: 3, E: 2 }).run(symbolic);
    expect(verifyGraph(bound)).toEqual([]);
    const known = described((_, value) => value);
    const whole = (seed: number, ...shape: readonly number[]): NdArray => ({
      dtype: "i32",
      shape,
      data: random(seed, ...shape).data.map((element) => (element < 0.4 ? 1 : 0)),
    });
    const feeds = {
      q: random(1, 2, 4, 5, 3),
      k: random(2, 2, 2, 7, 3),
      v: random(3, 2, 2, 7, 2),
      bias: random(4, 4, 5, 7),
      mask: { ...whole(5, 2, 1, 1, 7), dtype: "u8" as const },
      prefix: whole(6, 2, 1, 1, 1),
      a: whole(7, 2, 5),
      b: whole(8, 2, 7),
    };
    const [one, other] = [evaluateGraph(bound, "main", feeds), evaluateGraph(known, "main", feeds)];
    for (const name of ["output", "dq", "dk", "dv", "dbias"]) expectSame(one[name], other[name]);
    expect(planGraph(symbolic, { dims: { B: 1, T: 3, S: 9, D: 4, E: 4 } }).program.entries.length).toBe(1);
  });
});

describe("a recurrence", () => {
  /** In each step the state looks at all keys, biased by what is around, and keeps what it saw. */
  const call = (dtype: "f64" | "f32", x: Tensor, k: Tensor, v: Tensor, bias: Tensor): Tensor => {
    const { outputs, carry } = scan({
      carry: { state: constant(0, [3, 2], dtype) as Tensor },
      over: { x },
      step: ({ state }, { x: element }) => {
        // Of the type of the queries.
        const learned = bias.exp() as Tensor<Dims, "f64">;
        const seen: Tensor = attention(state.add(element), k, v, { causal: true, window: 4, bias: learned });
        const next = state.mul(0.5).add(seen.tanh());
        return { carry: { state: next }, output: { seen } };
      },
    });
    return outputs.seen.sum({ axes: [0] }).add(carry.state);
  };

  const shapes = [
    [4, 3, 2],
    [5, 2],
    [5, 2],
    [3, 5],
  ];

  it("may attend in its steps, and has gradients", () => {
    expectFunctionGradients(
      shapes.map((shape, at) => random(at, ...shape)),
      (...given) => {
        const [x, k, v, bias] = given;
        if (x === undefined || k === undefined || v === undefined || bias === undefined) throw new Error("four");
        return call("f64", x, k, v, bias);
      },
      randomNumbers(5),
    );
  });

  it("gives the same bits everywhere where it attends", async () => {
    const names = ["x", "k", "v", "bias"];
    const arrays = Object.fromEntries(
      shapes.map((shape, at) => [
        names[at] ?? "",
        { dtype: "f32" as const, shape, data: random(at, ...shape).data.map(Math.fround) },
      ]),
    );
    const graph = graphOf((trace) => {
      const [x, k, v, bias] = names.map((name, at) => trace.input(name, { dtype: "f32", shape: shapes[at] ?? [] }));
      if (x === undefined || k === undefined || v === undefined || bias === undefined) throw new Error("four");
      const y = call("f32", x, k, v, bias);
      const [dx, dk, dv, dbias]: readonly Tensor[] = differentiate(y.mul(y).sum(), [x, k, v, bias]);
      if (dx === undefined || dk === undefined || dv === undefined || dbias === undefined) throw new Error("four");
      return { y, dx, dk, dv, dbias };
    });
    expect(await faultsOf(graph, arrays, 1e-5)).toEqual([]);
  });
});

describe("one tensor in several places", () => {
  it("gets each gradient once, and each second derivative", () => {
    const x = random(1, 2, 4, 4);
    const call = (tensor: Tensor | undefined): Tensor => {
      if (tensor === undefined) throw new Error("one is given");
      // Scores are [2, 4, 4] too; all are of the type of the queries.
      const own = tensor as Tensor<Dims, "f64">;
      return attention(tensor, tensor, tensor, { bias: own, causal: true, score: (s) => s.mul(own.mul(0.1).exp()) });
    };
    expectFunctionGradients([x], (tensor) => call(tensor), randomNumbers(2));
    expectFunctionGradients(
      [x],
      (tensor) => {
        if (tensor === undefined) throw new Error("one is given");
        const y = call(tensor);
        const [gradient]: readonly Tensor[] = differentiate(y.mul(y).sum(), [tensor]);
        if (gradient === undefined) throw new Error("there is a gradient");
        return gradient;
      },
      randomNumbers(3),
    );
  });
});

describe("f64", () => {
  it("is computed in f64 on every backend", async () => {
    const setup = { ...everything, dtype: "f64" } as const;
    const arrays = arraysFor(setup, randomNumbers(4));
    expect(await faultsOf(attentionGraph(setup, arrays), arrays, 1e-12)).toEqual([]);
  });
});

describe("dropout of weights", () => {
  it("is that of the weights written out", () => {
    const [q, k, v] = [random(1, 2, 4, 3), random(2, 2, 6, 3), random(3, 2, 6, 2)];
    const key: NdArray = { dtype: "i32", shape: [2], data: Float64Array.of(3, 8) };
    const drop = (given: Tensor) => (weights: Tensor) => dropout(weights, 0.4, given as Tensor<[2], "i32">);
    const results = [
      evaluated([q, k, v, key], (a, b, c, d) => attention(a, b, c, { drop: drop(d), causal: true })),
      evaluated([q, k, v, key], (a, b, c, d) => {
        const { weights } = attention(a, b, c, { causal: true, weights: true });
        return drop(d)(weights).matmul(c);
      }),
    ];
    expectSame(results[0], results[1]);
    expect(results[0]?.data.some((element) => element !== 0)).toBe(true);
  });
});

describe("options that say nothing", () => {
  const [q, k, v] = [random(1, 4, 3), random(2, 6, 3), random(3, 6, 2)];
  const attended = (options: AttentionOptions): NdArray =>
    evaluated([q, k, v], (a, b, c) => attention(a, b, c, options));

  it.each<[string, AttentionOptions, AttentionOptions]>([
    ["a window as wide as both sequences", { window: 10 }, {}],
    ["a window wider than any number of positions", { window: 2 ** 31 + 5 }, {}],
    ["the widest window there is, causal", { window: Number.MAX_SAFE_INTEGER, causal: true }, { causal: true }],
    ["a prefix of all keys", { causal: true, prefix: 6 }, {}],
    ["a prefix longer than any sequence", { causal: true, prefix: 2 ** 31 - 1 }, {}],
    ["a prefix longer than any number of positions", { causal: true, prefix: 2 ** 40 }, {}],
    ["a prefix of no key", { causal: true, prefix: 0 }, { causal: true }],
    ["a prefix below 0", { causal: true, prefix: -3 }, { causal: true }],
    ["a prefix that is not causal", { prefix: 2 }, {}],
    ["the function that gives scores back", { score: (score) => score }, {}],
    ["no alibi", { alibi: false }, {}],
  ])("%s", (_, options, same) => {
    expectSame(attended(options), attended(same), 0);
  });

  it.each<[string, AttentionOptions]>([
    ["half a key as a prefix", { causal: true, prefix: 1.5 }],
    ["no number as a prefix", { causal: true, prefix: Number.NaN }],
    ["a window without end", { window: Number.POSITIVE_INFINITY }],
  ])("but not %s, which is refused", (_, options) => {
    expect(() => attended(options)).toThrow("W283");
  });
});
