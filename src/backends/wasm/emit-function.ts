// Statements of a kernel to one function: the whole kernel, or a loop of it that is called. Its parameters are the byte
// offsets of buffers in memory, and variables of the kernel around it; its locals are the variables that it defines itself.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Kernel, KernelParameter, Numerics } from "../../ir/loop/kernel.ts";
import { declaredNames } from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import type { BufferBase } from "./access.ts";
import { newAddressing } from "./addressing.ts";
import { contractProducts } from "./contract-products.ts";
import type { Emitter } from "./emitter.ts";
import { emitExpression } from "./expressions.ts";
import { forwardValues } from "./forward-values.ts";
import { type Local, localSet, type ValueType, type WasmFunction } from "./instruction.ts";
import type { KernelFacts } from "./kernel-facts.ts";
import { newLocals, valueTypeOf } from "./locals.ts";
import { removeUnread } from "./remove-unread.ts";
import { shareLocals } from "./share-locals.ts";
import { emitStatements } from "./statements.ts";
import { takeTurns } from "./take-turns.ts";
import { unrollProducts } from "./unroll-products.ts";
import { newVectorConstants } from "./vector-constants.ts";

/** What a function does, and what it is given. */
export interface FunctionParts {
  readonly body: readonly Stmt[];
  readonly buffers: readonly KernelParameter[];
  /** Variables from outside that are parameters. */
  readonly variables: readonly string[];
  /** Variables from outside that hold constants: the function computes them again. */
  readonly constants: readonly string[];
  readonly callOf: Emitter["callOf"];
  readonly numerics: Numerics;
}

/** Emits statements of a kernel as a function. */
export const emitFunction = (
  kernel: Kernel,
  facts: KernelFacts,
  { body, buffers, variables, constants, callOf, numerics }: FunctionParts,
): Pick<WasmFunction, "parameters" | "locals" | "body"> => {
  const typeOf = (variable: string): ValueType => {
    const known = facts.variables.get(variable);
    invariant(known !== undefined, () => `kernel ${kernel.name} uses ${variable} without defining it`);
    return valueTypeOf[known.type];
  };
  const locals = newLocals([
    ...buffers.map(({ name }): Local => ({ name, type: "i32" })),
    ...variables.map((name): Local => ({ name, type: typeOf(name) })),
  ]);
  const bases = new Map(
    buffers.map(({ name, dtype }, local): [string, BufferBase] => [name, { name, local, bytes: dtypes[dtype].bytes }]),
  );
  const elementTypes = new Map(buffers.map(({ name, dtype }) => [name, dtype]));
  const own = new Set([...declaredNames(body), ...constants]);
  const localOfVariable = new Map([
    ...variables.map((name, at) => [name, buffers.length + at] as const),
    ...[...facts.variables.keys()]
      .filter((name) => own.has(name))
      .map((name) => [name, locals.declare(typeOf(name), name)] as const),
  ]);
  const vectors = newVectorConstants(locals);

  const emitter: Emitter = {
    facts,
    locals,
    constants: vectors,
    addressing: newAddressing(bases, facts, locals, (expr) => emitExpression(emitter, expr)),
    expression: (expr) => emitExpression(emitter, expr),
    dtypeOf: (buffer) => {
      const dtype = elementTypes.get(buffer);
      invariant(dtype !== undefined, () => `kernel ${kernel.name} accesses ${buffer}, which is none of its parameters`);
      return dtype;
    },
    localOf: (variable) => {
      const local = localOfVariable.get(variable);
      invariant(local !== undefined, () => `kernel ${kernel.name} uses ${variable} without defining it`);
      return local;
    },
    callOf,
  };
  const again = constants.flatMap((name) => {
    const value = facts.variables.get(name)?.value;
    return value === undefined ? [] : [localSet(emitter.localOf(name), emitter.expression(value))];
  });
  const emitted = emitStatements(emitter, body);
  const written = [...vectors.prologue, ...again, ...emitted];
  const rounded = numerics === "relaxed" ? contractProducts(written) : written;
  const tidied = unrollProducts(takeTurns(forwardValues(removeUnread(rounded)), locals));
  return { parameters: locals.parameters, ...shareLocals(locals.parameters, locals.locals, tidied) };
};
