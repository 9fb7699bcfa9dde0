import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../src/backends/reference/interpreter.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { type Trace, withTrace } from "../../src/ir/graph/trace.ts";
import { emitOne, traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { parseGraph, printGraph } from "../../src/ir/text/index.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { dce } from "../../src/passes/dce.ts";
import { addGradients, differentiate } from "../../src/passes/differentiate.ts";
import { randomArray } from "../../src/testing/arbitraries/values.ts";
import { graphOf, opsOf } from "./support.ts";

type Inputs = Readonly<Record<string, readonly number[]>>;

/** A graph of the loss and its gradients with respect to all inputs, in double precision. */
const withGradients = (inputs: Inputs, loss: (trace: Trace, x: Readonly<Record<string, Tensor>>) => Tensor): Graph =>
  graphOf((t) => {
    const x = Object.fromEntries(
      Object.entries(inputs).map(([name, shape]) => [name, t.input(name, { dtype: "f64", shape })]),
    );
    const value = loss(t, x);
    const gradients = differentiate(value, Object.values(x));
    const named = Object.keys(x).map((name, at) => [`d${name}`, gradients[at] ?? value] as const);
    return { loss: value, ...Object.fromEntries(named) };
  });

const evaluate = (graph: Graph, feeds: Record<string, NdArray>) => evaluateGraph(graph, "main", feeds);

/** Compares gradients with central differences, whose error for these smooth losses is far below the bound. */
const checkAgainstDifferences = (graph: Graph, inputs: Inputs, seed: number): void => {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, shape], at) => [
      name,
      randomArray({ dtype: "f64", shape }, seed + at, "normal"),
    ]),
  );
  const analytic = evaluate(graph, feeds);
  const step = 1e-5;
  for (const [name, array] of Object.entries(feeds))
    for (let at = 0; at < array.data.length; at++) {
      const lossAt = (offset: number): number => {
        const data = array.data.with(at, (array.data[at] ?? 0) + offset);
        return evaluate(graph, { ...feeds, [name]: { ...array, data } })["loss"]?.data[0] ?? Number.NaN;
      };
      const numeric = (lossAt(step) - lossAt(-step)) / (2 * step);
      const gradient = analytic[`d${name}`]?.data[at] ?? Number.NaN;
      expect(Math.abs(gradient - numeric)).toBeLessThan(1e-6 * Math.max(1, Math.abs(numeric)));
    }
};

const get = (x: Readonly<Record<string, Tensor>>, name: string): Tensor => {
  const tensor = x[name];
  if (tensor === undefined) throw new Error(`no ${name}`);
  return tensor;
};

const losses: Readonly<
  Record<string, readonly [Inputs, (trace: Trace, x: Readonly<Record<string, Tensor>>) => Tensor]>
> = {
  "a value used four times": [
    { a: [3] },
    (_, x) =>
      get(x, "a")
        .mul(get(x, "a"))
        .mul(get(x, "a").add(get(x, "a")))
        .sum(),
  ],
  "a broadcast over rows and columns": [
    { a: [2, 3], b: [3], c: [2, 1] },
    (_, x) => get(x, "a").mul(get(x, "b")).add(get(x, "c")).sin().sum(),
  ],
  "two layers": [
    { x: [4, 3], w: [3, 5], b: [5], v: [5, 2] },
    (_, x) => get(x, "x").matmul(get(x, "w")).add(get(x, "b")).tanh().matmul(get(x, "v")).sigmoid().mean(),
  ],
  "an attention": [
    { q: [2, 3, 4], k: [2, 5, 4], v: [2, 5, 2] },
    (t, x) =>
      emitOne(t, "softmax", [get(x, "q").matmul(get(x, "k"), { transposeB: true }).div(2)], { axis: 2 })
        .matmul(get(x, "v"))
        .cos()
        .sum(),
  ],
  movement: [
    { a: [2, 3], b: [2, 2] },
    (_, x) =>
      get(x, "a")
        .transpose([1, 0])
        .concat([get(x, "b")], 0)
        .slice([
          { start: 1, end: 5, step: 2 },
          { start: 0, end: 2, step: 1 },
        ])
        .pad([
          { low: 1, high: 0, interior: 1 },
          { low: 0, high: 2, interior: 0 },
        ])
        .exp()
        .flip([0])
        .reshape([2, 8])
        .sum({ axes: [1] })
        .mul(3)
        .sum(),
  ],
  "rows chosen twice": [
    { a: [4, 2] },
    (t, x) =>
      get(x, "a")
        .gather(t.data("i32", [3], Int32Array.of(1, 3, 1)))
        .exp()
        .sum(),
  ],
  "a normalisation": [
    { a: [3, 4], scale: [4], shift: [4] },
    (t, x) =>
      emitOne(t, "layerNorm", [get(x, "a"), get(x, "scale"), get(x, "shift")], { epsilon: 1e-3 })
        .sin()
        .sum(),
  ],
};

