// The tensor that users hold: a value of a graph under construction, with the methods of `Tensor`. It inserts the
// broadcasts and constants that users leave out, turns negative axes into positive ones, and remembers where in the
// user's program each op was written.
import { locate, reject, WeftError, weftError } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { requireKnownOptions } from "../diagnostics/known-options.ts";
import { captureLocation, type Location } from "../diagnostics/location.ts";
import type { Attributes } from "../ops/attributes.ts";
import type { OpKind } from "../ops/index.ts";
import type { Arity, OpDefinition, Tuple } from "../ops/op.ts";
import { normalizeAxes, normalizeAxis, requireDType, requireSameDType } from "../ops/typing.ts";
import { type BinaryFn, binary as binaryFunctions } from "../scalar/binary.ts";
import type { CompareFn } from "../scalar/compare.ts";
import { type ReduceFn, reducers } from "../scalar/reducer.ts";
import type { UnaryFn } from "../scalar/unary.ts";
import { type Dim, multiplyDims } from "../types/dim.ts";
import { type DType, dtypeNames } from "../types/dtype.ts";
import { broadcastShapes, resolveReshape } from "../types/shape.ts";
import type { AxisPadding, SliceRange } from "../types/static/cutting.ts";
import type { Dims, MatmulOptions, Operand, ReduceOptions, Tensor } from "../types/tensor.ts";
import { sameShape, type TensorType } from "../types/tensor-type.ts";
import type { GraphBuilder } from "./builder.ts";
import { canonicalExtent, canonicalShape, canonicalType } from "./canonical-shape.ts";
import type { ValueId } from "./graph.ts";
import { orderOfAxes, paddingSides, requireAxisList, sliceBounds } from "./method-arguments.ts";
import { knownOfMatmul, knownOfReductions } from "./method-options.ts";
import { originsOfTensors, publishMethods } from "./origins.ts";
import type { Enclosure, Trace } from "./trace.ts";

/** The methods say at run time what their static rules say; shapes are known here, but not to the type checker. */
class TracedTensor implements Readonly<Record<keyof Tensor, unknown>> {
  readonly type: TensorType;
  readonly shape: Dims;
  readonly dtype: DType;
  readonly trace: Trace;
  readonly id: ValueId;

  constructor(trace: Trace, id: ValueId) {
    this.trace = trace;
    this.id = id;
    this.type = trace.builder.typeOf(id);
    this.shape = this.type.shape;
    this.dtype = this.type.dtype;
  }

