// Loop-invariant code motion. A computation that does not change in a loop is named before the outermost loop it does
// not change in; sums of whole numbers are first ordered so that what is fixed further out stands together. Splats of
// constants move to the top of the kernel, since some engines rebuild vector constants in every iteration. Loads move
// only out of loops that surely run, from buffers that nothing writes; nothing moves that could not run anyway.
//
//   for b in 0..8 { for j in 0..12 { y[b * 12 + j] = x[b * 12 + j] * splat(2) } }
//   let h0 = splat(2)    for b in 0..8 { let h1 = b * 12   for j in 0..12 { let h2 = h1 + j   y[h2] = x[h2] * h0 } }
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type Bounds, surelyRuns } from "../../ir/loop/bounds.ts";
import { add, variable } from "../../ir/loop/build.ts";
import { type Expr, isVector, someChild } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { keyOf } from "../../ir/loop/key.ts";
import { addScaled, type Linear, linearExpr, linearOf } from "../../ir/loop/linear.ts";
import { boundsOfNames } from "../../ir/loop/relations.ts";
import {
  assignedNames,
  freshNames,
  mapChildren,
  mapOwnExprs,
  someExpr,
  substitute,
  visitOwnExprs,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { memoryOf } from "./independence.ts";
import type { KernelPass } from "./kernel-pass.ts";
import { withoutDead } from "./remove-dead.ts";

/** A block under construction. */
interface Block {
  readonly kind: "root" | "loop" | "branch";
  readonly out: Stmt[];
  /** Names of this block for expressions, by key. */
  readonly named: Map<string, Expr>;
  /** Sums that several indices of this block have in common, found where somebody asks. */
  readonly shared: () => ReadonlySet<string>;
  /** For a loop: whether it surely runs, and what its body assigns to. */
  readonly runs: boolean;
  readonly assigned: ReadonlySet<string>;
}

/** Where in the kernel we are: the blocks from the outermost to the one being filled. */
interface Context {
  readonly blocks: readonly Block[];
  /** The depth of the block that declares a name. */
  readonly depths: Map<string, number>;
  readonly mutable: Set<string>;
  /** Names that turned out to be other names. */
  readonly aliases: Map<string, Expr>;
  readonly bounds: Bounds;
  /** Buffers that no store of the kernel can change. */
  readonly constantBuffers: ReadonlySet<string>;
  readonly fresh: (hint: string) => string;
}

const depthOfVariable = (name: string, { blocks, depths, mutable }: Context): number => {
  const declared = depths.get(name) ?? 0;
  if (!mutable.has(name)) return declared;
  const changing = blocks.findLastIndex((block, depth) => depth > declared && block.assigned.has(name));
  return Math.max(declared, changing);
};

/** A load may leave loops that surely run, but no branch. */
const depthOfLoad = (buffer: string, { blocks, constantBuffers }: Context): number => {
  if (!constantBuffers.has(buffer)) return blocks.length - 1;
  const barrier = blocks.findLastIndex(({ kind, runs }) => kind === "branch" || (kind === "loop" && !runs));
  return Math.max(0, barrier);
};

/** The depth of the outermost block in which an expression has the value that it has here. */
const depthOf = (expr: Expr, context: Context): number => {
  if (expr.kind === "var") return depthOfVariable(expr.name, context);
  let depth = expr.kind === "load" ? depthOfLoad(expr.buffer, context) : 0;
  someChild(expr, (child) => {
    depth = Math.max(depth, depthOf(child, context));
    return depth === context.blocks.length - 1;
  });
  return depth;
};

/** The block that should compute what is fixed from a depth on: the one around the outermost loop further in. */
const targetOf = (depth: number, { blocks }: Context): number => {
  const outermost = blocks.findIndex((block, at) => at > depth && block.kind === "loop");
  return outermost === -1 ? blocks.length - 1 : outermost - 1;
};

const isMovable = (expr: Expr, context: Context): boolean =>
  targetOf(depthOf(expr, context), context) < context.blocks.length - 1;

/** Whether the expression has one value wherever its names are in scope. */
const isFixed = (expr: Expr, { mutable, constantBuffers }: Context): boolean =>
  !someExpr(
    expr,
    (each) =>
      (each.kind === "var" && mutable.has(each.name)) || (each.kind === "load" && !constantBuffers.has(each.buffer)),
  );

const knownName = (expr: Expr, { blocks }: Context): Expr | undefined => {
  if (blocks.every(({ named }) => named.size === 0)) return undefined;
  const key = keyOf(expr);
  for (const { named } of blocks) {
    const name = named.get(key);
    if (name !== undefined) return name;
  }
  return undefined;
};

/** Computes the expression in a block further out (or in this one) and gives it a name. */
const nameIn = (expr: Expr, depth: number, context: Context): Expr => {
  const there: Context = { ...context, blocks: context.blocks.slice(0, depth + 1) };
  const block = there.blocks[depth];
  invariant(block !== undefined, "a block to hoist into");
  const known = knownName(expr, there);
  if (known !== undefined) return known;
  const value = hoistParts(expr, there);
  const name = context.fresh("h");
  block.out.push({ kind: "let", name, value, mutable: false });
  context.depths.set(name, depth);
  const result = variable(expr.type, name);
  if (isFixed(expr, context)) block.named.set(keyOf(expr), result);
  return result;
};

const withConstant = ({ terms }: Linear, value: number): Linear => ({ constant: value, terms });

/** A sum of whole numbers with its terms from the outermost to the innermost; a constant below 0 joins what can move. */
const orderedSum = (form: Linear, context: Context): Expr => {
  const rank = (atom: Expr): number => depthOf(atom, context);
  const movable = new Map([...form.terms].filter(([, { atom }]) => isMovable(atom, context)));
  if (form.constant >= 0 || movable.size === 0) return linearExpr(form, rank);
  const moving: Linear = { constant: form.constant, terms: movable };
  return add(linearExpr(moving, rank), linearExpr(addScaled(form, moving, -1), rank));
};

const isSum = (expr: Expr): boolean =>
  expr.kind === "binary" && expr.type === "i32" && (expr.fn === "add" || expr.fn === "sub" || expr.fn === "mul");

/** The expression with sums reordered where that lets part of them move. */
const ordered = (expr: Expr, context: Context): Expr => {
  if (!isSum(expr) || isMovable(expr, context)) return expr;
  const form = linearOf(expr);
  const movable = [...form.terms.values()].filter(({ atom }) => isMovable(atom, context));
  return movable.length === 0 ? expr : orderedSum(form, context);
};

const hoistExpr = (written: Expr, context: Context): Expr => {
  if (written.kind === "const" || written.kind === "var") return written;
  const known = knownName(written, context);
  if (known !== undefined) return known;
  const expr = ordered(written, context);
  const target = targetOf(depthOf(expr, context), context);
  return target < context.blocks.length - 1 ? nameIn(expr, target, context) : hoistParts(expr, context);
};

/** An index is a base that may move or be shared, plus a constant that costs nothing where it is. */
const hoistIndex = (index: Expr, context: Context): Expr => {
  const form = linearOf(index);
  if (form.terms.size === 0) return index;
  const offset = Math.max(form.constant, 0);
  const base = orderedSum(withConstant(form, form.constant - offset), context);
  const depth = context.blocks.length - 1;
  const isShared = base.kind !== "var" && context.blocks[depth]?.shared().has(sumKey(form)) === true;
  const shares = isShared && isFixed(base, context) && !isMovable(base, context);
  return add(shares ? nameIn(base, depth, context) : hoistExpr(base, context), offset);
};

/** Moves parts of an expression that itself stays. */
const hoistParts = (expr: Expr, context: Context): Expr => {
  if (expr.kind === "load") return { ...expr, index: hoistIndex(expr.index, context) };
  const isShift = expr.kind === "binary" && (expr.fn === "shl" || expr.fn === "shr" || expr.fn === "shrUnsigned");
  // Lanes are shifted by a splat, and it must be seen to be one.
  if (isShift && isVector(expr.type)) return { ...expr, left: hoistExpr(expr.left, context) };
  return mapChildren(expr, (child) => hoistExpr(child, context));
};

/** A sum without its constant, as a key; a constant below 0 is part of the base and so of the key. */
const sumKey = ({ constant, terms }: Linear): string =>
  [...terms]
    .map(([key, { coefficient }]) => `${coefficient} ${key}`)
    .sort()
    .join(" + ") + (constant < 0 ? ` ${constant}` : "");

/** The sums that more than one index of the block's own statements is made of. */
const sharedSums = (stmts: readonly Stmt[]): ReadonlySet<string> => {
  const seen = new Set<string>();
  const shared = new Set<string>();
  const count = (index: Expr): void => {
    const key = sumKey(linearOf(index));
    (seen.has(key) ? shared : seen).add(key);
  };
  for (const stmt of stmts) {
    if (stmt.kind === "store") count(stmt.index);
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load") count(each.index);
    });
  }
  return shared;
};

