// The tensor that users hold: a value of a graph under construction, with the methods of `Tensor`. It inserts the
// broadcasts and constants that users leave out, turns negative axes into positive ones, and remembers where in the
// user's program each op was written.
import { locate, reject, WeftError, weftError } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { captureLocation, type Location } from "../diagnostics/location.ts";
import type { Attributes } from "../ops/attributes.ts";
import type { OpKind } from "../ops/index.ts";
import type { Arity, OpDefinition, Tuple } from "../ops/op.ts";
import { normalizeAxes, normalizeAxis } from "../ops/typing.ts";
import type { BinaryFn } from "../scalar/binary.ts";
import type { CompareFn } from "../scalar/compare.ts";
import type { ReduceFn } from "../scalar/reducer.ts";
import type { UnaryFn } from "../scalar/unary.ts";
import { type Dim, multiplyDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import { broadcastShapes, resolveReshape } from "../types/shape.ts";
import type { Dims, MatmulOptions, Operand, PadAxis, ReduceOptions, SliceAxis, Tensor } from "../types/tensor.ts";
import { sameShape, type TensorType, tensorType } from "../types/tensor-type.ts";
import type { GraphBuilder } from "./builder.ts";
import { canonicalExtent, canonicalShape } from "./canonical-shape.ts";
import type { ValueId } from "./graph.ts";
import type { Trace } from "./trace.ts";

class TracedTensor implements Tensor {
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
  #emit(op: OpKind, operands: readonly Tensor[], attrs: Attributes = {}): Tensor {
    return emitOne(this.trace, op, operands, attrs);
  }

  /** A number takes this tensor's dtype and shape. */
  #operand(what: string, other: Operand, like: Tensor = this): Tensor {
    return typeof other === "number" ? this.trace.constant(other, like.dtype, like.shape) : requireTensor(what, other);
  }

  #binary(fn: BinaryFn, other: Operand): Tensor {
    const [left, right] = this.#aligned(fn, this.#operand(fn, other));
    return this.#emit("binary", [left, right], { fn });
  }

  #compare(fn: CompareFn, other: Operand): Tensor {
    const [left, right] = this.#aligned(fn, this.#operand(fn, other));
    return this.#emit("compare", [left, right], { fn });
  }

  #aligned(what: string, other: Tensor): readonly [Tensor, Tensor] {
    if (sameShape(this.shape, other.shape)) return [this, other];
    const shape = broadcastShapes(what, this.shape, other.shape);
    return [this.broadcastTo(shape), other.broadcastTo(shape)];
  }

  #unary(fn: UnaryFn): Tensor {
    return this.#emit("unary", [this], { fn });
  }

  #reduce(fn: ReduceFn, options: ReduceOptions = {}): Tensor {
    const axes =
      options.axes === undefined ? this.shape.map((_, axis) => axis) : normalizeAxes(fn, this.shape, options.axes);
    return this.#emit("reduce", [this], { fn, axes, keepDims: options.keepDims ?? false });
  }

  unary(fn: UnaryFn): Tensor {
    return this.#unary(fn);
  }
  binary(fn: BinaryFn, other: Operand): Tensor {
    return this.#binary(fn, other);
  }
  compare(fn: CompareFn, other: Operand): Tensor {
    return this.#compare(fn, other);
  }
  add(other: Operand): Tensor {
    return this.#binary("add", other);
  }
  sub(other: Operand): Tensor {
    return this.#binary("sub", other);
  }
  mul(other: Operand): Tensor {
    return this.#binary("mul", other);
  }
  div(other: Operand): Tensor {
    return this.#binary("div", other);
  }
  pow(other: Operand): Tensor {
    return this.#binary("pow", other);
  }
  maximum(other: Operand): Tensor {
    return this.#binary("max", other);
  }
  minimum(other: Operand): Tensor {
    return this.#binary("min", other);
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
  equal(other: Operand): Tensor {
    return this.#compare("eq", other);
  }
  less(other: Operand): Tensor {
    return this.#compare("lt", other);
  }
  lessEqual(other: Operand): Tensor {
    return this.#compare("le", other);
  }
  greater(other: Operand): Tensor {
    return this.#compare("gt", other);
  }
  greaterEqual(other: Operand): Tensor {
    return this.#compare("ge", other);
  }
  logicalAnd(other: Tensor): Tensor {
    return this.#binary("and", other);
  }
  logicalNot(): Tensor {
    return this.#unary("not");
  }

  select(whenTrue: Operand, whenFalse: Operand): Tensor {
    const dtype =
      typeof whenTrue !== "number" ? whenTrue.dtype : typeof whenFalse !== "number" ? whenFalse.dtype : "f32";
    const branches = [whenTrue, whenFalse].map((branch) =>
      typeof branch === "number" ? this.trace.constant(branch, dtype) : branch,
    );
    const shape = branches.reduce((common, { shape }) => broadcastShapes("select", common, shape), this.shape);
    return this.#emit(
      "select",
      [this, ...branches].map((tensor) => tensor.broadcastTo(shape)),
    );
  }

  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : this.#emit("cast", [this], { dtype });
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
    const axes =
      options.axes === undefined ? this.shape.map((_, axis) => axis) : normalizeAxes("mean", this.shape, options.axes);
    const count = axes.reduce<Dim>((product, axis) => multiplyDims(product, this.shape[axis] ?? 1), 1);
    const sum = this.#reduce("sum", options);
    if (typeof count === "number") return sum.div(count);
    const ones = this.trace.constant(
      1,
      this.dtype,
      axes.map((axis) => this.shape[axis] ?? 1),
    );
    return sum.div(ones.sum());
  }

  argmax(axis: number): Tensor {
    return this.#emit("argmax", [this], { axis: normalizeAxis("argmax", this.shape, axis) });
  }
  matmul(other: Tensor, options: MatmulOptions = {}): Tensor {
    return this.#emit("matmul", [this, other], {
      transposeA: options.transposeA ?? false,
      transposeB: options.transposeB ?? false,
    });
  }
  reshape(shape: Dims): Tensor {
    const resolved = resolveReshape(this.shape, canonicalShape("reshape", shape));
    return sameShape(resolved, this.shape) ? this : this.#emit("reshape", [this], { shape: resolved });
  }
  transpose(permutation: readonly number[]): Tensor {
    return this.#emit("transpose", [this], {
      permutation: permutation.map((axis) => (axis < 0 ? axis + this.shape.length : axis)),
    });
  }
  broadcastTo(shape: Dims): Tensor {
    const canonical = canonicalShape("broadcast", shape);
    return sameShape(canonical, this.shape) ? this : this.#emit("broadcast", [this], { shape: canonical });
  }

  sumTo(shape: Dims): Tensor {
    if (sameShape(shape, this.shape)) return this;
    const added = this.shape.length - shape.length;
    const axes = this.shape.flatMap((extent, axis) =>
      axis < added || (shape[axis - added] === 1 && extent !== 1) ? [axis] : [],
    );
    return this.sum({ axes, keepDims: true }).reshape(shape);
  }

  slice(ranges: readonly SliceAxis[]): Tensor {
    return this.#emit("slice", [this], {
      starts: canonicalShape(
        "slice",
        ranges.map(({ start }) => start),
      ),
      ends: canonicalShape(
        "slice",
        ranges.map(({ end }) => end),
      ),
      steps: ranges.map(({ step }) => step),
    });
  }
  pad(padding: readonly PadAxis[], value = 0): Tensor {
    return this.#emit("pad", [this], {
      low: padding.map(({ low }) => low),
      high: padding.map(({ high }) => high),
      interior: padding.map(({ interior }) => interior),
      value,
    });
  }
  concat(others: readonly Tensor[], axis: number): Tensor {
    return this.#emit("concat", [this, ...others], { axis: normalizeAxis("concat", this.shape, axis) });
  }
  flip(axes: readonly number[]): Tensor {
    return this.#emit("flip", [this], { axes: normalizeAxes("flip", this.shape, axes) });
  }
  gather(indices: Tensor, axis = 0): Tensor {
    return this.#emit("gather", [this, indices], { axis: normalizeAxis("gather", this.shape, axis) });
  }
  scatterAdd(indices: Tensor, extent: Dim, axis = 0): Tensor {
    return this.#emit("scatterAdd", [indices, this], { axis, extent: canonicalExtent("scatterAdd", extent) });
  }
  oneHot(depth: Dim, dtype: DType = "f32"): Tensor {
    return this.#emit("oneHot", [this], { depth: canonicalExtent("oneHot", depth), dtype });
  }
}

