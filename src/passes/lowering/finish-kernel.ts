// From a body that speaks of the program's buffers to a kernel that speaks of its parameters: buffers become parameters in
// the order they first appear, so that two layers of one shape give the same kernel, which is then kept once.
import type { Expr } from "../../ir/loop/expr.ts";
import { hashOf } from "../../ir/loop/hash.ts";
import type { Access, Buffer, Call, Kernel, KernelParameter, Numerics } from "../../ir/loop/kernel.ts";
import { sameExpr } from "../../ir/loop/key.ts";
import { blocksOf, mapExpr, mapOwnExprs, mapStmts, sameStmts, visitOwnExprs } from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";

/** One read or write of a buffer: in which block, at which position in it, at which index. */
interface Touch {
  readonly block: readonly Stmt[];
  readonly position: number;
  readonly index: Expr;
}

interface Uses {
  readonly loads: Touch[];
  readonly stores: Touch[];
}

/** All reads and writes of a body, by buffer, buffers in order of first appearance. */
const usesOf = (body: readonly Stmt[]): ReadonlyMap<string, Uses> => {
  const uses = new Map<string, Uses>();
  const of = (buffer: string): Uses => {
    const found = uses.get(buffer) ?? { loads: [], stores: [] };
    uses.set(buffer, found);
    return found;
  };
  const visit = (block: readonly Stmt[]): void => {
    for (const [position, stmt] of block.entries()) {
      visitOwnExprs(stmt, (part) => {
        if (part.kind === "load") of(part.buffer).loads.push({ block, position, index: part.index });
      });
      if (stmt.kind === "store") of(stmt.buffer).stores.push({ block, position, index: stmt.index });
      for (const inner of blocksOf(stmt)) visit(inner);
    }
  };
  visit(body);
  return uses;
};

/** Whether each element of `read` is last read in the very iteration, and before, that element of `written` is stored. */
const mayShare = (written: Uses, read: Uses): boolean => {
  if (written.loads.length > 0 || read.stores.length > 0) return false;
  const paired = (touch: Touch, others: readonly Touch[], before: boolean): boolean =>
    others.some(
      (other) =>
        other.block === touch.block &&
        (before ? other.position >= touch.position : other.position <= touch.position) &&
        sameExpr(other.index, touch.index),
    );
  return (
    read.loads.every((load) => paired(load, written.stores, true)) &&
    written.stores.every((store) => paired(store, read.loads, false)) &&
    written.stores.every((store) =>
      read.loads.every((load) => load.block !== store.block || load.position <= store.position),
    )
  );
};

/** Pairs of a parameter that is written and one that is read which may lie in one place. */
const inPlaceOf = (
  uses: readonly (readonly [buffer: string, use: Uses])[],
  parameters: readonly KernelParameter[],
): readonly (readonly [written: number, read: number])[] => {
  const positions = [...uses.keys()];
  const written = positions.filter((at) => (uses[at]?.[1].stores.length ?? 0) > 0);
  const read = positions.filter((at) => (uses[at]?.[1].loads.length ?? 0) > 0);
  return written.flatMap((to) =>
    read.flatMap((from): readonly (readonly [number, number])[] => {
      const [target, source] = [parameters[to], parameters[from]];
      const fits = to !== from && target?.dtype === source?.dtype && target?.length === source?.length;
      const [stores, loads] = [uses[to]?.[1], uses[from]?.[1]];
      return fits && stores !== undefined && loads !== undefined && mayShare(stores, loads) ? [[to, from]] : [];
    }),
  );
};

/** Whether a call writes back into buffers what it has just read from them: it copies, and from each buffer to itself. */
export const changesNothing = ({ parameters, body }: Kernel, { buffers }: Call): boolean => {
  const given = new Map(parameters.map(({ name }, position) => [name, buffers[position]]));
  const rewrites = (stmt: Stmt): boolean => {
    if (stmt.kind === "for") return stmt.body.every(rewrites);
    if (stmt.kind !== "store" || stmt.value.kind !== "load") return false;
    return given.get(stmt.buffer) === given.get(stmt.value.buffer) && sameExpr(stmt.index, stmt.value.index);
  };
  return body.every(rewrites);
};

