// One load or store, its index taken apart into what a pointer can hold, what roams, and a constant.
import { everything, type Interval } from "../../ir/loop/bounds.ts";
import { childrenOf, type Expr } from "../../ir/loop/expr.ts";
import { type Definitions, type Linear, linearInterval, linearOf } from "../../ir/loop/linear.ts";
import { someExpr } from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import type { KernelFacts, Loop } from "./kernel-facts.ts";

/** A buffer as the function sees it: the local with its byte offset, and the size of its elements. */
export interface BufferBase {
  readonly name: string;
  readonly local: number;
  readonly bytes: number;
}

/** coefficient * atom; equal atoms have equal keys. */
export interface AddressTerm {
  readonly key: string;
  readonly atom: Expr;
  readonly coefficient: number;
}

/** An access: its address is base + (pointed terms + roaming terms + anchor) elements, and `offset` bytes beyond that. */
export interface Access {
  readonly buffer: BufferBase;
  /** Terms that are fixed during the loop, or the loop's index: a pointer can follow them. */
  readonly pointed: readonly AddressTerm[];
  /** Terms that vary within the loop in other ways. */
  readonly roaming: readonly AddressTerm[];
  /** The part of the constant that has to be added to the base. */
  readonly anchor: number;
  /** The rest of the constant: what the instruction itself adds. */
  readonly offset: number;
}

/** Forms of more terms than this are not looked through: they would only get longer. */
const termLimit = 16;

/** Bytes; immediates up to here fit x64's addressing. */
const offsetLimit = 2 ** 31;

/** Whether the expression means the same wherever its variables are in scope: no memory, nothing that is assigned to. */
export const isPure = ({ variables }: KernelFacts, expr: Expr): boolean =>
  !someExpr(
    expr,
    (part) => part.kind === "load" || (part.kind === "var" && variables.get(part.name)?.mutable !== false),
  );

/** Calls `visit` for every load and store of a block without loops, and `define` for every variable, in order. */
export const visitAccesses = (
  body: readonly Stmt[],
  visit: (buffer: string, index: Expr) => void,
  define: (name: string, value: Expr) => void,
): void => {
  const visitLoads = (expr: Expr): void => {
    for (const child of childrenOf(expr)) visitLoads(child);
    if (expr.kind === "load") visit(expr.buffer, expr.index);
  };
  for (const stmt of body) {
    if (stmt.kind === "let" || stmt.kind === "assign") visitLoads(stmt.value);
    if (stmt.kind === "let") define(stmt.name, stmt.value);
    if (stmt.kind === "store") {
      visitLoads(stmt.index);
      visit(stmt.buffer, stmt.index);
      visitLoads(stmt.value);
    }
    if (stmt.kind === "if") {
      visitLoads(stmt.condition);
      visitAccesses(stmt.then, visit, define);
      visitAccesses(stmt.otherwise, visit, define);
    }
  }
};

/** Whether a part of an expression is defined in the loop, its index included. */
const variesIn =
  (loop: Loop | undefined, { variables }: KernelFacts) =>
  (part: Expr): boolean =>
    part.kind === "var" && loop !== undefined && variables.get(part.name)?.loop === loop;

/** What the variables of an innermost loop's body stand for, as far as its pointers may see through them. */
export interface LoopDefinitions {
  readonly define: (name: string, value: Expr) => void;
  readonly of: Definitions;
}

/**
 * Collects linear forms of a loop's whole numbers. A variable that was read from memory, or made of something that is
 * assigned to, holds the value of that moment and is not looked through; nor is what would only be computed anew.
 */
export const newDefinitions = (loop: Loop, facts: KernelFacts): LoopDefinitions => {
  const forms = new Map<string, Linear>();
  const of: Definitions = (name) => forms.get(name);
  const varies = variesIn(loop, facts);
  const isTransparent = (atom: Expr): boolean =>
    isPure(facts, atom) && (atom.kind === "var" || !someExpr(atom, varies));
  return {
    of,
    define: (name, value) => {
      if (value.type !== "i32" || facts.variables.get(name)?.mutable !== false) return;
      const form = linearOf(value, of);
      const atoms = [...form.terms.values()].map(({ atom }) => atom);
      if (atoms.length <= termLimit && atoms.every(isTransparent)) forms.set(name, form);
    },
  };
};

/**
 * The least constant from which on an index with these terms cannot be negative; undefined where the terms' sum may wrap.
 * Only such a constant may move into an instruction: the base address must not drop below that of the buffer.
 */
const safeAnchor = (form: Linear, facts: KernelFacts): number | undefined => {
  const { low, high }: Interval = linearInterval({ ...form, constant: 0 }, facts.bounds);
  return high <= everything.high && low >= everything.low ? Math.max(0, -low) : undefined;
};

/** Takes an access apart, as seen from inside `loop` (undefined outside innermost loops). */
export const accessOf = (
  buffer: BufferBase,
  index: Expr,
  facts: KernelFacts,
  loop: Loop | undefined,
  definitions: Definitions,
): Access => {
  const form = linearOf(index, definitions);
  const terms = [...form.terms]
    .map(([key, term]): AddressTerm => ({ key, ...term }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const varies = variesIn(loop, facts);
  const isPointed = ({ atom, key }: AddressTerm): boolean =>
    isPure(facts, atom) && (key === loop?.index || !someExpr(atom, varies));
  const safe = safeAnchor(form, facts);
  const beyond = safe === undefined ? -1 : (form.constant - safe) * buffer.bytes;
  const fits = beyond >= 0 && beyond < offsetLimit;
  return {
    buffer,
    pointed: terms.filter(isPointed),
    roaming: terms.filter((term) => !isPointed(term)),
    anchor: fits && safe !== undefined ? safe : form.constant,
    offset: fits ? beyond : 0,
  };
};
