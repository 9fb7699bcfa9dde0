// Loop-invariant code motion. A computation that does not change in a loop is named before the outermost loop it does
// not change in; sums of whole numbers are first ordered so that what is fixed further out stands together. Splats of
// constants move to the top of the kernel, since some engines rebuild vector constants in every iteration. Loads move
// only out of loops that surely run, from buffers that nothing writes; nothing moves that could not run anyway.
//
//   for b in 0..8 { for j in 0..12 { y[b * 12 + j] = x[b * 12 + j] * splat(2) } }
//   let h0 = splat(2)    for b in 0..8 { let h1 = b * 12   for j in 0..12 { let h2 = h1 + j   y[h2] = x[h2] * h0 } }
import { add, variable } from "../../ir/loop/build.ts";
import { type Bounds, boundsOfNames, surelyRuns } from "../../ir/loop/bounds.ts";
import { childrenOf, type Expr, isVector } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { keyOf } from "../../ir/loop/key.ts";
import { type Linear, linearExpr, linearOf } from "../../ir/loop/linear.ts";
import { assignedNames, exprsOf, freshNames, mapChildren, mapOwnExprs, someExpr, visitExpr } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import type { KernelPass } from "./kernel-pass.ts";
import { removeDead } from "./remove-dead.ts";

/** A block under construction; the blocks around it come before it. */
interface Block {
  readonly kind: "root" | "loop" | "branch";
  readonly out: Stmt[];
  /** Names for expressions computed in this block, by key. */
  readonly named: Map<string, Expr>;
  /** For a loop: whether it surely runs, and what its body assigns. */
  readonly runs: boolean;
  readonly assigned: ReadonlySet<string>;
}

interface Context {
  readonly blocks: readonly Block[];
  /** The depth of the block that declares a name. */
  readonly depths: Map<string, number>;
  readonly mutable: Set<string>;
  readonly bounds: Bounds;
  /** Buffers that no store of the kernel can change. */
  readonly constantBuffers: ReadonlySet<string>;
  readonly fresh: (hint: string) => string;
}

const current = ({ blocks }: Context): number => blocks.length - 1;

/** The depth of the innermost block that a variable's value depends on. */
const depthOfVariable = (name: string, { blocks, depths, mutable }: Context): number => {
  const declared = depths.get(name) ?? 0;
  if (!mutable.has(name)) return declared;
  const changing = blocks.findLastIndex((block, depth) => depth > declared && block.assigned.has(name));
  return Math.max(declared, changing);
};

/** How far out a load may move: out of loops that surely run, and out of no branch. */
const depthOfLoad = (buffer: string, { blocks, constantBuffers }: Context): number => {
  if (!constantBuffers.has(buffer)) return blocks.length - 1;
  return Math.max(
    0,
    blocks.findLastIndex((block) => block.kind === "branch" || (block.kind === "loop" && !block.runs)),
  );
};

/** The depth of the outermost block in which an expression has the value that it has here. */
const depthOf = (expr: Expr, context: Context): number => {
  const inner = childrenOf(expr).reduce((depth, child) => Math.max(depth, depthOf(child, context)), 0);
  if (expr.kind === "var") return depthOfVariable(expr.name, context);
  return expr.kind === "load" ? Math.max(inner, depthOfLoad(expr.buffer, context)) : inner;
};

/** The block to name an expression in: before the outermost loop further in than its depth. */
const targetOf = (depth: number, { blocks }: Context): number => {
  const outermost = blocks.findIndex((block, at) => at > depth && block.kind === "loop");
  return outermost === -1 ? blocks.length - 1 : outermost - 1;
};

/** The context of a block further out. */
const outside = (context: Context, depth: number): Context => ({
  ...context,
  blocks: context.blocks.slice(0, depth + 1),
});

const nameIn = (expr: Expr, target: number, context: Context): Expr => {
  const there = outside(context, target);
  const key = keyOf(expr);
  const known = there.blocks.map((block) => block.named.get(key)).find((name) => name !== undefined);
  if (known !== undefined) return known;
  const name = variable(expr.type, context.fresh("h"));
  const value = hoistParts(expr, there);
  const block = there.blocks[target];
  if (block === undefined || name.kind !== "var") return expr;
  block.out.push({ kind: "let", name: name.name, value, mutable: false });
  context.depths.set(name.name, target);
  const fixed = !someExpr(expr, (each) => each.kind === "var" && context.mutable.has(each.name));
  if (fixed) block.named.set(key, name);
  return name;
};