const blockOf = (stmts: readonly Stmt[], context: Context, around: Partial<Block> & Pick<Block, "kind">): Block => {
  let shared: ReadonlySet<string> | undefined;
  const block: Block = {
    out: [],
    named: new Map(),
    shared: () => {
      shared ??= sharedSums(stmts);
      return shared;
    },
    runs: true,
    assigned: new Set(),
    ...around,
  };
  const inside: Context = { ...context, blocks: [...context.blocks, block] };
  for (const stmt of stmts) hoistStmt(stmt, inside, block);
  return block;
};

const hoistLet = (stmt: StmtOf<"let">, context: Context, block: Block): void => {
  const { name, mutable } = stmt;
  const value = hoistExpr(stmt.value, context);
  if (!mutable && value.kind === "var" && !context.mutable.has(value.name)) {
    context.aliases.set(name, value);
    return;
  }
  context.depths.set(name, context.blocks.length - 1);
  if (mutable) context.mutable.add(name);
  else if (isFixed(stmt.value, context)) block.named.set(keyOf(stmt.value), variable(value.type, name));
  block.out.push({ ...stmt, value });
};

const hoistFor = (stmt: StmtOf<"for">, context: Context, block: Block): void => {
  const from = hoistExpr(stmt.from, context);
  const to = hoistExpr(stmt.to, context);
  context.depths.set(stmt.index, context.blocks.length);
  const runs = surelyRuns(stmt, context.bounds);
  const body = blockOf(stmt.body, context, { kind: "loop", runs, assigned: assignedNames(stmt.body) }).out;
  block.out.push({ ...stmt, from, to, body });
};