  /** Emits an op of one result. */
  #emit(op: OpKind, others: readonly Tensor[] = [], attrs: Attributes = {}): Tensor {
    return emitOne(this.trace, op, [asTensor(this), ...others], attrs);
  }

  /** Brings two operands to one shape, once they are known to fit: W230, W207, W202, W204. */
  #aligned(name: string, other: Operand, allowed: readonly DType[]): readonly [Tensor, Tensor] {
    if (typeof other === "number") {
      requireDType(name, this.type, allowed);
      return [asTensor(this), this.trace.constant(other, this.dtype, this.shape)];
    }
    const operand = requireTensor(name, other);
    const shape = aboutOperands([asTensor(this), operand], () => {
      const common = broadcastShapes(name, this.shape, operand.shape);
      requireSameDType(name, this.type, operand.type);
      requireDType(name, this.type, allowed);
      return common;
    });
    return [this.broadcastTo(shape), operand.broadcastTo(shape)];
  }

  #unary(fn: UnaryFn): Tensor {
    return this.#emit("unary", [], { fn });
  }

  #axis(op: string, axis: number): number {
    return normalizeAxis(op, this.shape, axis);
  }

  #axes(op: string, axes: readonly number[] | undefined): readonly number[] {
    return axes === undefined ? [...this.shape.keys()] : normalizeAxes(op, this.shape, axes);
  }

  #reduce(fn: ReduceFn, options: ReduceOptions = {}): Tensor {
    requireKnownOptions(fn, options, knownOfReductions);
    requireDType(fn, this.type, reducers[fn].dtypes);
    return this.#emit("reduce", [], { fn, axes: this.#axes(fn, options.axes), keepDims: options.keepDims ?? false });
  }

  /** A function of two numbers, under the name by which the user called it. */
  binary(fn: BinaryFn, other: Operand, name: string = fn): Tensor {
    const [left, right] = this.#aligned(name, other, binaryFunctions[fn].dtypes);
    return emitOne(this.trace, "binary", [left, right], { fn });
  }
  compare(fn: CompareFn, other: Operand, name: string = fn): Tensor {
    const [left, right] = this.#aligned(name, other, dtypeNames);
    return emitOne(this.trace, "compare", [left, right], { fn });
  }
  add(other: Operand): Tensor {
    return this.binary("add", other);
  }
  sub(other: Operand): Tensor {
    return this.binary("sub", other);
  }
  mul(other: Operand): Tensor {
    return this.binary("mul", other);
  }
  div(other: Operand): Tensor {
    return this.binary("div", other);
  }
  pow(other: Operand): Tensor {
    return this.binary("pow", other);
  }
  maximum(other: Operand): Tensor {
    return this.binary("max", other, "maximum");
  }
  minimum(other: Operand): Tensor {
    return this.binary("min", other, "minimum");
  }
  logicalAnd(other: Operand): Tensor {
    return this.binary("and", other, "logicalAnd");
  }
  equal(other: Operand): Tensor {
    return this.compare("eq", other, "equal");
  }
  less(other: Operand): Tensor {
    return this.compare("lt", other, "less");
  }
  lessEqual(other: Operand): Tensor {
    return this.compare("le", other, "lessEqual");
  }
  greater(other: Operand): Tensor {
    return this.compare("gt", other, "greater");
  }
  greaterEqual(other: Operand): Tensor {
    return this.compare("ge", other, "greaterEqual");
  }
  neg(): Tensor {
    return this.#unary("neg");
  }
  abs(): Tensor {
    return this.#unary("abs");
  }
  sign(): Tensor {
    return this.#unary("sign");
  }
  exp(): Tensor {
    return this.#unary("exp");
  }
  log(): Tensor {
    return this.#unary("log");
  }
  sqrt(): Tensor {
    return this.#unary("sqrt");
  }
  rsqrt(): Tensor {
    return this.#unary("rsqrt");
  }
  reciprocal(): Tensor {
    return this.#unary("reciprocal");
  }
  sin(): Tensor {
    return this.#unary("sin");
  }
  cos(): Tensor {
    return this.#unary("cos");
  }
  tanh(): Tensor {
    return this.#unary("tanh");
  }
  sigmoid(): Tensor {
    return this.#unary("sigmoid");
  }
  relu(): Tensor {
    return this.#unary("relu");
  }
  gelu(): Tensor {
    return this.#unary("gelu");
  }
  silu(): Tensor {
    return this.#unary("silu");
  }
  logicalNot(): Tensor {
    return this.#unary("not");
  }

  select(whenTrue: Operand, whenFalse: Operand): Tensor {
    const dtype = [whenTrue, whenFalse].find(isTensor)?.dtype ?? "f32";
    const branches = [whenTrue, whenFalse].map((branch) =>
      typeof branch === "number" ? this.trace.constant(branch, dtype) : requireTensor("select", branch),
    );
    const tensors = [asTensor(this), ...branches];
    const shape = aboutOperands(tensors, () => {
      requireDType("select", this.type, ["bool"]);
      const common = tensors.reduce<Dims>((all, { shape }) => broadcastShapes("select", all, shape), []);
      const [left, right] = branches;
      if (left !== undefined && right !== undefined) requireSameDType("select", left.type, right.type);
      return common;
    });
    const aligned = tensors.map((tensor) => tensor.broadcastTo(shape));
    return emitOne(this.trace, "select", aligned, {});
  }

  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? asTensor(this) : this.#emit("cast", [], { dtype });
  }
  sum(options?: ReduceOptions): Tensor {
    return this.#reduce("sum", options);
  }
  max(options?: ReduceOptions): Tensor {
    return this.#reduce("max", options);
  }
  min(options?: ReduceOptions): Tensor {
    return this.#reduce("min", options);
  }
  prod(options?: ReduceOptions): Tensor {
    return this.#reduce("prod", options);
  }

  /** The sum times one over the count, which for a symbolic extent is computed from a tensor of ones. */
  mean(options: ReduceOptions = {}): Tensor {
    requireKnownOptions("mean", options, knownOfReductions);
    requireDType("mean", this.type, reducers.sum.dtypes);
    const extents = this.#axes("mean", options.axes).map((axis): Dim => this.shape[axis] ?? 1);
    const count = extents.reduce<Dim>(multiplyDims, 1);
    const sum = this.#reduce("sum", options);
    return sum.div(typeof count === "number" ? count : this.trace.constant(1, this.dtype, extents).sum());
  }

  softmax(axis = -1): Tensor {
    requireDType("softmax", this.type, ["f32", "f64"]);
    return this.#emit("softmax", [], { axis: this.#axis("softmax", axis) });
  }
  argmax(axis: number): Tensor {
    return this.#emit("argmax", [], { axis: this.#axis("argmax", axis) });
  }
  matmul(other: Tensor, options: MatmulOptions = {}): Tensor {
    requireKnownOptions("matmul", options, knownOfMatmul);
    return this.#emit("matmul", [requireTensor("matmul", other)], {
      transposeA: options.transposeA ?? false,
      transposeB: options.transposeB ?? false,
    });
  }
  reshape(shape: Dims): Tensor {
    const resolved = resolveReshape(this.shape, canonicalShape("reshape", shape));
    return sameShape(resolved, this.shape) ? asTensor(this) : this.#emit("reshape", [], { shape: resolved });
  }
  transpose(permutation: readonly number[]): Tensor {
    return this.#emit("transpose", [], { permutation: orderOfAxes(permutation, this.shape) });
  }
  broadcastTo(shape: Dims): Tensor {
    const canonical = canonicalShape("broadcast", shape);
    return sameShape(canonical, this.shape) ? asTensor(this) : this.#emit("broadcast", [], { shape: canonical });
  }

  sumTo(shape: Dims): Tensor {
    if (sameShape(shape, this.shape)) return asTensor(this);
    const added = this.shape.length - shape.length;
    const axes = this.shape.flatMap((extent, axis) =>
      axis < added || (shape[axis - added] === 1 && extent !== 1) ? [axis] : [],
    );
    return this.sum({ axes, keepDims: true }).reshape(shape);
  }

  slice(ranges: readonly SliceRange[]): Tensor {
    return this.#emit("slice", [], sliceBounds(ranges, this.shape));
  }
  pad(padding: readonly AxisPadding[], value = 0): Tensor {
    return this.#emit("pad", [], { ...paddingSides(padding, this.shape), value });
  }
  concat(others: readonly Tensor[], axis = 0): Tensor {
    const operands = others.map((other) => requireTensor("concat", other));
    return this.#emit("concat", operands, { axis: this.#axis("concat", axis) });
  }
  flip(axes: readonly number[]): Tensor {
    const named = requireAxisList("flip", axes, "[-1]");
    return this.#emit("flip", [], { axes: this.#axes("flip", named) });
  }
  gather(indices: Tensor, axis = 0): Tensor {
    return this.#emit("gather", [requireTensor("gather", indices)], { axis: this.#axis("gather", axis) });
  }
  scatterAdd(indices: Tensor, extent: Dim, axis = 0): Tensor {
    const rows = canonicalExtent("scatterAdd", extent);
    requireDType("scatterAdd", this.type, reducers.sum.dtypes);
    const at = normalizeAxis("scatterAdd", [...this.shape, 1], axis);
    const operands = [requireTensor("scatterAdd", indices), asTensor(this)];
    return emitOne(this.trace, "scatterAdd", operands, { axis: at, extent: rows });
  }
  oneHot(depth: Dim, dtype: DType = "f32"): Tensor {
    return this.#emit("oneHot", [], { depth: canonicalExtent("oneHot", depth), dtype });
  }
}

