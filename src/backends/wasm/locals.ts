// Hands out the locals of a function: variables of the kernel under their own names, and temporaries.
import type { LoopType } from "../../ir/loop/expr.ts";
import type { Local, ValueType } from "./instruction.ts";

/** The WebAssembly type that holds a loop value; bools are 0 or 1, vector masks all ones or all zeros. */
export const valueTypeOf: { readonly [T in LoopType]: ValueType } = {
  f32: "f32",
  f64: "f64",
  i32: "i32",
  bool: "i32",
  f32x4: "v128",
  i32x4: "v128",
  boolx4: "v128",
};

/** Makes each name one that text and name section can hold, and different from all it gave before. */
export const uniqueNames = (): ((wanted: string) => string) => {
  const counts = new Map<string, number>();
  return (wanted) => {
    const base = wanted.replace(/[^A-Za-z0-9_]/g, "_").slice(0, 60) || "_";
    let name = base;
    while (counts.has(name)) {
      const count = (counts.get(base) ?? 0) + 1;
      counts.set(base, count);
      name = `${base}_${count}`;
    }
    counts.set(name, 0);
    return name;
  };
};

/** The parameters and locals of one function under construction. */
export interface Locals {
  readonly parameters: readonly Local[];
  readonly locals: readonly Local[];
  /** A new local; its index counts the parameters too. */
  readonly declare: (type: ValueType, name: string) => number;
}

/** Locals of a function with the given parameters. */
export const newLocals = (given: readonly Local[]): Locals => {
  const unique = uniqueNames();
  const parameters = given.map(({ name, type }): Local => ({ name: unique(name), type }));
  const locals: Local[] = [];
  return {
    parameters,
    locals,
    declare: (type, name) => parameters.length + locals.push({ name: unique(name), type }) - 1,
  };
};