const hoistStmt = (written: Stmt, context: Context, block: Block): void => {
  const stmt = mapOwnExprs(written, (expr) => substitute(expr, context.aliases));
  switch (stmt.kind) {
    case "let":
      hoistLet(stmt, context, block);
      break;
    case "assign":
      block.out.push({ ...stmt, value: hoistExpr(stmt.value, context) });
      break;
    case "store": {
      const index = hoistIndex(stmt.index, context);
      block.out.push({ ...stmt, index, value: hoistExpr(stmt.value, context) });
      break;
    }
    case "for":
      hoistFor(stmt, context, block);
      break;
    case "if": {
      const condition = hoistExpr(stmt.condition, context);
      const then = blockOf(stmt.then, context, { kind: "branch" }).out;
      const otherwise = blockOf(stmt.otherwise, context, { kind: "branch" }).out;
      block.out.push({ ...stmt, condition, then, otherwise });
      break;
    }
  }
};

const constantBuffersOf = (kernel: Kernel): ReadonlySet<string> => {
  const memory = memoryOf(kernel);
  const written = new Set(kernel.parameters.filter(({ access }) => access !== "read").map(({ name }) => memory(name)));
  return new Set(kernel.parameters.map(({ name }) => name).filter((name) => !written.has(memory(name))));
};

/** Loop-invariant code motion. */
export const hoist: KernelPass = {
  name: "hoist",
  summary: "computes what does not change in a loop before the loop",
  run: (kernel: Kernel): Kernel => {
    const context: Context = {
      blocks: [],
      depths: new Map(),
      mutable: new Set(),
      aliases: new Map(),
      bounds: boundsOfNames(kernel.body),
      constantBuffers: constantBuffersOf(kernel),
      fresh: freshNames(kernel),
    };
    return withBody(kernel, withoutDead(blockOf(kernel.body, context, { kind: "root" }).out));
  },
};
