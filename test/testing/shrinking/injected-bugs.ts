// Mistakes that a compiler might have, made on purpose: passes that change what a graph means, and a planner that lets live
// buffers overlap. Each is a property that the mistake violates on some graphs, with the ops among which it is looked for.

import type fc from "fast-check";
import { order, results, typeOf, users } from "../../../src/ir/graph/analysis.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { copyEntries, copyNodes } from "../../../src/ir/graph/copy.ts";
import type { Editor } from "../../../src/ir/graph/edit.ts";
import { edit } from "../../../src/ir/graph/edit.ts";
import type { Graph, Node, ValueId } from "../../../src/ir/graph/graph.ts";
import { withTrace } from "../../../src/ir/graph/trace.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import type { PlannedProgram } from "../../../src/ir/loop/kernel.ts";
import type { OpKind } from "../../../src/ir/ops/index.ts";
import { isFloat } from "../../../src/ir/types/dtype.ts";
import { sameType } from "../../../src/ir/types/tensor-type.ts";
import { addGradients } from "../../../src/passes/differentiate.ts";
import type { Pass } from "../../../src/passes/pass.ts";
import { compilation } from "../../../src/passes/pipelines.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import type { GraphCase } from "../../../src/testing/arbitraries/graph-case.ts";
import { evaluateBounded } from "../../../src/testing/oracle/evaluate-bounded.ts";
import { judge } from "../../../src/testing/oracle/judge.ts";
import type { GraphProperty, Violation } from "../../../src/testing/property.ts";
import { resultsOf } from "../../../src/testing/report/snapshots.ts";
import { closeGraphs } from "./close-graphs.ts";

/** A mistake, and how to look for it. */
export interface InjectedBug {
  readonly name: string;
  /** The fewest nodes that show it. */
  readonly least: number;
  /** The graphs among which it is looked for. */
  readonly among: fc.Arbitrary<GraphCase>;
  readonly property: GraphProperty;
}

type Rewrite = (editor: Editor, node: Node) => void;

const passOf = (name: string, rewrite: Rewrite): Pass<Graph, Graph> => ({
  name,
  summary: "A mistake made on purpose.",
  run: (graph) =>
    edit(graph, (editor) => {
      for (const node of order(graph)) rewrite(editor, node);
    }).graph,
});

/** What a pipeline makes of a graph computes what the graph means. */
export const keepsMeaning = (pass: Pass<Graph, unknown>): GraphProperty => ({
  name: `${pass.name} keeps the meaning`,
  passes: pass,
  check: async (drawn): Promise<Violation | undefined> => {
    const program = pass.run(drawn.graph);
    for (const { name } of drawn.graph.entries) {
      const { outputs, updates } = evaluateBounded(drawn.graph, name, drawn.feeds, drawn.parameters);
      const got = resultsOf(program, drawn, name);
      for (const [arrays, wanted] of [
        [got.outputs, outputs],
        [got.updates, updates],
      ] as const)
        for (const [output, bounded] of Object.entries(wanted)) {
          const { violation } = judge(arrays.get(output)?.data ?? new Float64Array(), bounded);
          if (violation !== undefined) return { what: `${output} is not what the graph means`, output, ...violation };
        }
    }
    return undefined;
  },
});

const replaceBy = (editor: Editor, node: Node, made: readonly ValueId[]): void => {
  node.results.forEach(({ id }, at) => {
    const by = made[at];
    if (by !== undefined) editor.replace(id, by);
  });
};

const isBinary = (node: Node, fn: string): boolean => node.op === "binary" && node.attrs.fn === fn;
const isUnary = (node: Node, fn: string): boolean => node.op === "unary" && node.attrs.fn === fn;

const dependsOn = (graph: Graph, value: ValueId, on: ValueId): boolean => {
  const open = [value];
  const seen = new Set<ValueId>();
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (each === on) return true;
    if (seen.has(each)) continue;
    seen.add(each);
    for (const node of order(graph)) if (node.results.some(({ id }) => id === each)) open.push(...node.operands);
  }
  return false;
};

/** a * b + c becomes one op, and what else reads a * b reads the sum. */
const fusedMultiplyAdd = passOf("fuse-multiply-add", (editor, node) => {
  if (!isBinary(node, "add")) return;
  const [product, other] = node.operands;
  if (product === undefined || other === undefined) return;
  const factor = editor.definition(product);
  const isShared = (users(editor.base).get(product) ?? []).length > 1 || results(editor.base).has(product);
  if (!isBinary(factor, "mul") || !isShared || dependsOn(editor.base, other, product)) return;
  const [again] = editor.emit("binary", factor.operands, { fn: "mul" });
  const made = again === undefined ? [] : editor.emit("binary", [again, other], { fn: "add" });
  replaceBy(editor, node, made);
  replaceBy(editor, factor, made);
});

