// The functions whose accuracy is measured.
import { binary } from "../../src/ir/scalar/binary.ts";
import type { BinaryFunction, UnaryFunction } from "../../src/ir/scalar/function.ts";
import { unary } from "../../src/ir/scalar/unary.ts";

/** A function of f32 numbers by name, and how many it takes. */
export type Subject =
  | { readonly name: string; readonly arity: 1; readonly row: UnaryFunction }
  | { readonly name: string; readonly arity: 2; readonly row: BinaryFunction };

const onFloats = ({ row }: Subject): boolean => row.dtypes.includes("f32");

/** Every function of f32 numbers. */
export const subjects: readonly Subject[] = [
  ...Object.entries(unary).map(([name, row]): Subject => ({ name, arity: 1, row })),
  ...Object.entries(binary).map(([name, row]): Subject => ({ name, arity: 2, row })),
].filter(onFloats);