/** The tensor as users see it: its methods have static types, which the run time holds to (test/types/agreement). */
const asTensor = (tensor: TracedTensor): Tensor => tensor as unknown as Tensor;

/** Looks at operands before anything is described; a refusal says where each of them comes from. */
export const aboutOperands = <R>(operands: readonly (Tensor | undefined)[], check: () => R): R => {
  try {
    return check();
  } catch (error) {
    throw error instanceof WeftError ? locate(error, captureLocation(), originsOfTensors(operands)) : error;
  }
};

/** An operand that must be a tensor: W230 for anything else. */
const requireTensor = (op: string, operand: unknown): Tensor =>
  isTensor(operand) ? operand : reject("W230", { op, given: inWords(operand) });

publishMethods(TracedTensor.prototype);

const depthOf = ({ outer }: Trace): number => (outer === undefined ? 0 : 1 + depthOf(outer));

/** Where an op on these operands belongs: into the innermost of their graphs, which may use the tensors of those around it. */
const innermost = (trace: Trace, operands: readonly Tensor[]): Trace =>
  operands.reduce<Trace>(
    (inner, operand) =>
      operand instanceof TracedTensor && operand.trace !== inner && depthOf(operand.trace) > depthOf(inner)
        ? operand.trace
        : inner,
    trace,
  );

