// Lowers one use of one op on its own, without passes, fusion or a planner, and runs the kernels in the interpreter of the
// loop IR. Also checks what a kernel owes its consumers: `finish` is called for each element of the result exactly once.
import { invariant } from "../../src/ir/diagnostics/invariant.ts";
import { add, type BlockBuilder, buildBody, flatten, load, loadType } from "../../src/ir/loop/build.ts";
import type { Expr } from "../../src/ir/loop/expr.ts";
import { interpretKernel } from "../../src/ir/loop/interpret.ts";
import type { KernelParameter } from "../../src/ir/loop/kernel.ts";
import type { Stmt } from "../../src/ir/loop/stmt.ts";
import { type AnyOp, type OpKind, opOf } from "../../src/ir/ops/index.ts";
import { loopNest } from "../../src/ir/ops/loop-nest.ts";
import type { ElementReader, KernelContext, LoweringContext, Span } from "../../src/ir/ops/op.ts";
import { type DataArray, type DType, dtypes } from "../../src/ir/types/dtype.ts";
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

/** Runs the lowering of an op on arrays; the results hold what the compiled program would store. */
export const runLowered = (kind: OpKind, operands: readonly NdArray[], attrs: object): readonly NdArray[] => {
  const op = opOf(kind);
  const resultTypes = op.infer(operands, attrs).map(({ dtype, shape }) => ({ dtype, shape: knownShape(shape) }));
  const inputs = operands.map(({ dtype, shape, data }, at) => {
    const input = place(`operand${at}`, dtype, sizeOf(shape), "read");
    input.data.set(data);
    return input;
  });
  const outputs = resultTypes.map(({ dtype, shape }, at) => place(`result${at}`, dtype, sizeOf(shape), "update"));
  const readers = operands.map((type, at) => readerOf(`operand${at}`, type));
  // Operands are arrays, which one loop may go over as a whole.
  const joints = (at: number): readonly boolean[] => (operands[at]?.shape ?? []).map((_, axis) => axis > 0);
  const context = { attrs, operandTypes: operands, resultTypes, operands: readers, joints };
  runLowering(op, context, [...inputs, ...outputs]);
  return resultTypes.map((type, at) => ({ ...type, data: Float64Array.from(outputs[at]?.data ?? []) }));
};

const runLowering = ({ kind, lower }: AnyOp, context: AnyContext, places: readonly Place[]): void => {
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
      const { bodies, scratches, finished } = kernelBodies(lower.build, context, result);
      run(kind, bodies, [...places, ...scratches, finished]);
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

interface KernelBodies {
  readonly bodies: readonly (readonly Stmt[])[];
  readonly scratches: readonly Place[];
  /** How often each element of the result was finished. */
  readonly finished: Place;
}

const kernelBodies = (
  build: (context: KernelContext<object, "many", "many">) => void,
  context: AnyContext,
  result: KnownType,
): KernelBodies => {
  const bodies: (readonly Stmt[])[] = [];
  const scratches: Place[] = [];
  const finish = (body: BlockBuilder, region: readonly Span[], at: readonly Expr[] = []): void => {
    const span = region[at.length];
    if (span !== undefined)
      return body.loop(span.extent, (index, inner) => finish(inner, region, [...at, add(span.from, index)]));
    const position = body.name(flatten(at, result.shape));
    body.store("finished", position, add(load("i32", "finished", position), 1));
  };
  build({
    ...context,
    kernel: (_, fill) => bodies.push(buildBody(fill)),
    operandBuffer: (operand) => `operand${operand}`,
    resultBuffer: (at = 0) => `result${at}`,
    isWanted: () => true,
    bodyElements: (body, inputs) =>
      bodyReaders({ constant: () => refused("a body without dense constants") }, body, inputs),
    scratch: (dtype, length, hint) => {
      const scratch = place(`${hint}Scratch${scratches.length}`, dtype, length, "update");
      scratches.push(scratch);
      return scratch.parameter.name;
    },
    finish,
  });
  return { bodies, scratches, finished: place("finished", "i32", sizeOf(result.shape), "update") };
};
