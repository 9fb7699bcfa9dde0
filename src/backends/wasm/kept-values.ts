// Values that are computed once per block: the first use computes and keeps them in a local, later uses read it.
import { type Instruction, localGet, localTee } from "./instruction.ts";
import type { Locals } from "./locals.ts";

/** The kept values of the blocks around the place that is being emitted. */
export interface KeptValues {
  /** The value with this key, which `compute` gives where no enclosing block has it yet. */
  readonly keep: (key: string, name: string, compute: () => Instruction) => Instruction;
  /** Runs `emit` for a block of statements: what is kept inside is not known outside. */
  readonly scope: <T>(emit: () => T) => T;
}

export const newKeptValues = (locals: Locals): KeptValues => {
  const blocks = [new Map<string, number>()];
  return {
    keep: (key, name, compute) => {
      const known = blocks.findLast((block) => block.has(key))?.get(key);
      if (known !== undefined) return localGet(known);
      const value = compute();
      const local = locals.declare("i32", name);
      blocks.at(-1)?.set(key, local);
      return localTee(local, value);
    },
    scope: (emit) => {
      blocks.push(new Map<string, number>());
      const result = emit();
      blocks.pop();
      return result;
    },
  };
};
