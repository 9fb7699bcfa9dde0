// Whether the iterations of a loop keep out of each other's way in memory. Each access covers, in iteration k, the
// elements `c * k + [low, high)` past a place that all iterations share; two accesses of the same c meet in iterations
// that are d apart only if c * d lies within reach of both.
import type { Interval } from "../../ir/loop/bounds.ts";
import { type Expr, type LoopType, spanOf } from "../../ir/loop/expr.ts";
import { type Linear, linearInterval, type Term } from "../../ir/loop/linear.ts";
import { freeVariables, visitOwnExprs, visitStmts } from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import type { Binding } from "./scope.ts";

/** A load or a store. */
export interface Access {
  readonly region: number;
  /** Whether its region is one buffer, as opposed to overlapping ones. */
  readonly exact: boolean;
  readonly stores: boolean;
  /** Whether a loop of the body repeats it. */
  readonly repeated: boolean;
  readonly index: Expr;
  /** From its first element to its last. */
  readonly elements: number;
}

/** All loads and stores of a body. */
export const accessesOf = (body: readonly Stmt[], bindings: ReadonlyMap<string, Binding>): readonly Access[] => {
  const accesses: Access[] = [];
  visitStmts(body, (stmt) => {
    const repeated = !body.includes(stmt);
    const add = (buffer: string, index: Expr, type: LoopType, stores: boolean, stride?: number): void => {
      const { region = -1, exact = false } = bindings.get(buffer) ?? {};
      accesses.push({ region, exact, stores, repeated, index, elements: spanOf(type, stride) + 1 });
    };
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load") add(each.buffer, each.index, each.type, false, each.stride);
    });
    if (stmt.kind === "store") add(stmt.buffer, stmt.index, stmt.value.type, true);
  });
  return accesses;
};

/** All accesses of one region in a loop, and what is known of their indices. */
export interface RegionAccesses {
  readonly accesses: readonly Access[];
  /** The loop's index. */
  readonly index: string;
  readonly step: number;
  /** How many iterations the loop has at most. */
  readonly iterations: number;
  readonly linear: (index: Expr) => Linear;
  /** The names declared in the loop's body. */
  readonly inside: ReadonlySet<string>;
  /** Where the indices of loops in the body lie. */
  readonly bounds: ReadonlyMap<string, Interval>;
}

/** Where an access goes: `coefficient * k + [low, high)` past the shared place. */
interface Reach {
  readonly shared: string;
  readonly coefficient: number;
  readonly low: number;
  readonly high: number;
}

const reachOf = (access: Access, { index, linear, inside, bounds }: RegionAccesses): Reach | undefined => {
  const form = linear(access.index);
  const own = new Map<string, Term>();
  const shared: string[] = [];
  let coefficient = 0;
  for (const [key, term] of form.terms) {
    const names = [...freeVariables(term.atom)];
    if (key === index) coefficient = term.coefficient;
    else if (names.includes(index)) return undefined;
    else if (names.some((name) => inside.has(name))) own.set(key, term);
    else shared.push(`${term.coefficient} ${key}`);
  }
  const { low, high } = linearInterval({ constant: form.constant, terms: own }, bounds);
  return { shared: shared.sort().join("\n"), coefficient, low, high: high + access.elements };
};

/** Whether two accesses can meet in different iterations. */
const meet = (a: Reach, b: Reach, step: number, iterations: number): boolean => {
  const stride = Math.abs(a.coefficient * step);
  // They overlap d iterations apart where b.low - a.high < stride * d < b.high - a.low.
  const first = Math.max(Math.floor((b.low - a.high) / stride) + 1, 1 - iterations);
  const last = Math.min(Math.ceil((b.high - a.low) / stride) - 1, iterations - 1);
  return first <= last && (first < 0 || last > 0);
};

/** Whether no two iterations touch the same element, one of them storing it. */
export const iterationsAreApart = (region: RegionAccesses): boolean => {
  const { accesses, step, iterations } = region;
  const [only] = accesses;
  // One statement that stores does so in the order of the iterations, whatever its index.
  if (accesses.length === 1 && only?.repeated === false) return true;
  if (accesses.some(({ exact }) => !exact)) return false;
  const reaches = accesses.map((access) => reachOf(access, region));
  const [first] = reaches;
  if (first === undefined || first.coefficient === 0) return false;
  return accesses.every((access, at) => {
    const a = reaches[at];
    if (a === undefined || a.shared !== first.shared || a.coefficient !== first.coefficient) return false;
    return !access.stores || reaches.every((b) => b !== undefined && !meet(a, b, step, iterations));
  });
};
