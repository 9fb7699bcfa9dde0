// What the emitter must know of a kernel before it writes the first instruction: for each variable where it is defined,
// what it stands for and between which bounds it lies; for each loop whether it contains another.
import type { Interval } from "../../ir/loop/bounds.ts";
import type { Expr, LoopType } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { boundsOfNames } from "../../ir/loop/relations.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";

/** The loop statement itself stands for the loop. */
export type Loop = StmtOf<"for">;

/** One variable of a kernel. */
export interface VariableFacts {
  readonly type: LoopType;
  /** The innermost loop whose body (or header, for its index) defines it. */
  readonly loop: Loop | undefined;
  /** The value of a variable that is never assigned to. */
  readonly value?: Expr;
  readonly mutable: boolean;
}

/** The variables of a kernel by name, bounds of those that never change, and the loops that contain no loop. */
export interface KernelFacts {
  readonly variables: ReadonlyMap<string, VariableFacts>;
  readonly bounds: ReadonlyMap<string, Interval>;
  readonly innermost: ReadonlySet<Loop>;
}

export const factsOf = (kernel: Kernel): KernelFacts => {
  const variables = new Map<string, VariableFacts>();
  const bounds = boundsOfNames(kernel.body);
  const innermost = new Set<Loop>();

  /** Gives whether there was a loop among the statements. */
  const visitAll = (body: readonly Stmt[], loop: Loop | undefined): boolean => {
    let loops = false;
    for (const stmt of body) if (visit(stmt, loop)) loops = true;
    return loops;
  };
  const visit = (stmt: Stmt, loop: Loop | undefined): boolean => {
    switch (stmt.kind) {
      case "let": {
        const { mutable, name, value } = stmt;
        variables.set(name, { type: value.type, loop, mutable, ...(mutable ? {} : { value }) });
        return false;
      }
      case "for": {
        variables.set(stmt.index, { type: "i32", loop: stmt, mutable: false });
        if (!visitAll(stmt.body, stmt)) innermost.add(stmt);
        return true;
      }
      case "if": {
        const inThen = visitAll(stmt.then, loop);
        return visitAll(stmt.otherwise, loop) || inThen;
      }
      case "assign":
      case "store":
        return false;
    }
  };
  visitAll(kernel.body, undefined);
  return { variables, bounds, innermost };
};
