// v128 constants. V8 since version 13 rebuilds a constant with three instructions at each use, so those used in loops are
// loaded into locals at the start of the function. Zero is one cheap instruction and stays where it is.
import { type Instruction, type Lanes, localGet, localSet, plain } from "./instruction.ts";
import type { Locals } from "./locals.ts";

/** A constant outside loops: from one number, where all lanes hold it, which takes seven bytes instead of eighteen. */
const splatted = (shape: "i32x4" | "f32x4", lanes: Lanes): Instruction => {
  const [value] = lanes;
  return lanes.every((lane) => Object.is(lane, value))
    ? plain(`${shape}.splat`, { kind: "const", type: shape === "f32x4" ? "f32" : "i32", value })
    : { kind: "vectorConst", shape, lanes };
};

/** The v128 constants of one function. */
export interface VectorConstants {
  readonly use: (shape: "i32x4" | "f32x4", lanes: Lanes) => Instruction;
  /** Runs `emit` for the body of a loop. */
  readonly inLoop: <T>(emit: () => T) => T;
  /** Instructions for the start of the function. */
  readonly prologue: readonly Instruction[];
}

export const newVectorConstants = (locals: Locals): VectorConstants => {
  const prologue: Instruction[] = [];
  const hoisted = new Map<string, number>();
  let depth = 0;
  return {
    prologue,
    use: (shape, lanes) => {
      if (lanes.every((value) => Object.is(value, 0))) return { kind: "vectorConst", shape, lanes };
      // Zeros that got here are -0, so the text tells all constants apart.
      const key = `${shape} ${lanes.join(" ")}`;
      let local = hoisted.get(key);
      if (local === undefined && depth === 0) return splatted(shape, lanes);
      if (local === undefined) {
        local = locals.declare("v128", "constant");
        hoisted.set(key, local);
        prologue.push(localSet(local, splatted(shape, lanes)));
      }
      return localGet(local);
    },
    inLoop: (emit) => {
      depth += 1;
      const result = emit();
      depth -= 1;
      return result;
    },
  };
};
