// Functions by name: a body is described once for each signature of types, stands once in the graph, and is told apart from
// what it is called in. That they change no bit is in functions-change-nothing.test.ts.
import { describe, expect, test } from "vitest";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import {
  add,
  attention,
  concat,
  constant,
  customGradient,
  define,
  gather,
  gelu,
  matmul,
  mean,
  mul,
  reshape,
  scan,
  slice,
  softmax,
  standardize,
  sum,
  tanh,
  variance,
} from "../../../src/ir/functions/index.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { printProgram } from "../../../src/ir/loop/print.ts";
import { toDot } from "../../../src/ir/text/dot.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { normal } from "../../../src/model/initializer.ts";
import { currentMode } from "../../../src/model/mode.ts";
import { defineModel, modelGraph, spec } from "../../../src/model/model.ts";
import { param, repeat } from "../../../src/model/parameter.ts";
import { layerNorm } from "../../../src/nn/index.ts";
import { sgd } from "../../../src/optim/index.ts";
import { runPasses } from "../../../src/passes/manager.ts";
import { standard } from "../../../src/passes/pipelines.ts";
import { gradientsMatch } from "../../../src/testing/gradients/gradients-match.ts";
import { compileSync } from "../../../src/training/compile.ts";
import { training } from "../../../src/training/training.ts";
import { graphOf, opsOf } from "../../passes/support.ts";

let described = 0;

const mlpBody = ({
  x,
  up,
  down,
}: {
  readonly x: Tensor<["B", "T", "D"], "f32">;
  readonly up: Tensor<["D", "F"], "f32">;
  readonly down: Tensor<["F", "D"], "f32">;
}) => {
  described++;
  return add(x, matmul(gelu(matmul(x, up)), down));
};

const mlp = define("mlp", { x: ["f32", "B", "T", "D"], up: ["f32", "D", "F"], down: ["f32", "F", "D"] }, mlpBody);

type Mlp = (given: { readonly x: Tensor; readonly up: Tensor; readonly down: Tensor }) => Tensor;

/** A network of blocks, its function applied by name or written out in place. */
const network = (fn: Mlp, blocks = 12) =>
  defineModel({
    name: "network",
    params: {
      blocks: repeat(blocks, () => ({
        norm: layerNorm(8),
        up: param([8, 16], normal(0.3)),
        down: param([16, 8], normal(0.3)),
      })),
    },
    inputs: { x: spec("f32", ["B", 4, 8]), y: spec("f32", ["B", 4, 8]) },
    forward: (p, { x, y }) => {
      let h: Tensor = x;
      for (const { norm, up, down } of p.blocks) h = fn({ x: norm(h as Tensor<["B", 4, 8], "f32">), up, down });
      const error = h.sub(y);
      return { h, loss: mul(error, error).mean() as Tensor<[], "f32"> };
    },
  });

/** By name: what one call gives is what a loop carries. */
const byMlp: Mlp = mlp;

/** As it would be written without a function: what the types of the body say holds of any that fit. */
const inPlace = mlpBody as unknown as Mlp;

const random = (length: number, by: number): Float32Array =>
  Float32Array.from({ length }, (_, at) => Math.sin(at * by) * 2);

describe("a function that twelve blocks apply", () => {
  const graph = modelGraph(network(byMlp));

  test("is described once, where it is defined, and its body is one", () => {
    expect(described).toBe(1);
    const applied = [...graph.nodes.values()].flatMap((node) => (node.op === "apply" ? [node.attrs.body] : []));
    expect(applied).toHaveLength(12);
    expect(new Set(applied).size).toBe(1);
  });

  test("stands once in the text, which reads back", () => {
    const text = printGraph(graph);
    expect(text.match(/function @/g)).toHaveLength(1);
    expect(text.match(/= apply .*\{name = "mlp", body = @mlp\} : f32\[B, 4, 8\]/g)).toHaveLength(12);
    expect(text).toContain(`  function @mlp(%x: f32[B, 4, 8], %up: f32[8, 16], %down: f32[16, 8]) {
    %0 = matmul %x, %up : f32[B, 4, 16]
    %1 = unary %0 {fn = gelu} : f32[B, 4, 16]
    %2 = matmul %1, %down : f32[B, 4, 8]
    %3 = binary %x, %2 {fn = add} : f32[B, 4, 8]
    yield %3
  }`);
    expect(printGraph(parseGraph(text))).toBe(text);
  });

  test("becomes the program that it is without", () => {
    const plain = modelGraph(network(inPlace));
    const program = (of: Graph): string => printProgram(planGraph(of, { dims: { B: 2 } }).program);
    expect(program(graph)).toBe(program(plain));
  });

  test("names what a profile finds in it, within the layers that apply it", () => {
    const compiled = compileSync(network(byMlp, 3), { dims: { B: 2 } });
    const profile = compiled.profile({ x: random(64, 1.3), y: random(64, 0.7) });
    const layers = profile.layers.map(({ layer }) => layer);
    expect(layers).toContain("mlp");
  });
});