/** The innermost graph among those of some tensors. */
export const innermostTrace = (what: string, tensors: readonly Tensor[]): Trace => {
  const [first] = tensors;
  return first === undefined ? reject("W102", { what }) : innermost(traceOf(first, what), tensors);
};

/** Emits an op of any number of results into a trace, or into one within it to which an operand belongs. */
export const emitMany = (
  among: Trace,
  op: OpKind,
  operands: readonly Tensor[],
  attrs: Attributes,
): readonly Tensor[] => {
  const trace = innermost(among, operands);
  const location: Location = captureLocation();
  const ids = operands.map((operand) => {
    try {
      return trace.value(operand, typeof attrs["fn"] === "string" ? attrs["fn"] : op);
    } catch (error) {
      throw error instanceof WeftError ? locate(error, location, originsOfTensors(operands)) : error;
    }
  });
  return trace.builder.emit(op, ids, attrs, location).map((id) => asTensor(new TracedTensor(trace, id)));
};

/** Emits an op of one result into a trace. */
export const emitOne = (trace: Trace, op: OpKind, operands: readonly Tensor[], attrs: Attributes): Tensor => {
  const [result] = emitMany(trace, op, operands, attrs);
  if (result === undefined) throw weftError("W102", { what: op });
  return result;
};

/** Whether a value is a tensor of some graph under construction. */
export const isTensor = (value: unknown): value is Tensor => value instanceof TracedTensor;

/** The trace that a tensor belongs to. */
export const traceOf = (tensor: Tensor, what = "this operation"): Trace =>
  tensor instanceof TracedTensor ? tensor.trace : reject("W103", { what });

/** Applies a unary scalar function by name. */
export const applyUnary = (fn: UnaryFn, x: Tensor): Tensor => emitOne(traceOf(x, fn), "unary", [x], { fn });

/** Applies a binary scalar function, broadcasting its operands; `name` is what messages call it. */
export const applyBinary = (fn: BinaryFn, x: Tensor, y: Operand, name: string = fn): Tensor =>
  x instanceof TracedTensor ? x.binary(fn, y, name) : reject("W103", { what: name });

/** Compares, broadcasting the operands; `name` is what messages call the comparison. */
export const applyCompare = (fn: CompareFn, x: Tensor, y: Operand, name: string = fn): Tensor =>
  x instanceof TracedTensor ? x.compare(fn, y, name) : reject("W103", { what: name });

/**
 * Tensors over a builder: what is done to them is added to its graph.
 *
 * @throws W103 tensors of another graph, when they are used.
 * @example
 * exp(traceOver(graphBuilder()).input("x", { dtype: "f32", shape: ["B", 4] })).shape; // ["B", 4]
 */
export const traceOver = (builder: GraphBuilder, enclosure?: Enclosure): Trace => {
  const trace: Trace = {
    builder,
    ...(enclosure?.outer === undefined ? {} : { outer: enclosure.outer }),
    emit: <A, In extends Arity, Out extends Arity>(
      op: OpDefinition<A, In, Out>,
      operands: Tuple<Tensor, In>,
      attrs: A,
    ): Tuple<Tensor, Out> =>
      // The definition's own types say what goes in and comes out; the builder works on kinds and plain lists.
      emitMany(trace, op.kind as OpKind, operands as readonly Tensor[], attrs as Attributes) as Tuple<Tensor, Out>,
    constant: (value, dtype, shape = []) => trace.tensor(builder.constant(value, dtype, shape)),
    input: (name, type) => trace.tensor(builder.input(name, canonicalType(`input ${name}`, type), captureLocation())),
    parameter: (name, type) =>
      trace.tensor(builder.parameter(name, canonicalType(`parameter ${name}`, type), captureLocation())),
    data: (dtype, shape, data) => trace.tensor(builder.data(dtype, shape, data, captureLocation())),
    tensor: (value) => asTensor(new TracedTensor(trace, value)),
    value: (tensor, what = "this operation") => {
      if (tensor instanceof TracedTensor && tensor.trace.builder === builder) return tensor.id;
      const other = requireTensor(what, tensor);
      return enclosure?.capture(other, what) ?? reject("W103", { what });
    },
  };
  return trace;
};