describe("gradients agree with central differences", () => {
  test.each(Object.entries(losses))("%s", (_, [inputs, loss]) => {
    const graph = withGradients(inputs, loss);
    fc.assert(
      fc.property(fc.nat(), (seed) => checkAgainstDifferences(graph, inputs, seed)),
      { numRuns: 8 },
    );
  });
});

const scalar = (value: number): NdArray => ({ dtype: "f64", shape: [], data: Float64Array.of(value) });

/** The gradient of a function of one number at a point. */
const slope = (at: number, f: (x: Tensor) => Tensor): number | undefined => {
  const graph = graphOf((t) => {
    const x = t.input("x", { dtype: "f64", shape: [] });
    return { slope: differentiate(f(x), [x])[0] ?? x };
  });
  return evaluate(graph, { x: scalar(at) })["slope"]?.data[0];
};

describe("differentiate", () => {
  test("of the loss itself is 1", () => expect(slope(5, (x) => x)).toBe(1));
  test("sums what arrives along several ways", () => expect(slope(3, (x) => x.mul(x).add(x).sub(x.mul(2)))).toBe(5));
  test("works on its own results", () => {
    expect(slope(2, (x) => differentiate(x.mul(x).mul(x), [x])[0] ?? x)).toBe(12);
    expect(slope(0.5, (x) => differentiate(differentiate(x.sin(), [x])[0] ?? x, [x])[0] ?? x)).toBe(-Math.cos(0.5));
  });

  test("with respect to a value on the way", () => {
    const graph = graphOf((t) => {
      const x = t.input("x", { dtype: "f64", shape: [] });
      const square = x.mul(x);
      return { bySquare: differentiate(square.mul(square), [square])[0] ?? x };
    });
    expect(evaluate(graph, { x: scalar(3) })["bySquare"]?.data[0]).toBe(18);
  });

  test("with respect to a value on the way and to what it is made of at once", () => {
    const graph = graphOf((t) => {
      const x = t.input("x", { dtype: "f64", shape: [] });
      const square = x.mul(x);
      const [bySquare, byX] = differentiate(square.mul(square), [square, x]);
      return { bySquare, byX };
    });
    const slopes = evaluate(graph, { x: scalar(3) });
    expect([slopes["bySquare"]?.data[0], slopes["byX"]?.data[0]]).toEqual([18, 108]);
  });

  test("is zeros where the loss does not depend on the tensor", () => {
    const graph = graphOf((t) => {
      const x = t.input("x", { dtype: "f64", shape: [] });
      const other = t.input("other", { dtype: "f32", shape: ["B", 3] });
      return { zeros: differentiate(x.exp(), [other])[0] ?? x };
    });
    const node = [...graph.nodes.values()].at(-1);
    expect(node).toMatchObject({ op: "constant", attrs: { value: 0, dtype: "f32", shape: ["B", 3] } });
  });

  test("does not flow through integers", () => {
    const through = (f: (x: Tensor) => Tensor) => slope(2.5, f);
    expect(through((x) => x.cast("i32").cast("f64"))).toBe(0);
    expect(through((x) => x.greater(1).select(x.mul(x), 0))).toBe(5);
  });

  test("emits nothing for what the loss does not need", () => {
    const trace = traceOver(graphBuilder());
    const gradientNodes = withTrace(trace, () => {
      const x = trace.input("x", { dtype: "f32", shape: [2] });
      x.exp().sin().cos().tanh();
      const before = trace.builder.finish("before", []).nodes.size;
      differentiate(trace.constant(1, "f32"), [x]);
      return trace.builder.finish("after", []).nodes.size - before;
    });
    expect(gradientNodes).toBeLessThanOrEqual(2);
  });

  test("emits nothing for what was not asked for", () => {
    const trace = traceOver(graphBuilder());
    const added = withTrace(trace, () => {
      const [x, y] = [trace.input("x", { dtype: "f32", shape: [] }), trace.input("y", { dtype: "f32", shape: [] })];
      const loss = x.mul(y.sin().tanh());
      const before = trace.builder.finish("before", []).nodes.size;
      differentiate(loss, [x]);
      return opsOf(trace.builder.finish("after", [])).slice(before);
    });
    expect(added).toEqual(["constant", "binary mul", "binary mul"]);
  });
});