/** sum(relu x) becomes relu(sum x). */
const reluAfterSum = passOf("move-relu", (editor, node) => {
  if (node.op !== "reduce" || node.attrs.fn !== "sum") return;
  const [operand] = node.operands;
  const inner = operand === undefined ? undefined : editor.definition(operand);
  if (inner === undefined || !isUnary(inner, "relu")) return;
  const sum = editor.emit("reduce", inner.operands, node.attrs);
  replaceBy(editor, node, editor.emit("unary", sum, { fn: "relu" }));
});

/** What a function of x makes is written over x while x is still to be read. */
const overLiveOperand = passOf("write-in-place", (editor, node) => {
  const [operand] = node.operands;
  const [result] = node.results;
  if (node.op !== "unary" || operand === undefined || result === undefined) return;
  const later = (users(editor.base).get(operand) ?? []).filter(({ id, op }) => id > node.id && op === "binary");
  for (const reader of later) {
    if (dependsOn(editor.base, operand, reader.results[0]?.id ?? operand) || reader.operands.includes(result.id))
      continue;
    const operands = reader.operands.map((each) => (each === operand ? result.id : each));
    replaceBy(editor, reader, editor.emit(reader.op, operands, reader.attrs));
  }
});

/** The softmax of a transposed tensor is taken along the axis that it had before. */
const axisBeforeTranspose = passOf("absorb-transpose", (editor, node) => {
  if (node.op !== "softmax") return;
  const [operand] = node.operands;
  const inner = operand === undefined ? undefined : editor.definition(operand);
  if (inner?.op !== "transpose") return;
  const soft = editor.emit("softmax", inner.operands, { axis: node.attrs.axis });
  replaceBy(editor, node, editor.emit("transpose", soft, inner.attrs));
});

/** softmax(s x) v loses s. */
const scaleForgotten = passOf("fuse-softmax-matmul", (editor, node) => {
  const [weights, values] = node.operands;
  if (node.op !== "matmul" || weights === undefined || values === undefined) return;
  const soft = editor.definition(weights);
  const scaled =
    soft.op === "softmax" && soft.operands[0] !== undefined ? editor.definition(soft.operands[0]) : undefined;
  if (soft.op !== "softmax" || scaled === undefined || !isBinary(scaled, "mul")) return;
  const [unscaled] = editor.emit("softmax", scaled.operands.slice(0, 1), soft.attrs);
  if (unscaled !== undefined) replaceBy(editor, node, editor.emit("matmul", [unscaled, values], node.attrs));
});

/** Two functions of one value are taken for one. */
const functionsConfused: Pass<Graph, Graph> = {
  name: "merge-equal",
  summary: "A mistake made on purpose.",
  run: (graph) =>
    edit(graph, (editor) => {
      const known = new Map<string, ValueId>();
      for (const {
        op,
        operands,
        results: [result],
      } of order(graph)) {
        if (op !== "unary" || result === undefined) continue;
        const key = operands.map(editor.resolve).join();
        const found = known.get(key);
        if (found === undefined) known.set(key, result.id);
        else editor.replace(result.id, found);
      }
    }).graph,
};

/** 0 x becomes 0, whatever x is. */
const zeroTimes = passOf("zero-product", (editor, node) => {
  const [, factor] = node.operands;
  const constant = factor === undefined ? undefined : editor.definition(factor);
  if (isBinary(node, "mul") && constant?.op === "constant" && constant.attrs.value === 0)
    replaceBy(
      editor,
      node,
      constant.results.map(({ id }) => id),
    );
});

/** The parts of a concatenation are put in the other order. */
const otherOrder = passOf("nest-parts", (editor, node) => {
  const same = node.operands.every((each) =>
    sameType(typeOf(editor.base, each), typeOf(editor.base, node.operands[0] ?? each)),
  );
  if (node.op === "concat" && same && node.operands.length > 1)
    replaceBy(editor, node, editor.emit("concat", node.operands.toReversed(), node.attrs));
});

/** A recurrence that runs backwards is run forwards. */
const forwards = passOf("trim-recurrence", (editor, node) => {
  if (node.op === "scan" && node.attrs.reverse)
    replaceBy(editor, node, editor.emit("scan", node.operands, { ...node.attrs, reverse: false }));
});

