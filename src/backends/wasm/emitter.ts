// What the parts of the emitter share while they work on one kernel. Expressions of scalars contain vectors and the other
// way round, so the parts do not import each other: they meet in `Emitter.expression`.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { DType } from "../../ir/types/dtype.ts";
import type { Addressing } from "./addressing.ts";
import { type Instruction, localGet, localTee, type ValueType } from "./instruction.ts";
import type { KernelFacts, Loop } from "./kernel-facts.ts";
import type { Locals } from "./locals.ts";
import type { VectorConstants } from "./vector-constants.ts";

/** The state of one function under construction. */
export interface Emitter {
  readonly facts: KernelFacts;
  readonly locals: Locals;
  readonly addressing: Addressing;
  readonly constants: VectorConstants;
  readonly dtypeOf: (buffer: string) => DType;
  /** The local that holds a variable of the kernel. */
  readonly localOf: (name: string) => number;
  readonly expression: (expr: Expr) => Instruction;
  /** The call of a loop that is a function of its own. */
  readonly callOf: (loop: Loop, emitter: Emitter) => Instruction | undefined;
}

/** A value that is used twice: what computes it, and what reads it again. */
export interface Shared {
  readonly first: Instruction;
  readonly again: Instruction;
}

/** Makes a value readable twice; constants and locals are so already. */
export const share = ({ locals }: Emitter, value: Instruction, type: ValueType): Shared => {
  if (value.kind === "const" || value.kind === "vectorConst") return { first: value, again: value };
  if (value.kind === "local" && value.op === "local.get") return { first: value, again: value };
  const local = locals.declare(type, "t");
  return { first: localTee(local, value), again: localGet(local) };
};

/** The expression itself, or what a never-assigned variable stands for. */
export const definitionOf = ({ facts }: Emitter, expr: Expr): Expr =>
  expr.kind === "var" ? (facts.variables.get(expr.name)?.value ?? expr) : expr;

/** The number that all lanes of the vector are known to hold. */
export const constantLanes = (emitter: Emitter, expr: Expr): number | undefined => {
  const definition = definitionOf(emitter, expr);
  return definition.kind === "splat" && definition.operand.kind === "const" ? definition.operand.value : undefined;
};

/** The instruction of a table, which the loop IR's typing rules promise to exist. */
export const required = <T>(op: T | undefined, what: () => string): T => {
  invariant(op !== undefined, () => `${what()} has no instruction`);
  return op;
};