test("trains to the same bits as without", () => {
  const options = {
    loss: ({ loss }: { readonly loss: Tensor<[], "f32"> }) => loss,
    optimizer: sgd({ learningRate: 0.1 }),
  };
  const run = (fn: Mlp) => {
    const trainer = compileSync(training(network(fn, 3), options), { dims: { B: 2 }, backend: "wasm" });
    const losses = Array.from(
      { length: 4 },
      (_, at) => trainer.step({ x: random(64, 1 + at), y: random(64, 2 + at) }).loss,
    );
    return {
      program: printProgram(trainer.program),
      losses,
      weights: trainer.parameters.names.map((name) => [...trainer.parameters.get(name).data]),
    };
  };
  expect(run(byMlp)).toEqual(run(inPlace));
});

/** The results on every backend, in bits. */
const everywhere = (graph: Graph, feeds: Readonly<Record<string, Float32Array>>) =>
  (["closure", "wasm"] as const).map((backend) => {
    const results = compileGraph(graph, { backend }).executable.run("main", feeds);
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, [...data]]));
  });

const input = (trace: Parameters<Parameters<typeof graphOf>[0]>[0], name: string, ...shape: number[]): Tensor =>
  trace.input(name, { dtype: "f32", shape });

describe("a function", () => {
  const squashed = define("squashed", { x: ["f32", "N"] }, ({ x }) => tanh(mul(x, 2)));
  const twice = define("twice", { x: ["f32", "N"] }, ({ x }) => squashed({ x: squashed({ x }) }));
  // What is typed for one vector is applied to those of the tests.
  const [byName, plain] = [twice, ({ x }: { x: Tensor }) => tanh(mul(tanh(mul(x, 2)), 2))] as unknown as readonly [
    (given: { x: Tensor }) => Tensor,
    (given: { x: Tensor }) => Tensor,
  ];
  const feeds = { x: random(12, 1.7) };

  const capped = define("capped", { scores: ["f32", "Q", "K"], by: ["f32", "Q", "K"] }, ({ scores, by }) =>
    add(tanh(scores), by),
  );

  test("within another, within the step of a scan, within customGradient and within the score of attention", () => {
    const used = (fn: (given: { x: Tensor }) => Tensor) =>
      graphOf((trace) => {
        const x = input(trace, "x", 4, 3);
        const { carry } = scan({
          carry: { h: constant(0.5, [3]) },
          over: { x },
          step: ({ h }, { x: element }) => ({ carry: { h: fn({ x: add(h, element) as Tensor }) as typeof h } }),
        });
        const own = customGradient({
          name: "own",
          forward: (h: Tensor) => fn({ x: h }),
          gradient: ({ cotangents: [c] }) => [fn({ x: c })],
        });
        const vectors = x as Tensor<[4, 3], "f32">;
        const bias = constant(0.25, [4, 4]);
        const attended = attention(vectors, vectors, vectors, {
          score: (scores) => (fn === byName ? capped({ scores, by: bias }) : add(tanh(scores), bias)),
        });
        return { h: carry.h, own: own(carry.h), attended };
      });
    const [found, wanted] = [everywhere(used(byName), feeds), everywhere(used(plain), feeds)];
    expect(found).toEqual(wanted);
  });

  test("divides by counts that are symbols in it as by numbers", () => {
    const body = ({ x }: { readonly x: Tensor<["N", "D"], "f32"> }) => ({
      mean: mean(x, { axes: [1] }),
      total: mean(x),
      variance: variance(x, { axes: [0] }),
      normalized: standardize(x, { axes: [1] }),
      weights: softmax(x),
    });
    const stats = define("stats", { x: ["f32", "N", "D"] }, body);
    for (const [n, d] of [
      [3, 7],
      [5, 12],
      [1, 1],
    ] as const) {
      const graphs = [stats, body].map((fn) =>
        graphOf((trace) => ({ ...fn({ x: input(trace, "x", n, d) as Tensor<["N", "D"], "f32"> }) })),
      );
      const [found, wanted] = graphs.map((graph) => everywhere(graph, { x: random(n * d, 1.9) }));
      expect(found).toEqual(wanted);
    }
  });

  test("of attention written by hand is found to be attention", () => {
    const byHand = define(
      "heads",
      { q: ["f32", "T", "D"], k: ["f32", "S", "D"], v: ["f32", "S", "D"] },
      ({ q, k, v }) => matmul(softmax(mul(matmul(q, k, { transposeB: true }), 0.5)), v),
    );
    const graph = graphOf((trace) => {
      const x = input(trace, "x", 4, 3) as Tensor<[4, 3], "f32">;
      return { y: byHand({ q: x, k: x, v: x }) };
    });
    expect(opsOf(graph)).toEqual(["input", "apply"]);
    expect(opsOf(runPasses(standard, graph).program)).toContain("attention");
  });

  test("gives lists and records, takes nothing, and gives an argument back", () => {
    const ends = define("ends", { x: ["f32", "N"] }, ({ x }) => [x, sum(x)]);
    const parts = define("parts", { x: ["f32", "N"] }, ({ x }) => ({ same: x, joined: concat([x, x], 0) }));
    const one = define("one", {}, () => constant(1, [2]));
    const graph = graphOf((trace) => {
      const x = input(trace, "x", 3) as Tensor<[3], "f32">;
      const [same, total] = ends({ x });
      const { joined } = parts({ x });
      return { same, total, joined, one: one({}) };
    });
    const [found] = everywhere(graph, { x: Float32Array.of(1, 2, 3) });
    expect(found).toEqual({ same: [1, 2, 3], total: [6], joined: [1, 2, 3, 1, 2, 3], one: [1, 1] });
  });

  test("names its symbols, whatever they are called where it is called", () => {
    const flat = define("flat", { x: ["f32", "B", "T", "D"] }, ({ x }) => reshape(x, ["T*B", "D"]));
    const halves = define("halves", { x: ["f32", "T", "B"] }, ({ x }) =>
      slice(x, [{ start: "T" }, { end: "floor(B/2)" }]),
    );
    const graph = graphOf((trace) => {
      const x = input(trace, "x", 2, 3, 4) as Tensor<[2, 3, 4], "f32">;
      const named = trace.input("named", { dtype: "f32", shape: ["T", "B", "T+B"] }) as Tensor<
        ["T", "B", "B+T"],
        "f32"
      >;
      const pairs = trace.input("pairs", { dtype: "f32", shape: [0, "B+T"] }) as Tensor<[0, "B+T"], "f32">;
      const [known, symbolic] = [flat({ x }), flat({ x: named })];
      expect(known.shape).toEqual([6, 4]);
      expect(symbolic.shape satisfies readonly ["B*T", "B+T"]).toEqual(["B*T", "B+T"]);
      expect(halves({ x: pairs }).shape).toEqual([0, "floor((B+T)/2)"]);
      return { known, symbolic };
    });
    expect(printGraph(graph)).toContain('function @"flat.2"(%x: f32[T, B, B+T])');
  });

  test("of the same name at other types, or another function of that name, stands under a name of its own", () => {
    const other = define("squashed", { x: ["f32", "N"] }, ({ x }) => mul(x, 3));
    const graph = graphOf((trace) => {
      const x = input(trace, "x", 3) as Tensor<[3], "f32">;
      const longer = input(trace, "longer", 5) as Tensor<[5], "f32">;
      return { a: squashed({ x }), b: squashed({ x: longer }), c: other({ x }) };
    });
    const text = printGraph(graph);
    expect(text.match(/function @\S*?\(/g)).toEqual([
      "function @squashed(",
      'function @"squashed.2"(',
      'function @"squashed.3"(',
    ]);
    expect(printGraph(parseGraph(text))).toBe(text);
  });

  test("that asks for the mode is another one in training", () => {
    const modal = define("modal", { x: ["f32", "N"] }, ({ x }) => (currentMode() === "training" ? mul(x, 2) : x));
    const model = defineModel({
      name: "modal",
      params: { w: param([2], normal(1)) },
      inputs: { x: spec("f32", [2]) },
      forward: (p, { x }) => ({ y: modal({ x: add(x, p.w) }), loss: sum(modal({ x: add(x, p.w) })) }),
    });
    const trainer = compileSync(training(model, { loss: ({ loss }) => loss, optimizer: sgd({ learningRate: 0 }) }));
    const x = Float32Array.of(1, 2);
    const inference = trainer.predict({ x }).y.data.reduce((a, b) => a + b, 0);
    expect(trainer.step({ x }).loss).toBeCloseTo(2 * inference, 5);
  });

  test("that indexes by what is fed refuses what is outside, as the step of a scan and a function with a derivative of its own do", () => {
    const look = define("look", { table: ["f32", "V", "D"], at: ["i32", "N"] }, ({ table, at }) => gather(table, at));
    const flat = define("flat", { at: ["i32", "N", 1] }, ({ at }) => reshape(at, ["N"]));
    const own = customGradient({
      name: "own",
      forward: (table: Tensor, at: Tensor) => table.gather(at),
      gradient: () => [null, null],
    });
    const refusal = (fn: (table: Tensor<[4, 2], "f32">, at: Tensor<[3, 1], "i32">) => unknown): string => {
      const graph = graphOf((trace) => {
        const table = input(trace, "table", 4, 2) as Tensor<[4, 2], "f32">;
        return { y: fn(table, trace.input("at", { dtype: "i32", shape: [3, 1] }) as Tensor<[3, 1], "i32">) as Tensor };
      });
      const { executable } = compileGraph(graph, { backend: "closure" });
      try {
        executable.run("main", { table: random(8, 1), at: Int32Array.of(0, 3, 4) });
        return "no refusal";
      } catch (error) {
        return String(error);
      }
    };
    const expected = "WeftError: W306: at: element 2 is 4, outside 0..3";
    expect(refusal((table, at) => look({ table, at: flat({ at }) }))).toBe(expected);
    expect(refusal((table, at) => own(table, reshape(at, [3])))).toBe(expected);
    const inStep = (table: Tensor<[4, 2], "f32">, at: Tensor<[3, 1], "i32">) =>
      scan({
        carry: { h: constant(0, [1, 2]) },
        over: { at },
        step: ({ h }, { at: row }) => ({ carry: { h: add(h, gather(table, row)) } }),
      }).carry.h;
    expect(refusal(inStep)).toBe(expected);
  });

  test("is looked into where a gradient is checked and a function in it is excepted", async () => {
    const wrong = customGradient({
      name: "wrong",
      forward: (x: Tensor) => tanh(x),
      gradient: ({ cotangents: [c] }) => [c],
    });
    const around = define("around", { x: ["f32", "N"] }, ({ x }) => mul(wrong(x), 2));
    const inputs = [spec("f32", [3])];
    const fn = (x: Tensor): Tensor => around({ x: x as Tensor<[3], "f32"> });
    await expect(gradientsMatch(fn, { inputs })).rejects.toThrow("the mistake is in wrong, a function");
    await gradientsMatch(fn, { inputs, except: ["wrong"] });
    await gradientsMatch((x) => byName({ x }), { inputs, order: 2 });
  });

  test("is drawn by its name", () => {
    const graph = graphOf((trace) => ({ y: squashed({ x: input(trace, "x", 3) as Tensor<[3], "f32"> }) }));
    expect(toDot(graph)).toContain('label="apply squashed\\nf32[3]"');
  });

  test("at more types than are kept is described anew", () => {
    const graph = graphOf((trace) =>
      Object.fromEntries(
        Array.from({ length: 300 }, (_, at) => [
          `y${at}`,
          squashed({ x: input(trace, `x${at}`, at + 1) as Tensor<[1], "f32"> }),
        ]),
      ),
    );
    expect(opsOf(graph).filter((op) => op === "apply")).toHaveLength(300);
  });
});

describe("in text", () => {
  const chain = (count: number, uses: number): string => {
    const functions = Array.from({ length: count }, (_, at) => {
      const lines = Array.from({ length: uses }, (__, use) =>
        at === 0
          ? `%${use} = unary ${use === 0 ? "%x" : `%${use - 1}`} {fn = exp} : f32[2]`
          : `%${use} = apply ${use === 0 ? "%x" : `%${use - 1}`} {name = "f", body = @f${at - 1}} : f32[2]`,
      );
      return `function @f${at}(%x: f32[2]) {\n${lines.join("\n")}\nyield %${uses - 1}\n}`;
    });
    return `graph @g(%x: f32[2]) {\n${functions.join("\n")}\n%0 = apply %x {name = "f", body = @f${count - 1}} : f32[2]\nentry @main(y = %0)\n}`;
  };

  test("functions of functions are read, and those that stand for too much are not", () => {
    expect(opsOf(parseGraph(chain(5, 2)))).toEqual(["input", "apply"]);
    expect(() => parseGraph(chain(30, 2))).toThrow("W134: graph text: there are more than 1000000 nodes");
    expect(() => parseGraph(chain(40, 1))).toThrow("W104: graph text: expected at most 32 functions within each other");
  });

  test.each([
    ["@f0 stands twice", "function @f(%x: f32[2]) { yield %x }\nfunction @f(%x: f32[2]) { yield %x }", "W119"],
    ["an unknown function", '%0 = apply %x {name = "f", body = @f} : f32[2]', "W104"],
    ["a body as a function's name", "%0 = apply %x {name = @f, body = (%x: f32[2]) { yield %x }} : f32[2]", "W112"],
    ["other operands", 'function @f(%x: f32[3]) { yield %x }\n%0 = apply %x {name = "f", body = @f} : f32[2]', "W290"],
  ])("%s is refused", (_, line, code) => {
    expect(() => parseGraph(`graph @g(%x: f32[2]) {\n${line}\nentry @main(y = %x)\n}`)).toThrow(code);
  });
});