/** Kernels write over what an input still holds for others: the two largest buffers of the arena get one place. */
const overlapping: Pass<PlannedProgram, PlannedProgram> = {
  name: "overlap-buffers",
  summary: "A mistake made on purpose.",
  run: (program) => {
    const inArena = [...program.buffers.values()].filter(({ role }) => role === "temporary" || role === "input");
    const [first, second] = inArena.toSorted((left, right) => right.length - left.length);
    if (first === undefined || second === undefined) return program;
    const offsets = new Map(program.memory.offsets).set(second.name, program.memory.offsets.get(first.name) ?? 0);
    return { ...program, memory: { ...program.memory, offsets } };
  },
};

/** The gradient of a product forgets that the second factor depends on anything. */
const factorHeld = passOf("differentiate-product", (editor, node) => {
  const [left, right] = node.operands;
  if (!isBinary(node, "mul") || left === undefined || right === undefined) return;
  const [held] = editor.emit("stopGradient", [right], {});
  if (held !== undefined) replaceBy(editor, node, editor.emit("binary", [left, held], { fn: "mul" }));
});

/** The graph with the sum of its first real output as loss, and the gradients of that. */
const withGradients = (graph: Graph, prepare: Pass<Graph, Graph>): Graph | undefined => {
  const prepared = prepare.run(graph);
  const loss = prepared.entries[0]?.outputs.find(({ value }) => isFloat(typeOf(prepared, value).dtype));
  const wanted = prepared.inputs.flatMap((value) => {
    const node = order(prepared).find(({ results: [result] }) => result?.id === value);
    return node?.op === "input" && isFloat(node.attrs.dtype) ? [node.attrs.name] : [];
  });
  if (loss === undefined || wanted.length === 0) return undefined;
  const trace = traceOver(graphBuilder());
  const copy = copyNodes(prepared, trace.builder);
  const sum = withTrace(trace, () => trace.tensor(copy(loss.value)).sum());
  const summed = trace.builder.finish(prepared.name, [
    ...copyEntries(prepared.entries, copy),
    { name: "loss", outputs: [{ name: "loss", value: trace.value(sum) }], updates: [] },
  ]);
  return addGradients({ entry: "loss", loss: "loss", withRespectTo: wanted, as: "gradients" }).run(summed);
};

const unchanged: Pass<Graph, Graph> = { name: "unchanged", summary: "Nothing.", run: (graph) => graph };

const gradientsComplete: GraphProperty = {
  name: "gradients are complete",
  check: async ({ graph, feeds, parameters }: GraphCase) => {
    const [right, wrong] = [unchanged, factorHeld].map((pass) => withGradients(graph, pass));
    if (right === undefined || wrong === undefined) return undefined;
    const wanted = evaluateBounded(right, "gradients", feeds, parameters).outputs;
    const got = resultsOf(wrong, { graph, feeds, parameters }, "gradients").outputs;
    for (const [output, bounded] of Object.entries(wanted)) {
      const { violation } = judge(got.get(output)?.data ?? new Float64Array(), bounded);
      if (violation !== undefined) return { what: `the gradient of ${output} lacks a term`, output, ...violation };
    }
    return undefined;
  },
};

const graphsOf = (...ops: readonly OpKind[]): fc.Arbitrary<GraphCase> =>
  graphs({ ops, maxSteps: 16, maxElements: 256 });

const bug = (
  name: string,
  least: number,
  pass: Pass<Graph, unknown>,
  among: fc.Arbitrary<GraphCase> = closeGraphs,
): InjectedBug => ({ name, least, among, property: keepsMeaning(pass) });

/** All of them. */
export const injectedBugs: readonly InjectedBug[] = [
  bug("mul-add fusion ignores a second user", 2, fusedMultiplyAdd),
  bug("sum(relu x) becomes relu(sum x)", 2, reluAfterSum),
  bug("in-place write over a live operand", 2, overLiveOperand),
  bug("softmax of a transpose along the old axis", 2, axisBeforeTranspose),
  bug("scaled softmax times matrix loses the scale", 3, scaleForgotten),
  bug("two functions of one value are taken for one", 2, functionsConfused),
  bug("0 x becomes 0 for x without a number", 1, zeroTimes),
  bug("two live buffers share their place", 1, compilation.andThen(overlapping)),
  { name: "the gradient of a product drops a term", least: 1, among: closeGraphs, property: gradientsComplete },
  bug("parts of a concatenation in the other order", 1, otherOrder, graphsOf("concat", "reshape", "unary", "binary")),
  bug("a backward recurrence runs forwards", 1, forwards, graphsOf("scan", "unary", "binary", "matmul")),
];
