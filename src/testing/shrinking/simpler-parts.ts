// Rules that keep the shape of a graph and make its parts plainer: the simplest op of a signature, the simplest attributes,
// smaller bodies, inputs in the place of other leaves.
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import { bodyOf, inputsRead, withInputs } from "../../ir/graph/body.ts";
import { bodiesIn } from "../../ir/graph/body-graph.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import { schemaOf } from "../../ir/graph/schema.ts";
import { type Attributes, type AttributeValue, isBody } from "../../ir/ops/attributes.ts";
import type { DType } from "../../ir/types/dtype.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import { sameType } from "../../ir/types/tensor-type.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { simplerNumbers } from "./number-cost.ts";
import { type Change, leafOf, type Replacement, rewriteBody } from "./rewrite-case.ts";
import { computingNodes, liveLeaves, type Rule } from "./rule.ts";
import { bypass } from "./structure.ts";
import { valuesOf } from "./values-of.ts";

const replacing = (node: Node, replacement: Partial<Replacement>): Change => ({
  nodes: new Map([[node.id, { op: node.op, operands: node.operands, attrs: node.attrs, ...replacement }]]),
});

/** Puts neg, or add, in the place of an op of one result that has the type of its operands. */
const simplestOp: Rule = {
  name: "simplest op",
  *changes({ graph }) {
    for (const node of computingNodes(graph)) {
      const [result] = node.results;
      if (result === undefined || node.results.length > 1) continue;
      const alike = [...new Set(node.operands)].filter((operand) => sameType(typeOf(graph, operand), result.type));
      for (const operand of alike) yield replacing(node, { op: "unary", operands: [operand], attrs: { fn: "neg" } });
      const pair = node.operands.filter((operand) => alike.includes(operand)).slice(0, 2);
      if (pair.length === 2) yield replacing(node, { op: "binary", operands: pair, attrs: { fn: "add" } });
    }
  },
};

/** Joins fewer parts. */
const fewerOperands: Rule = {
  name: "fewer operands",
  *changes({ graph }) {
    for (const node of computingNodes(graph))
      if (node.op === "concat" && node.operands.length > 1)
        for (const at of node.operands.keys()) yield replacing(node, { operands: node.operands.toSpliced(at, 1) });
  },
};

/** Simpler values for one attribute. */
function* simplerAttribute(kind: unknown, value: AttributeValue | undefined): Generator<AttributeValue> {
  if (value === true) yield false;
  if (typeof kind === "object" && kind !== null && "oneOf" in kind && Array.isArray(kind.oneOf)) {
    const words: readonly unknown[] = kind.oneOf;
    for (const word of words.slice(0, words.indexOf(value))) if (typeof word === "string") yield word;
  }
  if (typeof value === "number") yield* simplerNumbers("f64", value);
  if (typeof value !== "object" || isBody(value)) return;
  for (const [at, item] of value.entries())
    if (typeof item === "number") for (const simpler of simplerNumbers("i32", item)) yield value.with(at, simpler);
}

const isOfResult = (kind: unknown): boolean => kind === "resultShape" || kind === "resultDtype" || kind === "text";

/** Makes one attribute of one node simpler; also the number of a constant. */
const simplestAttributes: Rule = {
  name: "simplest attributes",
  *changes({ graph }) {
    for (const node of computingNodes(graph))
      for (const [name, kind] of schemaOf(node.op)) {
        const attrs: Attributes = node.attrs;
        if (isOfResult(kind)) continue;
        for (const simpler of simplerAttribute(kind, attrs[name]))
          yield replacing(node, { attrs: { ...attrs, [name]: simpler } });
      }
  },
};

const constantLike = (
  { dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] },
  value: number,
) => ({
  form: "data" as const,
  array: { dtype, shape, data: new Float64Array(sizeOf(shape)).fill(value) },
});

/** Smaller bodies of the same signature: a node bypassed, given by an input of its type, or by ones. */
function* simplerBodies(body: Graph): Generator<Graph> {
  const changes: Change[] = [...bypass.changes({ graph: body, feeds: {}, parameters: {} })];
  for (const { results } of computingNodes(body).toReversed())
    for (const { id, type } of results) {
      for (const input of body.inputs)
        if (sameType(typeOf(body, input), type)) changes.push({ substitutes: new Map([[id, input]]) });
      changes.push({ leaves: new Map([[id, constantLike(knownType(type), 1)]]) });
    }
  for (const change of changes) {
    const simpler = rewriteBody(body, change);
    if (simpler !== undefined) yield simpler;
  }
}

/** The node without operands that its body does not read, where the op can do without them. */
const withoutUnread = (node: Node): Change | undefined => {
  const fixed =
    node.op === "scan" ? node.attrs.carried + node.attrs.sequences : node.op === "attention" ? 3 : undefined;
  if (fixed === undefined || !("body" in node.attrs) || !isBody(node.attrs.body)) return undefined;
  // Attention's body takes a score in the place of queries, keys and values.
  const lead = node.op === "attention" ? 1 : fixed;
  const read = new Set(inputsRead(node.attrs.body));
  const kept = node.attrs.body.inputs.flatMap((_, at) => (at < lead || read.has(at) ? [at] : []));
  if (kept.length === node.attrs.body.inputs.length) return undefined;
  return replacing(node, {
    operands: node.operands.filter((_, at) => at < fixed || read.has(at - fixed + lead)),
    attrs: { ...node.attrs, body: withInputs(node.attrs.body, kept) },
  });
};

/** Makes the body of an op that has one smaller. */
const simplerBody: Rule = {
  name: "smaller body",
  *changes({ graph }) {
    for (const node of computingNodes(graph)) {
      const unread = withoutUnread(node);
      if (unread !== undefined) yield unread;
      for (const [name, body] of bodiesIn(node))
        for (const simpler of simplerBodies(body))
          yield replacing(node, { attrs: { ...node.attrs, [name]: bodyOf(simpler) } });
    }
  },
};

const asInput = (drawn: GraphCase, leaf: ValueId): Change => {
  const array = leafOf(drawn, leaf)?.array ?? valuesOf(drawn).get(leaf);
  return array === undefined ? {} : { leaves: new Map([[leaf, { form: "input", array }]]) };
};

/** Makes inputs of parameters and constants. */
const leavesToInputs: Rule = {
  name: "leaves to inputs",
  *changes(drawn) {
    for (const leaf of liveLeaves(drawn.graph))
      if (definitionOf(drawn.graph, leaf).op !== "input") yield asInput(drawn, leaf);
  },
};

/** The rules that make bodies smaller, and those that make ops, attributes and leaves plainer. */
export const bodyRules: readonly Rule[] = [simplerBody];
export const partRules: readonly Rule[] = [fewerOperands, simplestOp, simplestAttributes, leavesToInputs];
