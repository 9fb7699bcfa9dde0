// How one element of a value is had inside a kernel: loaded where the value is in memory, computed from the elements of its
// operands where it is fused. A reader is made once for each value, and an element once for each place, however often it
// is read, so shared subexpressions cost no more than they do in the graph.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import { bodyResults, graphOf } from "../../ir/graph/body-graph.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import { type BlockBuilder, flatten, load, loadType, unflatten } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import { keyOf } from "../../ir/loop/key.ts";
import type { Body } from "../../ir/ops/body.ts";
import { opOf } from "../../ir/ops/index.ts";
import type { ElementReader, LoweringContext } from "../../ir/ops/op.ts";
import { knownShape, knownType } from "../../ir/types/shape.ts";
import { sameShape } from "../../ir/types/tensor-type.ts";
import type { Group } from "../fused-graph.ts";
import { computedNodes, jointsOf, type Place } from "./domain.ts";
import { contentsOf } from "./memory.ts";
import type { GroupSurroundings, Surroundings } from "./surroundings.ts";

/** What is known at the place where elements are read. */
export interface ReadingPlace {
  /** The element being computed; its position is known already. */
  readonly place?: Place;
  /** Values of the group itself that have a buffer by now. */
  readonly given?: ReadonlyMap<ValueId, string>;
  /** Values whose elements somebody else reads or computes. */
  readonly known?: ReadonlyMap<ValueId, ElementReader>;
}

/** What a lowering sees of a node. */
export const contextOf = (
  graph: Graph,
  node: Node,
  operands: readonly ElementReader[],
  isLoaded: (value: ValueId) => boolean,
): LoweringContext<object, "many", "many"> => ({
  attrs: node.attrs,
  joints: (position) => {
    const operand = node.operands[position];
    invariant(operand !== undefined, `${node.op} has operand ${position}`);
    return jointsOf(graph, knownShape(typeOf(graph, operand).shape), computedNodes(graph, [operand], isLoaded));
  },
  operandTypes: node.operands.map((operand) => knownType(typeOf(graph, operand))),
  resultTypes: node.results.map(({ type }) => knownType(type)),
  operands,
});

/** The index into one shape of the element at an index of another, of equal size, in the same row-major order. */
const reindex = (index: readonly Expr[], from: readonly number[], to: readonly number[]): readonly Expr[] =>
  sameShape(from, to) ? index : unflatten(flatten(index, from), to);

/** Readers of values for one group; the same reader each time for the same value. */
export const elementReaders = (
  { graph, bufferOf }: Surroundings,
  group: Group,
  { place, given = new Map(), known: others = new Map() }: ReadingPlace = {},
): ((value: ValueId) => ElementReader) => {
  const readers = new Map(others);
  const whereOf = (index: readonly Expr[]): string => (index === place?.index ? "here" : index.map(keyOf).join());

  const bufferFor = (value: ValueId): string | undefined => {
    const isComputedHere = group.members.has(definitionOf(graph, value).id);
    return given.get(value) ?? (isComputedHere ? undefined : bufferOf(value));
  };

  const loads = (buffer: string, value: ValueId): ElementReader => {
    const { dtype, shape } = knownType(typeOf(graph, value));
    return (body, index) => {
      const position = place !== undefined && index === place.index ? place.position : flatten(index, shape);
      const key = `${buffer}[${keyOf(position)}]`;
      return body.shared(key, () => body.name(load(loadType(dtype), buffer, position), "x"));
    };
  };

  const computes = (value: ValueId): ElementReader => {
    const node = definitionOf(graph, value);
    const { lower } = opOf(node.op);
    const [operand] = node.operands;
    if (lower.by === "alias" && operand !== undefined) {
      const [from, to] = [knownShape(typeOf(graph, value).shape), knownShape(typeOf(graph, operand).shape)];
      return (body, index) => read(operand)(body, reindex(index, from, to));
    }
    invariant(lower.by === "element", `${node.op} is computed element by element`);
    const context = contextOf(graph, node, node.operands.map(read), (of) => bufferFor(of) !== undefined);
    const element = (body: BlockBuilder, index: readonly Expr[]): Expr => lower.element(context, body, index);
    return (body, index) => body.shared(`%${value}[${whereOf(index)}]`, () => body.name(element(body, index)));
  };

  const read = (value: ValueId): ElementReader => {
    const known = readers.get(value);
    if (known !== undefined) return known;
    const buffer = bufferFor(value);
    const reader = buffer === undefined ? computes(value) : loads(buffer, value);
    readers.set(value, reader);
    return reader;
  };
  return read;
};

/** Readers of the outputs of a body whose nodes are all computed element by element, from readers of its inputs. */
export const bodyReaders = (
  { constant }: Pick<GroupSurroundings, "constant">,
  body: Body,
  inputs: readonly ElementReader[],
): readonly ElementReader[] => {
  const graph = graphOf(body);
  const known = new Map(graph.inputs.flatMap((input, at) => (inputs[at] === undefined ? [] : [[input, inputs[at]]])));
  const bufferOf = (value: ValueId): string | undefined => {
    const contents = contentsOf(graph, definitionOf(graph, value));
    return contents === undefined ? undefined : constant(contents.dtype, contents.data);
  };
  const members = new Set([...graph.nodes.values()].flatMap(({ op, id }) => (op === "data" ? [] : [id])));
  const outputs = bodyResults(graph);
  return outputs.map(elementReaders({ graph, bufferOf }, { members, outputs }, { known }));
};