test("where no gradient arrives nothing is emitted", () => {
  const trace = traceOver(graphBuilder());
  const added = withTrace(trace, () => {
    const x = trace.input("x", { dtype: "f32", shape: [] });
    const loss = x.exp().tanh().cast("i32").cast("f32");
    const before = trace.builder.finish("before", []).nodes.size;
    differentiate(loss, [x]);
    return opsOf(trace.builder.finish("after", [])).slice(before);
  });
  expect(added).toEqual(["constant", "constant"]);
});

describe("what a recurrence keeps of the way there", () => {
  /** What the step yields on the way there again, state and output first; nothing if it need not go there again. */
  const kept = (...step: readonly string[]): readonly string[] => {
    const lines = step.map((line, at) => `%${at} = ${line} : f32[2, 2]`).join("\n");
    const last = step.length - 1;
    const graph = parseGraph(`graph @g(%s: f32[2, 2], %x: f32[3, 2, 2], %w: f32[2, 2]) {
      %0, %1 = scan %s, %x, %w {body = (%h: f32[2, 2], %x: f32[2, 2], %w: f32[2, 2]) {
        ${lines}
        yield %${last}, %${last}
      }, carried = 1, sequences = 1, length = 3} : f32[2, 2], f32[3, 2, 2]
      %2 = reduce %1 {axes = [0, 1, 2], fn = sum, keepDims = false} : f32[]
      entry @main(loss = %2)
    }`);
    const request = { entry: "main", loss: "loss", withRespectTo: ["s", "x", "w"], as: "gradients" };
    const yields = [...printGraph(dce.run(addGradients(request).run(graph))).matchAll(/yield (.*)/g)];
    // The loss itself, the way there again, the way back.
    return yields.slice(1, -1).map(([, values = ""]) => values);
  };

  const mixed = "binary %0, %h {fn = mul}";
  test.each([
    ["unary %x {fn = tanh}", "%1, %1, %x0, %0"],
    ["unary %x {fn = sigmoid}", "%1, %1, %x0, %0"],
    ["unary %x {fn = exp}", "%1, %1, %x0, %0"],
    ["unary %x {fn = expm1}", "%1, %1, %x0, %0"],
    ["unary %x {fn = sin}", "%1, %1, %x0"],
    ["binary %x, %x {fn = mul}", "%1, %1, %x0"],
    ["matmul %x, %w {transposeA = false, transposeB = false}", "%1, %1, %x0, %0"],
    ["softmax %x {axis = 0}", "%1, %1, %x0, %0"],
    ["cumsum %x {axis = 0, reverse = false}", "%1, %1, %x0, %0"],
  ])("%s", (first, values) => expect(kept(first, mixed)).toEqual([values]));

  test("nothing where the way back reads nothing of it", () => {
    expect(kept("unary %x {fn = neg}", "binary %0, %h {fn = add}")).toEqual([]);
  });
});

