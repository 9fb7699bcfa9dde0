// Which loops become functions of their own. An engine begins a function in a first tier that compiles fast and runs slowly (V8:
// about four times), and does not replace what is running: a recurrence that is one function would be slow to the end of its
// first call, however many steps it takes. A loop with much work that runs many times is therefore called; once a few calls have
// shown that it is worth it, the next one finds better code.
//
//   for step in 0..100 { for p in 0..128 { ... }  for i in 0..256 { ... } }
//   for step in 0..100 { scan_part(x, step)  for i in 0..256 { ... } }
import { type Bounds, intervalOf } from "../../ir/loop/bounds.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import {
  assignedNames,
  blocksOf,
  declaredNames,
  exprsOf,
  sizeOfExpr,
  visitOwnExprs,
  visitStmts,
} from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import type { KernelFacts, Loop } from "./kernel-facts.ts";

/** From where on a loop is called. */
export interface OutlineLimits {
  /** Operations of a loop beside which a call is nothing: several microseconds of them. */
  readonly leastWork: number;
  /** How often it runs: with fewer calls nothing could be replaced in time. */
  readonly leastCalls: number;
}

/** The limits that pay in V8. */
export const outlineLimits: OutlineLimits = { leastWork: 8192, leastCalls: 8 };

/** A loop that is called: what it reads of the function around it. */
export interface Outlined {
  readonly loop: Loop;
  readonly buffers: readonly string[];
  /** Variables that are given as arguments. */
  readonly variables: readonly string[];
  /** Variables that hold constants, which the function makes for itself. */
  readonly constants: readonly string[];
}

const tripsOf = ({ from, to, step }: Loop, bounds: Bounds): number =>
  Math.max(0, Math.ceil((intervalOf(to, bounds).high - intervalOf(from, bounds).low) / step));

/** How many operations statements take at most, about. */
const workOf = (stmts: readonly Stmt[], bounds: Bounds): number =>
  stmts.reduce((work, stmt) => {
    const inside = blocksOf(stmt).reduce((sum, block) => sum + workOf(block, bounds), 0);
    const own = exprsOf(stmt).reduce((sum, expr) => sum + sizeOfExpr(expr), 0);
    return work + own + (stmt.kind === "for" ? tripsOf(stmt, bounds) * inside : inside);
  }, 0);

const isConstant = ({ variables }: KernelFacts, name: string): boolean => {
  const value = variables.get(name)?.value;
  return value?.kind === "const" || (value?.kind === "splat" && value.operand.kind === "const");
};

/** The loop as a function; undefined where it assigns to variables from outside. */
const outlined = (loop: Loop, facts: KernelFacts): Outlined | undefined => {
  const own = declaredNames([loop]);
  if ([...assignedNames([loop])].some((name) => !own.has(name))) return undefined;
  const buffers = new Set<string>();
  const names = new Set<string>();
  visitStmts([loop], (stmt) => {
    if (stmt.kind === "store") buffers.add(stmt.buffer);
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load") buffers.add(each.buffer);
      if (each.kind === "var" && !own.has(each.name)) names.add(each.name);
    });
  });
  const isFixed = (name: string): boolean => isConstant(facts, name);
  return {
    loop,
    buffers: [...buffers],
    variables: [...names].filter((name) => !isFixed(name)),
    constants: [...names].filter(isFixed),
  };
};

/** The loops of a kernel that become functions of their own, the outermost that are called often enough. */
export const outline = (
  { body }: Kernel,
  facts: KernelFacts,
  { leastWork, leastCalls }: OutlineLimits,
): ReadonlyMap<Loop, Outlined> => {
  const found = new Map<Loop, Outlined>();
  const visit = (stmts: readonly Stmt[], calls: number): void => {
    for (const stmt of stmts) {
      const isHeavy = stmt.kind === "for" && calls >= leastCalls && workOf([stmt], facts.bounds) >= leastWork;
      const part = isHeavy ? outlined(stmt, facts) : undefined;
      if (part !== undefined) found.set(part.loop, part);
      else
        for (const block of blocksOf(stmt))
          visit(block, stmt.kind === "for" ? calls * tripsOf(stmt, facts.bounds) : calls);
    }
  };
  visit(body, 1);
  return found;
};
