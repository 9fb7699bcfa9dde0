// Every invariant is broken on purpose, once in each way the verifier tells apart, and found under its number.
import { describe, expect, it } from "vitest";
import { InvariantError } from "../../../src/ir/diagnostics/invariant.ts";
import type { Entry, Graph, Node, NodeId, ValueId } from "../../../src/ir/graph/graph.ts";
import { assertValid, verifyGraph } from "../../../src/ir/graph/verify.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { forAll } from "../../../src/testing/report/for-all.ts";
import { holds } from "../../support/holds.ts";

const valid = parseGraph(`
graph @valid(%x: f32[B, 4], %y: f32[B, 4]) {
  %w = parameter {name = "weights"} : f32[4, 4]
  %0 = data {id = "bias"} : f32[4]
  %1 = matmul %x, %w {transposeB} : f32[B, 4]
  %2 = broadcast %0 : f32[B, 4]
  %3 = binary %1, %2 {fn = add} : f32[B, 4]
  %4 = slice %3 {starts = [0, 1], ends = [B, 3], steps = [1, 1]} : f32[B, 2]
  %5 = binary %3, %y {fn = mul} : f32[B, 4]
  entry @main(logits = %3, part = %4)
  entry @step(loss = %5) updates(weights = %w)
  contents "bias" : f32 = "AAAAAAAAgD8AAABAAABAQA=="
}`);

const nodes = [...valid.nodes.values()];

/** The position of the (first) node of an op. */
const idOf = (op: string): NodeId => {
  const node = nodes.find((node) => node.op === op);
  if (node === undefined) throw new Error(`there is no ${op}`);
  return node.id;
};

/** What a broken node says; the types of nodes are beside the point here. */
type Broken = Partial<Record<keyof Node, unknown>>;

const deepFreeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !(value instanceof Map)) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
};

/** The valid graph with a change. */
const changed = (change: Partial<Graph>): Graph => Object.freeze({ ...valid, ...change });

const withNode = (id: NodeId, change: Broken): Graph => {
  const node = deepFreeze({ ...valid.nodes.get(id), ...change }) as Node;
  return changed({ nodes: new Map([...valid.nodes].map(([key, old]) => [key, key === id ? node : old])) });
};

const withAttributes = (op: string, attrs: Readonly<Record<string, unknown>>): Graph =>
  withNode(idOf(op), { attrs: { ...valid.nodes.get(idOf(op))?.attrs, ...attrs } });

const withEntries = (...entries: readonly Entry[]): Graph => changed({ entries: deepFreeze([...entries]) });

const value = (id: number): ValueId => id as ValueId;
const [main, step] = valid.entries;
if (main === undefined || step === undefined) throw new Error("the graph has two entries");
const [x, y] = valid.inputs;
if (x === undefined || y === undefined) throw new Error("the graph has two inputs");

const withoutNode = (id: NodeId): Graph => changed({ nodes: new Map([...valid.nodes].filter(([key]) => key !== id)) });
const f32 = (shape: readonly (number | string)[]) => ({ dtype: "f32", shape });
const bias = [...valid.constants.keys()][0] ?? "";
const contents = (dtype: "f32" | "i32", data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>): Graph =>
  changed({ constants: new Map([...valid.constants].map(([id]) => [id, Object.freeze({ dtype, data })])) });

