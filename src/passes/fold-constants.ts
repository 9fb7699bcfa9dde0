// Computes at compile time what depends on constants alone, where the result is small and has the very bits that the
// compiled program would have made: moving and comparing elements, integer arithmetic, and float functions that are
// rounded correctly. (A sum, product, quotient or root made in double precision and rounded to f32 is the correctly
// rounded one, since 53 >= 2 * 24 + 2.) A constant that is one number everywhere stays one.
import { order } from "../ir/graph/analysis.ts";
import { type Edited, type Editor, edit } from "../ir/graph/edit.ts";
import type { ConstantId, Graph, Node, ValueId } from "../ir/graph/graph.ts";
import { type OpKind, opOf } from "../ir/ops/index.ts";
import { binary } from "../ir/scalar/binary.ts";
import { unary } from "../ir/scalar/unary.ts";
import { isKnown } from "../ir/types/dim.ts";
import { type DataArray, type DType, dtypes, isFloat } from "../ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../ir/types/ndarray.ts";
import type { TensorType } from "../ir/types/tensor-type.ts";
import type { Pass } from "./pass.ts";

/** Larger tensors are left to the run: folding them would trade a computation for kilobytes of output. */
const largest = 1024;

/** Ops that treat each position alike, so that filled operands give a filled result, whatever the shape. */
const elementwise: ReadonlySet<OpKind> = new Set(["unary", "binary", "compare", "select", "cast", "clamp"]);

/** Ops whose f32 results are elements of their operands, or small integers. */
const moving: ReadonlySet<OpKind> = new Set([
  "compare",
  "select",
  "cast",
  "clamp",
  "reshape",
  "transpose",
  "broadcast",
  "flip",
  "slice",
  "pad",
  "concat",
  "gather",
  "oneHot",
  "argmax",
]);

/** Ops that are exact on integers, in any order. */
const summing: ReadonlySet<OpKind> = new Set(["reduce", "matmul", "scatterAdd"]);

/** Whether the interpreter's result, rounded to the element type, has the bits of the compiled one. */
const isBitExact = (node: Node, operands: readonly TensorType[]): boolean => {
  const overIntegers = operands.every(({ dtype }) => !isFloat(dtype));
  if (node.op === "unary") return overIntegers || unary[node.attrs.fn].ulp === 0;
  if (node.op === "binary") return overIntegers || binary[node.attrs.fn].ulp === 0;
  if (node.op === "reduce" && (node.attrs.fn === "max" || node.attrs.fn === "min")) return true;
  return moving.has(node.op) || (overIntegers && summing.has(node.op));
};

const roundTo = (dtype: DType, value: number): number => (dtype === "f32" ? Math.fround(value) : value);

const knownShape = (type: TensorType): readonly number[] | undefined =>
  type.shape.every(isKnown) ? type.shape.filter(isKnown) : undefined;

const isSmall = (type: TensorType): boolean => {
  const shape = knownShape(type);
  return shape !== undefined && sizeOf(shape) <= largest;
};

interface Folding {
  readonly editor: Editor;
  /** Contents made by this very run. */
  readonly made: Map<string, DataArray>;
}

/** The elements of a constant; undefined for any other value, and for one that is too large. */
const contentsOf = ({ editor, made }: Folding, value: ValueId): NdArray | undefined => {
  const node = editor.definition(value);
  const type = editor.typeOf(value);
  const shape = knownShape(type);
  if (shape === undefined || !isSmall(type)) return undefined;
  if (node.op === "constant")
    return {
      dtype: type.dtype,
      shape,
      data: new Float64Array(sizeOf(shape)).fill(roundTo(type.dtype, node.attrs.value)),
    };
  if (node.op !== "data") return undefined;
  // A node names its constant as plain text, for the ops do not know the graph's brands.
  const contents = made.get(node.attrs.id) ?? editor.base.constants.get(node.attrs.id as ConstantId)?.data;
  return contents === undefined ? undefined : { dtype: type.dtype, shape, data: Float64Array.from(contents) };
};

