// Reductions of a chunk: `acc = fn(acc, value)` over the values of all its iterations, in order.
import type { LoopBinary } from "../../ir/loop/expr.ts";
import { isVector } from "../../ir/loop/expr.ts";
import type { Fold } from "./chunk-plan.ts";
import { compileExpression } from "./compile-expression.ts";
import { foldRow } from "./row-of.ts";
import { multiplyAdd } from "./rows/fold.ts";
import type { Floats } from "./rows/row.ts";
import type { Scope } from "./scope.ts";
import { storageOf, type Value } from "./value.ts";

const emitFold = ({ code, extent }: Scope, fn: LoopBinary, acc: Value, value: Value): void => {
  const row = foldRow(fn, acc.type);
  code.push(() =>
    row(extent.count, acc.array, acc.delta, value.array, value.cursor.offset + value.delta, value.step, value.laneStep),
  );
};

/** Values may stay where they are: a matrix product reads its operands straight from memory. */
const emitMultiplyAdd = ({ code, extent }: Scope, acc: Value, a: Value, b: Value): void => {
  const row = isVector(acc.type) ? multiplyAdd.vector : multiplyAdd.scalar;
  // The type is f32 or f32x4.
  const [sums, left, right] = [acc.array, a.array, b.array] as [Floats, Floats, Floats];
  code.push(() =>
    row(
      extent.count,
      sums,
      acc.delta,
      left,
      a.cursor.offset + a.delta,
      a.step,
      a.laneStep,
      right,
      b.cursor.offset + b.delta,
      b.step,
      b.laneStep,
    ),
  );
};

/** Adds the step that folds the values of a chunk into a fixed register. */
export const compileFold = ({ fn, value }: Fold, acc: Value, scope: Scope): void => {
  const { release } = scope.kernel.registers;
  if (fn === "add" && storageOf(acc.type) === "f32" && value.kind === "binary" && value.fn === "mul") {
    const a = compileExpression(value.left, scope);
    const b = compileExpression(value.right, scope);
    emitMultiplyAdd(scope, acc, a, b);
    release(a);
    release(b);
    return;
  }
  const folded = compileExpression(value, scope);
  emitFold(scope, fn, acc, folded);
  release(folded);
};