/** An operand that must be a tensor: W230 for anything else. */
const requireTensor = (op: string, operand: unknown): Tensor =>
  isTensor(operand) ? operand : reject("W230", { op, given: inWords(operand) }, { location: captureLocation() });

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
      throw error instanceof WeftError ? locate(error, location) : error;
    }
  });
  return trace.builder.emit(op, ids, attrs, location).map((id) => new TracedTensor(trace, id));
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

/** Applies a binary scalar function by name, broadcasting its operands. */
export const applyBinary = (fn: BinaryFn, x: Tensor, y: Operand): Tensor =>
  x instanceof TracedTensor ? x.binary(fn, y) : reject("W103", { what: fn });

/** Compares by name, broadcasting the operands. */
export const applyCompare = (fn: CompareFn, x: Tensor, y: Operand): Tensor =>
  x instanceof TracedTensor ? x.compare(fn, y) : reject("W103", { what: fn });

/** The graph around a graph under construction, and what becomes of a tensor of it that is used within. */
export interface Enclosure {
  /** The graph around this one. */
  readonly outer?: Trace | undefined;
  /** Makes a tensor of the outer graph usable here. */
  readonly capture: (tensor: Tensor, what: string) => ValueId;
}

/**
 * Tensors over a builder: what is done to them is added to its graph.
 *
 * @throws W103 tensors of another graph, when they are used.
 * @example
 * const trace = traceOver(graphBuilder());
 * const x = trace.input("x", { dtype: "f32", shape: ["B", 4] });
 * exp(x).shape; // ["B", 4]
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
    tensor: (value) => new TracedTensor(trace, value),
    value: (tensor, what = "this operation") =>
      tensor instanceof TracedTensor && tensor.trace.builder === builder
        ? tensor.id
        : (enclosure?.capture(tensor, what) ?? reject("W103", { what })),
  };
  return trace;
};

const canonicalType = (what: string, { dtype, shape }: TensorType): TensorType =>
  tensorType(dtype, canonicalShape(what, shape));
