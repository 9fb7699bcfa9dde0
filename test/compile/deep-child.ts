// A process with a fifth of the usual stack, `node --stack-size=200 deep-child.ts CASE NODES`: takes a deep graph through every stage and
// form there is, runs it on every backend, and prints the first element that each gives.
import { closureBackend } from "../../src/backends/closure/closure-backend.ts";
import { printJavaScript } from "../../src/backends/javascript/print-javascript.ts";
import { assembleModule, wasmBackend } from "../../src/backends/wasm/instantiate.ts";
import { compileGraph } from "../../src/compile/compile-graph.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import {
  concat,
  differentiate,
  type Graph,
  graphBuilder,
  matmul,
  sigmoid,
  sum,
  type Tensor,
  traceOver,
  withTrace,
} from "../../src/index.ts";
import { assertValid } from "../../src/ir/graph/verify.ts";
import { parseGraph, printGraph, sameGraph, toDot } from "../../src/ir/text/index.ts";
import { runInstance } from "../../src/testing/run-everywhere.ts";

const counting = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

const alternating = (x: Tensor, count: number): Tensor =>
  counting(count).reduce<Tensor>((y, at) => (at % 2 === 0 ? y.add(x) : y.tanh()), x);

const cases: Readonly<Record<string, (x: Tensor, count: number) => Tensor>> = {
  chain: alternating,
  products: (x, count) => counting(count).reduce<Tensor>((y) => sigmoid(matmul(y, x)), x),
  gradient: (x, count) => {
    const [slope] = differentiate(sum(alternating(x, count)), [x]);
    if (slope === undefined) throw new Error("one slope for each tensor");
    return slope;
  },
  sums: (x, count) => counting(count).reduce<Tensor>((y, at) => y.add(x.mul(at + 2)), x),
  joins: (x, count) => counting(count).reduce<Tensor>((y, at) => concat([y, x.mul(at + 2)], 0), x),
};

const [, , name = "", count = "0"] = process.argv;
const shape = [2, 2];
const describe = cases[name];
if (describe === undefined) throw new Error(`${name} is no case`);
const trace = traceOver(graphBuilder());
const graph: Graph = withTrace(trace, () => {
  const y = describe(trace.input("x", { dtype: "f32", shape }), Number(count));
  return trace.builder.finish("deep", [{ name: "main", outputs: [{ name: "y", value: trace.value(y) }], updates: [] }]);
});

assertValid(graph);
if (!sameGraph(parseGraph(printGraph(graph)), graph)) throw new Error("what is printed reads as something else");
toDot(graph);
const { program } = planGraph(graph);
assembleModule(program).wat();
// Printed only: Node itself needs more stack than this to import a module from a data URL.
printJavaScript(program);
const x = Float32Array.of(0.5, -0.25, 0.125, 1);
const first = (): readonly (number | undefined)[] => {
  const instances = [wasmBackend.instantiate(program), closureBackend.instantiate(program)];
  const results = instances.map((instance) => runInstance(program, "", instance, "main", new Map([["x", x]])));
  const reference = compileGraph(graph, { backend: "reference" }).executable.run("main", { x });
  return [...results.map(({ outputs }) => outputs.get("y")?.[0]), reference["y"]?.data[0]];
};
console.log(JSON.stringify({ nodes: graph.nodes.size, first: first() }));
