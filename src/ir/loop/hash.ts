// A number that two blocks share if they are the same statements, and hardly ever otherwise: where many are to be told apart, only
// those with one number need be compared. Their texts would do as well, and take many times as long to make.
import { type Expr, someChild } from "./expr.ts";
import { blocksOf, exprsOf } from "./rewrite.ts";
import type { Stmt } from "./stmt.ts";

const number = new Float64Array(1);
const bits = new Int32Array(number.buffer);

/** A step of FNV-1a (Fowler, Noll, Vo), over whole numbers instead of bytes. */
const mix = (hash: number, value: number): number => Math.imul(hash ^ value, 0x01000193);

const mixText = (hash: number, text: string): number => {
  let mixed = mix(hash, text.length);
  for (let at = 0; at < text.length; at++) mixed = mix(mixed, text.charCodeAt(at));
  return mixed;
};

const mixNumber = (hash: number, value: number): number => {
  number[0] = value;
  return mix(mix(hash, bits[0] ?? 0), bits[1] ?? 0);
};

const mixExpr = (hash: number, expr: Expr): number => {
  let mixed = mixText(mixText(hash, expr.kind), expr.type);
  if (expr.kind === "const") mixed = mixNumber(mixed, expr.value);
  else if (expr.kind === "var") mixed = mixText(mixed, expr.name);
  else if (expr.kind === "load") mixed = mixText(mixed, expr.buffer);
  else if ("fn" in expr) mixed = mixText(mixed, expr.fn);
  someChild(expr, (child) => {
    mixed = mixExpr(mixed, child);
    return false;
  });
  return mixed;
};

const mixBlock = (hash: number, block: readonly Stmt[]): number => {
  let mixed = mix(hash, block.length);
  for (const stmt of block) {
    mixed = mixText(mixed, stmt.kind);
    for (const expr of exprsOf(stmt)) mixed = mixExpr(mixed, expr);
    for (const inner of blocksOf(stmt)) mixed = mixBlock(mixed, inner);
  }
  return mixed;
};

/** The number of a block. */
export const hashOf = (block: readonly Stmt[]): number => mixBlock(0x811c9dc5, block);
