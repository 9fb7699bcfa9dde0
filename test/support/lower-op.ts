// Lowers one use of one op on its own, without passes, fusion or a planner, and runs the kernels in the interpreter of the
// loop IR. Also checks what a kernel owes its consumers: `finish` is called for each element of the result exactly once.
import { invariant } from "../../src/ir/diagnostics/invariant.ts";
import { add, type BlockBuilder, buildBody, flatten, i32, load, loadType } from "../../src/ir/loop/build.ts";
import type { Expr } from "../../src/ir/loop/expr.ts";
import { interpretKernel } from "../../src/ir/loop/interpret.ts";
import type { KernelParameter, Numerics } from "../../src/ir/loop/kernel.ts";
import type { Stmt } from "../../src/ir/loop/stmt.ts";
import { type AnyOp, type OpKind, opOf } from "../../src/ir/ops/index.ts";
import { loopNest } from "../../src/ir/ops/loop-nest.ts";
import type { ElementReader, KernelContext, LoweringContext, Span } from "../../src/ir/ops/op.ts";
import { type DataArray, type DType, dtypes, isFloat } from "../../src/ir/types/dtype.ts";
import { type KnownType, type NdArray, sizeOf } from "../../src/ir/types/ndarray.ts";
import { knownShape } from "../../src/ir/types/shape.ts";
import { bodyReaders } from "../../src/passes/lowering/element-readers.ts";

/** A buffer with its contents. */
interface Place {
  readonly parameter: KernelParameter;
  readonly data: DataArray;
}

const place = (name: string, dtype: DType, length: number, access: KernelParameter["access"]): Place => ({
  parameter: { name, dtype, length, access },
  data: dtypes[dtype].allocate(length),
});

/** A buffer that holds nothing yet: whoever reads it before it is written gets numbers that show. */
const emptyPlace = (name: string, dtype: DType, length: number): Place => {
  const empty = place(name, dtype, length, "update");
  empty.data.fill(isFloat(dtype) ? Number.NaN : 0x5b);
  return empty;
};

const readerOf = (name: string, { dtype, shape }: KnownType): ElementReader => {
  return (_, index) => load(loadType(dtype), name, flatten(index, shape));
};

const run = (name: string, bodies: readonly (readonly Stmt[])[], places: readonly Place[]): void => {
  const parameters = places.map(({ parameter }) => parameter);
  for (const body of bodies)
    interpretKernel(
      { name, parameters, body, inPlace: [] },
      places.map(({ data }) => data),
    );
};

type AnyContext = LoweringContext<object, "many", "many">;

const contextOf = (kind: OpKind, operandTypes: readonly KnownType[], attrs: object): AnyContext => ({
  attrs,
  operandTypes,
  resultTypes: opOf(kind)
    .infer(operandTypes, attrs)
    .map(({ dtype, shape }) => ({ dtype, shape: knownShape(shape) })),
  operands: operandTypes.map((type, at) => readerOf(`operand${at}`, type)),
  // Operands are arrays, which one loop may go over as a whole.
  joints: (at: number): readonly boolean[] => (operandTypes[at]?.shape ?? []).map((_, axis) => axis > 0),
});

/** Runs the lowering of an op on arrays; the results hold what the compiled program would store. */
export const runLowered = (
  kind: OpKind,
  operands: readonly NdArray[],
  attrs: object,
  numerics: Numerics = "exact",
): readonly NdArray[] => {
  const op = opOf(kind);
  const context = contextOf(kind, operands, attrs);
  const inputs = operands.map(({ dtype, shape, data }, at) => {
    const input = place(`operand${at}`, dtype, sizeOf(shape), "read");
    input.data.set(data);
    return input;
  });
  const outputs = context.resultTypes.map(({ dtype, shape }, at) => emptyPlace(`result${at}`, dtype, sizeOf(shape)));
  runLowering(op, context, [...inputs, ...outputs], numerics);
  return context.resultTypes.map((type, at) => ({ ...type, data: Float64Array.from(outputs[at]?.data ?? []) }));
};

const runLowering = (
  { kind, lower }: AnyOp,
  context: AnyContext,
  places: readonly Place[],
  numerics: Numerics,
): void => {
  const [result] = context.resultTypes;
  invariant(result !== undefined, "an op with a result");
  switch (lower.by) {
    case "element":
      return run(kind, [elementBody(result, (body, index) => lower.element(context, body, index))], places);
    case "alias": {
      const read = readerOf("operand0", result);
      return run(kind, [elementBody(result, read)], places);
    }
    case "kernel": {
      const { kernels, scratches, finished } = kernelBodies(lower.build, context, result, numerics);
      run(
        kind,
        kernels.map(({ body }) => body),
        [...places, ...scratches, finished],
      );
      // Nothing follows an op of several results.
      invariant(
        context.resultTypes.length > 1 || finished.data.every((count) => count === 1),
        `${kind}: each element is finished once`,
      );
      return;
    }
    default:
      invariant(false, `${kind} lowers by ${lower.by}`);
  }
};