/** Whether something of constants alone is to be computed: no other node needs to be looked at. */
const isOfConstants = ({ editor }: Folding, { operands }: Node): boolean =>
  operands.length > 0 &&
  operands.every((operand) => {
    const { op } = editor.definition(operand);
    return op === "constant" || op === "data";
  });

/** The value of operands that are each one number everywhere, as tensors of rank 0. */
const fillsOf = ({ editor }: Folding, { operands }: Node): readonly NdArray[] | undefined => {
  const fills = operands.flatMap((operand): NdArray[] => {
    const node = editor.definition(operand);
    const { dtype } = editor.typeOf(operand);
    return node.op === "constant"
      ? [{ dtype, shape: [], data: Float64Array.of(roundTo(dtype, node.attrs.value)) }]
      : [];
  });
  return fills.length === operands.length ? fills : undefined;
};

/** Whether operands that index something stay inside; out of range has no meaning that could be folded. */
const indexesInRange = (node: Node, operands: readonly NdArray[]): boolean =>
  operands.every(({ data }, position) => {
    const rows = opOf(node.op).operandRange?.(position, operands, node.attrs);
    return rows === undefined || (isKnown(rows) && data.every((row) => row >= 0 && row < rows));
  });

/** Puts folded elements into the graph: as one number where they are all the same, else as a dense constant. */
const materialize = (
  { editor, made }: Folding,
  { location }: Node,
  type: TensorType,
  elements: Float64Array,
): ValueId => {
  const { dtype, shape } = type;
  const rounded = elements.map((element) => roundTo(dtype, element));
  const [first = 0] = rounded;
  if (rounded.every((element) => Object.is(element, first)))
    return editor.emit("constant", [], { value: first, dtype, shape }, location)[0] ?? unreachable();
  const data = dtypes[dtype].allocate(rounded.length);
  data.set(rounded);
  const id = editor.intern(dtype, data);
  made.set(id, data);
  return editor.emit("data", [], { id, dtype, shape }, location)[0] ?? unreachable();
};

const unreachable = (): never => {
  throw new TypeError("a constant has one result");
};

/** The folded result of a node, or undefined where it stays as it is. */
const foldNode = (folding: Folding, node: Node): ValueId | undefined => {
  const [result] = node.results;
  const { evaluate } = opOf(node.op);
  if (result === undefined || evaluate === undefined || !isOfConstants(folding, node)) return undefined;
  if (!isBitExact(node, node.operands.map(folding.editor.typeOf))) return undefined;
  const fills = elementwise.has(node.op) ? fillsOf(folding, node) : undefined;
  if (fills !== undefined) {
    const element = evaluate(fills, node.attrs)[0]?.data ?? new Float64Array();
    return materialize(folding, node, result.type, element);
  }
  if (!isSmall(result.type)) return undefined;
  const operands = node.operands.flatMap((operand) => contentsOf(folding, operand) ?? []);
  if (operands.length < node.operands.length || !indexesInRange(node, operands)) return undefined;
  return materialize(folding, node, result.type, evaluate(operands, node.attrs)[0]?.data ?? new Float64Array());
};

/** The graph with constant expressions computed. */
export const foldConstantExpressions = (graph: Graph): Edited =>
  edit(graph, (editor) => {
    const folding: Folding = { editor, made: new Map() };
    for (const node of order(graph)) {
      const folded = foldNode(folding, node);
      if (folded !== undefined && node.results[0] !== undefined) editor.replace(node.results[0].id, folded);
    }
  });

/** Computes small constant expressions at compile time. */
export const foldConstants: Pass<Graph, Graph> = {
  name: "fold-constants",
  summary: "Computes small expressions of constants at compile time, where that gives the same bits.",
  idempotent: true,
  run: (graph, observer) => {
    const { graph: result, patches } = foldConstantExpressions(graph);
    observer?.changed(patches);
    return result;
  },
};
