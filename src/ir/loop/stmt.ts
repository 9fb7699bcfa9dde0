// The grammar of loop statements. Names are unique within a kernel, so a rewrite never has to think of shadowing.
//
//   stmt ::= let name = e | var name = e | name := e | buffer[index] = e
//          | for name from e to e step n { stmt* } | if e { stmt* } else { stmt* }
import type { Expr } from "./expr.ts";

/**
 * How a loop may run: one iteration after the other; four at a time (asked of the vectoriser); or on several threads, which is said of
 * loops that use scratch buffers: if each thread has its own, an iteration reads of them only what it has written
 * itself, or what stands before the loop has, and no other iteration (whatever loops around do) accesses what it writes elsewhere.
 */
export type LoopMode = "serial" | "vector" | "parallel";

export type Stmt =
  /** Names a value; assigned to only where `mutable`. */
  | { readonly kind: "let"; readonly name: string; readonly value: Expr; readonly mutable: boolean }
  | { readonly kind: "assign"; readonly name: string; readonly value: Expr }
  /** One element, or for a vector value the four elements from `index` on. */
  | { readonly kind: "store"; readonly buffer: string; readonly index: Expr; readonly value: Expr }
  /** `for (let i = from; i < to; i += step)`; bounds are i32, evaluated once; step is a positive constant. */
  | {
      readonly kind: "for";
      readonly index: string;
      readonly from: Expr;
      readonly to: Expr;
      readonly step: number;
      readonly mode: LoopMode;
      readonly body: readonly Stmt[];
    }
  | {
      readonly kind: "if";
      readonly condition: Expr;
      readonly then: readonly Stmt[];
      readonly otherwise: readonly Stmt[];
    };

export type StmtKind = Stmt["kind"];

/** A statement of one kind. */
export type StmtOf<K extends StmtKind> = Extract<Stmt, { readonly kind: K }>;