const accessOf = ({ loads, stores }: Uses): Access =>
  stores.length === 0 ? "read" : loads.length === 0 ? "write" : "update";

/** What a body does with each buffer, in order of first appearance. */
export const accessesIn = (body: readonly Stmt[]): ReadonlyMap<string, Access> =>
  new Map([...usesOf(body)].map(([buffer, uses]) => [buffer, accessOf(uses)] as const));

/** Whether statements read each element of one buffer for the last time in the very iteration, and before, it is stored in the other. */
export const readsBeforeWriting = (body: readonly Stmt[], written: string, read: string): boolean => {
  const uses = usesOf(body);
  const [stores, loads] = [uses.get(written), uses.get(read)];
  return stores === undefined || loads === undefined || mayShare(stores, loads);
};

/** The body with other names for its buffers. */
export const renameBuffers = (body: readonly Stmt[], names: ReadonlyMap<string, string>): readonly Stmt[] => {
  const renamed = (buffer: string): string => names.get(buffer) ?? buffer;
  const inExpr = (expr: Expr): Expr =>
    mapExpr(expr, (part) => (part.kind === "load" ? { ...part, buffer: renamed(part.buffer) } : part));
  return mapStmts(body, (stmt) => {
    const changed = mapOwnExprs(stmt, inExpr);
    return changed.kind === "store" ? { ...changed, buffer: renamed(changed.buffer) } : changed;
  });
};

/** The kernels of a program, each kept once. */
export interface KernelTable {
  /** Makes a kernel of a body over program buffers, or finds the equal one, and gives the call. */
  readonly add: (name: string, body: readonly Stmt[], bufferOf: (name: string) => Buffer) => Call;
  readonly kernels: ReadonlyMap<string, Kernel>;
  /** What the kernels are for. */
  readonly numerics: Numerics;
}

/** Starts an empty table. */
export const kernelTable = (numerics: Numerics): KernelTable => {
  const kernels = new Map<string, Kernel>();
  /** Kernels by what is quickly told of them; those of one key are compared. */
  const known = new Map<string, Kernel[]>();
  const uniqueName = uniqueNames(kernels);
  return {
    kernels,
    numerics,
    add: (name, body, bufferOf) => {
      const uses = [...usesOf(body)];
      const names = new Map(uses.map(([buffer], position) => [buffer, `buffer${position}`]));
      const parameters = uses.map(([buffer, use], position): KernelParameter => {
        const { dtype, length } = bufferOf(buffer);
        return { name: `buffer${position}`, dtype, length, access: accessOf(use) };
      });
      const inPlace = inPlaceOf(uses, parameters);
      const renamed = renameBuffers(body, names);
      const key = `${JSON.stringify({ parameters, inPlace })}${hashOf(renamed)}`;
      const alike = known.get(key) ?? [];
      const existing = alike.find((kernel) => sameStmts(kernel.body, renamed));
      const kernel = existing ?? { name: uniqueName(name), parameters, body: renamed, inPlace };
      if (existing === undefined) {
        known.set(key, [...alike, kernel]);
        kernels.set(kernel.name, kernel);
      }
      return { kernel: kernel.name, buffers: uses.map(([buffer]) => buffer) };
    },
  };
};

/** Tells kernels of one name apart by numbers: `relu`, `relu_2`, `relu_3`. */
const uniqueNames = (taken: ReadonlyMap<string, Kernel>): ((wanted: string) => string) => {
  const counts = new Map<string, number>();
  return (wanted) => {
    for (let count = counts.get(wanted) ?? 1; ; count++) {
      const candidate = count === 1 ? wanted : `${wanted}_${count}`;
      if (taken.has(candidate)) continue;
      counts.set(wanted, count + 1);
      return candidate;
    }
  };
};