const planted: readonly (readonly [invariant: string, message: string, graph: Graph])[] = [
  ["V1", "binary reads %99, which no node defines", withNode(idOf("binary"), { operands: [value(99), value(99)] })],
  [
    "V1",
    '"loss" of entry step is %77, which no node defines',
    withEntries(main, { ...step, outputs: [{ name: "loss", value: value(77) }] }),
  ],
  [
    "V1",
    '"weights" of entry step is %77, which no node defines',
    withEntries({ ...step, updates: [{ name: "weights", value: value(77) }] }),
  ],
  ["V2", "matmul reads %2, which is not defined above it", changed({ nodes: new Map([...valid.nodes].reverse()) })],
  [
    "V2",
    "binary reads %6, which is not defined above it",
    withNode(idOf("binary"), { operands: [value(6), value(6)] }),
  ],
  ["V3", "node 9 is kept under the id 4", withNode(idOf("matmul"), { id: 9 })],
  ["V3", "%0 is no new id of a value", withNode(idOf("data"), { results: [{ id: value(0), type: f32([4]) }] })],
  ["V3", "%-1 is no new id of a value", withNode(idOf("data"), { results: [{ id: value(-1), type: f32([4]) }] })],
  [
    "V4",
    "binary has type f32[B, 5], its rule infers f32[B, 4]",
    withNode(idOf("binary"), { results: [{ id: value(6), type: f32(["B", 5]) }] }),
  ],
  [
    "V4",
    "the rule of binary refuses its operands: W201: add: shapes differ: f32[4] vs f32[B, 4]",
    withNode(idOf("binary"), { operands: [value(3), value(4)] }),
  ],
  ["V4", "binary has 1 operands instead of 2", withNode(idOf("binary"), { operands: [value(4)] })],
  ["V4", "binary has 0 results instead of 1", withNode(idOf("binary"), { results: [] })],
  ["V4", "there is no op sigmoid", withNode(idOf("binary"), { op: "sigmoid", attrs: {} })],
  ["V5", "matmul lacks the attribute transposeA", withNode(idOf("matmul"), { attrs: { transposeB: true } })],
  ["V5", "matmul has no attribute transposeC", withAttributes("matmul", { transposeC: true })],
  ["V5", "the attribute transposeB of matmul is not of its kind: 1", withAttributes("matmul", { transposeB: 1 })],
  ["V5", 'the attribute fn of binary is not of its kind: "exp"', withAttributes("binary", { fn: "exp" })],
  ["V5", "the attribute steps of slice is not of its kind: [1,0.5]", withAttributes("slice", { steps: [1, 0.5] })],
  ["V5", 'the attribute ends of slice is not of its kind: ["1*B",3]', withAttributes("slice", { ends: ["1*B", 3] })],
  ["V5", 'the attribute ends of slice is not of its kind: ["B+",3]', withAttributes("slice", { ends: ["B+", 3] })],
  [
    "V5",
    'the attribute shape of broadcast is not of its kind: ["B",5]',
    withAttributes("broadcast", { shape: ["B", 5] }),
  ],
  ["V5", 'the attribute dtype of data is not of its kind: "i32"', withAttributes("data", { dtype: "i32" })],
  ["V5", "the attribute name of parameter is not of its kind: 3", withAttributes("parameter", { name: 3 })],
  ["V6", "%1 is listed twice as input", changed({ inputs: Object.freeze([x, y, y]) })],
  ["V6", "the input %1 is not listed", changed({ inputs: Object.freeze([x]) })],
  ["V6", "%4 is listed as input but is no result of one", changed({ inputs: Object.freeze([x, y, value(4)]) })],
  ["V6", "the parameter %2 is not listed", changed({ parameters: Object.freeze([]) })],
  [
    "V6",
    "%0 is listed as parameter but is no result of one",
    changed({ parameters: Object.freeze([...valid.parameters, x]) }),
  ],
  ["V6", 'the name "x" is given twice', withAttributes("parameter", { name: "x" })],
  ["V7", 'two entries are named "main"', withEntries(main, { ...step, name: "main" })],
  [
    "V7",
    'entry main has two outputs named "logits"',
    withEntries({ ...main, outputs: [...main.outputs, ...main.outputs.slice(0, 1)] }),
  ],
  ["V7", 'entry step updates "weights" twice', withEntries({ ...step, updates: [...step.updates, ...step.updates] })],
  ["V7", 'entry step updates "x", which is no parameter', withEntries({ ...step, updates: [{ name: "x", value: x }] })],
  [
    "V7",
    'entry step changes the type of "weights": f32[4, 4] to f32[B, 4]',
    withEntries({ ...step, updates: [{ name: "weights", value: x }] }),
  ],
  ["V8", `the contents of ${bias} are missing`, changed({ constants: new Map() })],
  ["V8", `the contents of ${bias} are of type i32 instead of f32`, contents("i32", new Int32Array(4))],
  ["V8", `the contents of ${bias} are of type f32 instead of f32`, contents("f32", new Int32Array(4))],
  ["V8", `the contents of ${bias} have 3 elements for f32[4]`, contents("f32", new Float32Array(3))],
  [
    "V9",
    "the symbol N of broadcast is in no input and no parameter",
    withNode(idOf("broadcast"), {
      attrs: { shape: ["N", 4] },
      results: [{ id: value(5), type: f32(["N", 4]) }],
    }),
  ],
  [
    "V9",
    "the symbol T of slice is in no input and no parameter",
    withNode(idOf("slice"), {
      attrs: { starts: ["T", 1], ends: ["T+1", 3], steps: [1, 1] },
      results: [{ id: value(7), type: f32([1, 2]) }],
    }),
  ],
  ["V10", "the graph can be changed", { ...valid }],
  ["V10", "the list of inputs can be changed", changed({ inputs: [...valid.inputs] })],
  ["V10", "the list of parameters can be changed", changed({ parameters: [...valid.parameters] })],
  ["V10", "the list of entries can be changed", changed({ entries: [main] })],
  ["V10", "the entry main can be changed", changed({ entries: Object.freeze([{ ...main }]) })],
  [
    "V10",
    "the list of outputs of main can be changed",
    changed({ entries: Object.freeze([Object.freeze({ ...main, outputs: [...main.outputs] })]) }),
  ],
  [
    "V10",
    `the contents of ${bias} can be changed`,
    changed({ constants: new Map([...valid.constants].map(([id, data]) => [id, { ...data }])) }),
  ],
];

