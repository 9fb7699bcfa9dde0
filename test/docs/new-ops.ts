// Run by adding-an-op.test.ts in a copy of the sources to which docs/adding-an-op.md has been applied: proves what the page
// promises of the new function and ops, and prints the name of each when it is done.
import assert from "node:assert/strict";
import fc from "fast-check";
import { explanationOf } from "../../src/cli/topics.ts";
import { type BackendName, compileGraph } from "../../src/compile/compile-graph.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { emitOne, traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { assertValid } from "../../src/ir/graph/verify.ts";
import type { Attributes } from "../../src/ir/ops/attributes.ts";
import { findOp, isOpKind } from "../../src/ir/ops/index.ts";
import { sameGraph } from "../../src/ir/text/equal.ts";
import { parseGraph } from "../../src/ir/text/parse.ts";
import { printGraph } from "../../src/ir/text/print.ts";
import { type DataArray, type DType, dtypes, isFloat } from "../../src/ir/types/dtype.ts";
import { type KnownType, sizeOf } from "../../src/ir/types/ndarray.ts";
import { differentiate } from "../../src/passes/differentiate.ts";

interface Use {
  readonly kind: string;
  readonly attrs: Attributes;
  readonly operand: KnownType;
}

type Results = Readonly<Record<string, { readonly data: DataArray }>>;

const random = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
};

const arrayOf = ({ dtype, shape }: KnownType, seed: number): DataArray => {
  const next = random(seed);
  const data = dtypes[dtype].allocate(sizeOf(shape));
  for (const at of data.keys()) data[at] = isFloat(dtype) ? 3 * next() : Math.floor(5 * Math.abs(next()));
  return data;
};

/** y = op(x), and for floats the gradient of sum(w y). */
const graphOf = ({ kind, attrs, operand }: Use): Graph => {
  assert(isOpKind(kind));
  const trace = traceOver(graphBuilder());
  const x = trace.input("x", operand);
  const y = emitOne(trace, kind, [x], attrs);
  const outputs = [{ name: "y", value: trace.value(y) }];
  if (isFloat(y.dtype)) {
    const loss = y.mul(trace.input("w", { dtype: y.dtype, shape: y.shape })).sum();
    for (const gradient of differentiate(loss, [x])) outputs.push({ name: "gradient", value: trace.value(gradient) });
    outputs.push({ name: "loss", value: trace.value(loss) });
  }
  return trace.builder.finish("use", [{ name: "main", outputs, updates: [] }]);
};

const feedsOf = (graph: Graph, seed: number): Record<string, DataArray> =>
  Object.fromEntries(
    [...graph.nodes.values()].flatMap(({ op, attrs, results: [result] }, at) => {
      if (op !== "input" || !("name" in attrs) || result === undefined) return [];
      const shape = result.type.shape.filter((extent) => typeof extent === "number");
      return [[attrs.name, arrayOf({ dtype: result.type.dtype, shape }, seed + at)]];
    }),
  );

const runOn = (graph: Graph, backend: BackendName, feeds: Readonly<Record<string, DataArray>>): Results =>
  compileGraph(graph, { backend, verify: "each" }).executable.run("main", feeds);

const bitsOf = (results: Results): string =>
  Object.entries(results)
    .map(([name, { data }]) => `${name}: ${Array.from(data, (value) => (Object.is(value, -0) ? "-0" : value)).join()}`)
    .join("\n");

const element = (data: DataArray | undefined, at: number): number => data?.[at] ?? Number.NaN;

/** The gradient in double precision against central differences of fourth order, element by element. */
const checkGradient = (use: Use): void => {
  const graph = graphOf({ ...use, operand: { ...use.operand, dtype: "f64" } });
  const executable = compileGraph(graph, { backend: "reference" }).executable;
  const feeds = feedsOf(graph, 11);
  const lossAt = (at: number, step: number): number => {
    const x = Float64Array.from(feeds["x"] ?? []);
    x[at] = element(x, at) + step;
    return element(executable.run("main", { ...feeds, x })["loss"]?.data, 0);
  };
  const gradient = executable.run("main", feeds)["gradient"]?.data;
  const h = 1e-3;
  for (let at = 0; at < sizeOf(use.operand.shape); at++) {
    const slope = (8 * (lossAt(at, h) - lossAt(at, -h)) - (lossAt(at, 2 * h) - lossAt(at, -2 * h))) / (12 * h);
    assert(Math.abs(slope - element(gradient, at)) < 1e-8, `${use.kind}: ${slope} against ${element(gradient, at)}`);
  }
};

/** Text and back, equal bits on closures and WebAssembly, and near the meaning. */
const checkUse = (use: Use, seed: number): void => {
  const graph = graphOf(use);
  assertValid(graph);
  assert(sameGraph(parseGraph(printGraph(graph)), graph));
  const feeds = feedsOf(graph, seed);
  const [closure, wasm, reference] = (["closure", "wasm", "reference"] as const).map((on) => runOn(graph, on, feeds));
  assert(closure !== undefined && wasm !== undefined && reference !== undefined);
  assert.equal(bitsOf(closure), bitsOf(wasm));
  for (const [name, { data }] of Object.entries(wasm))
    for (const [at, value] of data.entries()) {
      const wanted = element(reference[name]?.data, at);
      assert(
        Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted)),
        `${use.kind} ${name}: ${value}, ${wanted}`,
      );
    }
};

const valuesOf = (kind: string, attrs: Attributes, x: readonly number[], dtype: DType = "f64"): readonly number[] => {
  const graph = graphOf({ kind, attrs, operand: { dtype, shape: [x.length] } });
  const feeds = { ...feedsOf(graph, 1), x: dtype === "u8" ? Uint8Array.from(x) : Float64Array.from(x) };
  return Array.from(runOn(graph, "reference", feeds)["y"]?.data ?? []);
};

assert.deepEqual(valuesOf("unary", { fn: "softsign" }, [-3, 0, 1]), [-0.75, 0, 0.5]);
assert.deepEqual(valuesOf("cumulativeSum", { axis: 0 }, [1, 2, 3, -4]), [1, 3, 6, 2]);
assert.deepEqual(valuesOf("cumulativeSum", { axis: 0 }, [200, 100, 1], "u8"), [200, 44, 45]);
assert.deepEqual(valuesOf("logSumExp", { axis: 0 }, [1000, 1000]), [1000 + Math.LN2]);

const named: readonly (readonly [name: string, use: Use])[] = [
  ["softsign", { kind: "unary", attrs: { fn: "softsign" }, operand: { dtype: "f32", shape: [5, 7] } }],
  ["cumulativeSum", { kind: "cumulativeSum", attrs: { axis: 1 }, operand: { dtype: "f32", shape: [3, 9] } }],
  ["logSumExp", { kind: "logSumExp", attrs: { axis: 1 }, operand: { dtype: "f32", shape: [4, 6] } }],
];
for (const [name, use] of named) {
  assert(explanationOf(name)?.includes(name));
  checkGradient(use);
  checkUse(use, 5);
  checkUse({ ...use, operand: { ...use.operand, dtype: "f64" } }, 6);
  const op = findOp(name);
  if (op !== undefined)
    fc.assert(
      fc.property(op.arbitrary(fc), fc.nat(), ({ operands: [operand], attrs }, seed) => {
        // The ops here have one operand, and attributes that the text form knows.
        checkUse({ kind: name, attrs: attrs as Attributes, operand: operand as KnownType }, seed);
      }),
      { numRuns: 40 },
    );
  console.log(name);
}
