// The scope of code that runs for one iteration at a time: variables and results live in fixed registers, and memory is
// addressed anew for each access.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import { linearOf } from "../../ir/loop/linear.ts";
import { compileExpression } from "./compile-expression.ts";
import { indexSum, type Place } from "./index-sum.ts";
import type { KernelContext, Scope } from "./scope.ts";
import { type Cursor, once, type Step, type Value } from "./value.ts";

/** A scope whose code runs for one iteration at a time. */
export interface BlockScope extends Scope {
  readonly read: (name: string) => Value;
  /** The variables in scope, in fixed registers. */
  readonly variables: Map<string, Value>;
}

/** A function that gives the present value of an i32 expression, after the scope's code has run. */
export const indexClosure = (expr: Expr, scope: BlockScope): (() => number) =>
  indexSum(linearOf(expr), (atom) => placeOf(atom, scope));

/** The register of a value that is no sum: its variable's, or one of its own. */
export const placeOf = (atom: Expr, scope: BlockScope): Place => {
  const { array, delta } =
    atom.kind === "var" ? scope.read(atom.name) : compileExpression(atom, scope, scope.kernel.registers.fixed("i32"));
  return { array, position: delta };
};

/** What a block starts with. */
export interface BlockOptions {
  readonly kernel: KernelContext;
  /** The variables of the blocks around; the block adds its own. */
  readonly variables: ReadonlyMap<string, Value>;
  /** Where the block's code goes: a list of its own unless given. */
  readonly code?: Step[];
  /** Finds a variable that is not among `variables`. */
  readonly late?: (name: string) => Value | undefined;
}

export const newBlock = ({ kernel, variables: outer, code = [], late = () => undefined }: BlockOptions): BlockScope => {
  const variables = new Map(outer);
  const scope: BlockScope = {
    kernel,
    extent: once,
    code,
    variables,
    hoist: (expr) => (expr.kind === "const" ? kernel.registers.constant(expr.type, expr.value) : undefined),
    read: (name) => {
      const value = variables.get(name) ?? late(name);
      invariant(value !== undefined, `loop variable ${name} is used before it is declared`);
      return value;
    },
    address: (buffer, index, type) => {
      const binding = kernel.bindings.get(buffer);
      invariant(binding !== undefined, `no buffer ${buffer}`);
      const cursor: Cursor = { offset: 0 };
      const at = indexClosure(index, scope);
      code.push(() => {
        cursor.offset = at();
      });
      return { type, array: binding.array, cursor, delta: 0, step: 0, laneStep: 1 };
    },
    allocate: kernel.registers.fixed,
  };
  return scope;
};

/** A closure that runs steps one after the other. */
export const sequence = (steps: readonly Step[]): Step => {
  const [first, second, ...others] = steps;
  if (first === undefined) return () => {};
  if (second === undefined) return first;
  if (others.length === 0)
    return () => {
      first();
      second();
    };
  return () => {
    for (let at = 0; at < steps.length; at++) steps[at]?.();
  };
};