describe("refusals", () => {
  const attempt = (describeIt: Parameters<typeof graphOf>[0]) => () => graphOf(describeIt);
  const vector = { dtype: "f32", shape: ["B"] } as const;

  test("a loss of several numbers", () => {
    expect(
      attempt((t) => {
        const x = t.input("x", vector);
        return { y: differentiate(x, [x])[0] };
      }),
    ).toThrow("W120: differentiate: the loss is not one float number: f32[B]");
  });

  test("what is no tensor", () => {
    const wrong = (loss: unknown, by: unknown) =>
      attempt((t) => {
        const x = t.input("x", { dtype: "f32", shape: [] });
        // As a call that did not compile.
        return { y: differentiate((loss ?? x) as Tensor, [(by ?? x) as Tensor])[0] ?? x };
      });
    expect(wrong(5, undefined)).toThrow("W120: differentiate: the loss is not one float number: 5");
    expect(wrong(undefined, "x")).toThrow(/^W230: differentiate: /);
  });

  test("a loss that is an integer", () => {
    const integer = { dtype: "i32", shape: [] } as const;
    expect(
      attempt((t) => {
        const x = t.input("x", integer);
        return { y: differentiate(x, [x])[0] };
      }),
    ).toThrow(/^W120/);
  });

  test("integers to differentiate by", () => {
    expect(
      attempt((t) => {
        const labels = t.input("labels", { dtype: "i32", shape: [3] });
        return { y: differentiate(t.input("x", vector).sum(), [labels])[0] ?? labels };
      }),
    ).toThrow("W121: differentiate: a gradient is asked with respect to a tensor that holds no real numbers: i32[3]");
  });
});

describe("the pass", () => {
  const example = () => {
    const trace = traceOver(graphBuilder());
    const x = trace.input("x", { dtype: "f64", shape: [2] });
    const w = trace.parameter("w", { dtype: "f64", shape: [2] });
    const loss = x.mul(w).sum();
    return trace.builder.finish("example", [
      { name: "main", outputs: [{ name: "loss", value: trace.value(loss) }], updates: [] },
    ]);
  };
  const request = { entry: "main", loss: "loss", withRespectTo: ["w", "x"], as: "gradients" };

  test("adds an entry whose outputs are named as what they belong to", () => {
    const graph = addGradients(request).run(example());
    expect(graph.entries.map(({ name, outputs }) => [name, outputs.map((output) => output.name)])).toEqual([
      ["main", ["loss"]],
      ["gradients", ["w", "x"]],
    ]);
    const array = (...data: readonly number[]): NdArray => ({
      dtype: "f64",
      shape: [2],
      data: Float64Array.from(data),
    });
    const { w, x } = evaluateGraph(graph, "gradients", { x: array(1, 2) }, { w: array(3, 4) });
    expect([w?.data, x?.data]).toEqual([Float64Array.of(1, 2), Float64Array.of(3, 4)]);
  });

  test("takes the loss of the entry that is named", () => {
    const graph = example();
    const [main] = graph.entries;
    if (main === undefined) throw new Error("an example has an entry");
    const first = {
      ...main,
      name: "first",
      outputs: [{ name: "loss", value: graph.inputs[0] ?? main.outputs[0]?.value }],
    };
    // The first entry gives what is no loss under the same name.
    const both = { ...graph, entries: [first, main] } as Graph;
    expect(
      addGradients(request)
        .run(both)
        .entries.map(({ name }) => name),
    ).toEqual(["first", "main", "gradients"]);
  });

  test("names what is not there", () => {
    expect(() => addGradients({ ...request, loss: "cost" }).run(example())).toThrow(
      'W123: the graph has no output named "main.cost"',
    );
    expect(() => addGradients({ ...request, withRespectTo: ["v"] }).run(example())).toThrow(
      'W123: the graph has no input or parameter named "v"',
    );
  });
});