const elementBody = (result: KnownType, element: ElementReader): readonly Stmt[] =>
  buildBody((body) =>
    loopNest(body, result.shape, (block, index) =>
      block.store("result0", flatten(index, result.shape), element(block, index)),
    ),
  );

const refused = (what: string): never => {
  throw new Error(`only ${what}`);
};

/** A kernel that an op builds, by its name. */
export interface BuiltKernel {
  readonly name: string;
  readonly body: readonly Stmt[];
}

interface KernelBodies {
  readonly kernels: readonly BuiltKernel[];
  readonly scratches: readonly Place[];
  /** How often each element of the result was finished. */
  readonly finished: Place;
}

/** Counts how often each element is finished. */
const countFinished = ({ shape }: KnownType): KernelContext<object, "many", "many">["finish"] => {
  const count = (body: BlockBuilder, region: readonly Span[], at: readonly Expr[]): void => {
    const span = region[at.length];
    if (span !== undefined)
      return body.loop(span.extent, (index, inner) => count(inner, region, [...at, add(span.from, index)]));
    const position = body.name(flatten(at, shape));
    body.store("finished", position, add(load("i32", "finished", position), 1));
  };
  return (body, region) => count(body, region, []);
};

/** How kernels are built, where not as usual. */
interface Built {
  readonly finish?: KernelContext<object, "many", "many">["finish"];
  /** Results that nobody reads. */
  readonly unread?: readonly number[];
}

const kernelBodies = (
  build: (context: KernelContext<object, "many", "many">) => void,
  context: AnyContext,
  result: KnownType,
  numerics: Numerics,
  { finish = countFinished(result), unread = [] }: Built = {},
): KernelBodies => {
  const kernels: BuiltKernel[] = [];
  const scratches: Place[] = [];
  build({
    ...context,
    kernel: (name, fill) => kernels.push({ name, body: buildBody(fill) }),
    operandBuffer: (operand) => `operand${operand}`,
    resultBuffer: (at = 0) => `result${at}`,
    isWanted: (at) => !unread.includes(at),
    bodyElements: (body, inputs) =>
      bodyReaders({ constant: () => refused("a body without dense constants") }, body, inputs),
    numerics,
    scratch: (dtype, length, hint) => {
      const scratch = emptyPlace(`${hint}Scratch${scratches.length}`, dtype, length);
      scratches.push(scratch);
      return scratch.parameter.name;
    },
    finish,
  });
  return { kernels, scratches, finished: place("finished", "i32", sizeOf(result.shape), "update") };
};

/** The kernels that an op builds for operands of these types, and the temporaries that they share. */
export const builtKernels = (
  kind: OpKind,
  operandTypes: readonly KnownType[],
  attrs: object,
  numerics: Numerics,
  unread: readonly number[] = [],
): { readonly kernels: readonly BuiltKernel[]; readonly scratches: readonly KernelParameter[] } => {
  const { lower } = opOf(kind);
  const context = contextOf(kind, operandTypes, attrs);
  const [result] = context.resultTypes;
  invariant(lower.by === "kernel" && result !== undefined, `${kind} builds kernels`);
  const finish = (body: BlockBuilder): void => body.store("finished", 0, i32(1));
  const { kernels, scratches } = kernelBodies(lower.build, context, result, numerics, { finish, unread });
  return { kernels, scratches: scratches.map(({ parameter }) => parameter) };
};

/**
 * The loops over the result of an op that is said element by element; `apart`: its operands are read from where no axis goes on as the one
 * before it does.
 */
export const builtElements = (
  kind: OpKind,
  operandTypes: readonly KnownType[],
  attrs: object,
  apart = false,
): readonly Stmt[] => {
  const { lower } = opOf(kind);
  const usual = contextOf(kind, operandTypes, attrs);
  const context = apart ? { ...usual, joints: () => [] } : usual;
  const [result] = context.resultTypes;
  invariant(lower.by === "element" && result !== undefined, `${kind} is said element by element`);
  return elementBody(result, (body, index) => lower.element(context, body, index));
};