/** Parts of nodes that must be frozen, each left open in turn. */
const open: readonly (readonly [part: string, node: (node: Node) => Broken])[] = [
  ["node", (node) => ({ ...node })],
  ["operands", (node) => Object.freeze({ ...node, operands: [...node.operands] })],
  ["attributes", (node) => Object.freeze({ ...node, attrs: { ...node.attrs } })],
  ["attribute starts", (node) => Object.freeze({ ...node, attrs: Object.freeze({ ...node.attrs, starts: [0, 1] }) })],
  ["results", (node) => Object.freeze({ ...node, results: [...node.results] })],
  [
    "result",
    (node) => Object.freeze({ ...node, results: Object.freeze(node.results.map((result) => ({ ...result }))) }),
  ],
  [
    "type",
    (node) =>
      Object.freeze({
        ...node,
        results: Object.freeze(node.results.map((result) => Object.freeze({ ...result, type: { ...result.type } }))),
      }),
  ],
  [
    "shape",
    (node) =>
      Object.freeze({
        ...node,
        results: Object.freeze(
          node.results.map((result) =>
            Object.freeze({ ...result, type: Object.freeze({ ...result.type, shape: [...result.type.shape] }) }),
          ),
        ),
      }),
  ],
];

describe("verifyGraph", () => {
  it("finds nothing wrong with a graph that is right", () => {
    expect(verifyGraph(valid)).toEqual([]);
  });

  it("finds nothing wrong with random graphs", async () => {
    const isValid = holds("nothing is wrong", ({ graph }) => expect(verifyGraph(graph)).toEqual([]));
    await forAll(graphs({ maxElements: 256 }), isValid, { runs: 200 });
  });

  it.each(planted)("finds a broken (%s): %s", (invariant, message, graph) => {
    expect(verifyGraph(graph)).toContainEqual(expect.objectContaining({ invariant, message }));
  });

  it.each(open)("finds a part of a node that can be changed (V10): %s", (part, change) => {
    const slice = idOf("slice");
    const nodes = new Map([...valid.nodes].map(([id, node]) => [id, id === slice ? (change(node) as Node) : node]));
    expect(verifyGraph(changed({ nodes }))).toEqual([
      { invariant: "V10", message: `the ${part} of slice can be changed`, node: slice },
    ]);
  });

  it("plants every invariant", () => {
    const numbers = new Set(planted.map(([invariant]) => invariant));
    expect(numbers.size).toBe(10);
  });

  it("finds what reads a node that is gone", () => {
    expect(verifyGraph(withoutNode(idOf("matmul"))).map(({ invariant }) => invariant)).toEqual(["V1"]);
  });
});

describe("assertValid", () => {
  it("takes a graph that is right", () => {
    expect(() => assertValid(valid)).not.toThrow();
  });

  it("says which invariants are broken, and shows the lines around the first", () => {
    const broken = withNode(idOf("broadcast"), { results: [{ id: value(5), type: f32(["B", 9]) }] });
    expect(() => assertValid(broken)).toThrow(InvariantError);
    expect(() => assertValid(broken)).toThrow(
      [
        "weftgraph contradicts itself (please report this): graph valid breaks its invariants",
        '(V5) the attribute shape of broadcast is not of its kind: ["B",4]',
        "(V4) the rule of binary refuses its operands: W201: add: shapes differ: f32[B, 4] vs f32[B, 9]",
        '    %0 = input {name = "x"} : f32[B, 4]',
        '    %1 = input {name = "y"} : f32[B, 4]',
        '    %2 = parameter {name = "weights"} : f32[4, 4]',
        `    %3 = data {id = "${bias}"} : f32[4]`,
        "    %4 = matmul %0, %2 {transposeB} : f32[B, 4]",
        "  > %5 = broadcast %3 : f32[B, 9]",
        "    %6 = binary %4, %5 {fn = add} : f32[B, 4]",
        "    %7 = slice %6 {starts = [0, 1], ends = [B, 3], steps = [1, 1]} : f32[B, 2]",
        "    %8 = binary %6, %1 {fn = mul} : f32[B, 4]",
      ].join("\n"),
    );
  });

  it("shows five lines on each side at most, and five findings", () => {
    const lines = Array.from(
      { length: 20 },
      (_, k) => `%${k} = unary ${k === 0 ? "%x" : `%${k - 1}`} {fn = neg} : f32[]`,
    );
    const chain = parseGraph(`graph @chain(%x: f32[]) {\n${lines.join("\n")}\nentry @main(y = %19)\n}`);
    const nodes = new Map([...chain.nodes].map(([id, node]) => [id, id >= 9 ? { ...node } : node]));
    const message = (() => {
      try {
        assertValid({ ...chain, nodes });
        return "";
      } catch (error) {
        return error instanceof Error ? error.message : "";
      }
    })();
    expect(message.split("\n").slice(1)).toEqual([
      ...Array.from({ length: 5 }, () => "(V10) the node of unary can be changed"),
      "and 8 more",
      ...Array.from(
        { length: 11 },
        (_, k) => `  ${k === 5 ? ">" : " "} %${k + 4} = unary %${k + 3} {fn = neg} : f32[]`,
      ),
    ]);
  });
});
