// From a body that speaks of the program's buffers to a kernel that speaks of its parameters: buffers become parameters in
// the order they first appear, so that two layers of one shape give the same kernel, which is then kept once.
import { match } from "ts-pattern";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { childrenOf, type Expr } from "../../ir/loop/expr.ts";
import type { Access, Buffer, Call, Kernel, KernelParameter } from "../../ir/loop/kernel.ts";
import { keyOf } from "../../ir/loop/key.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";

/** One read or write of a buffer: in which block, at which position in it, at which index. */
interface Touch {
  readonly block: readonly Stmt[];
  readonly position: number;
  readonly index: string;
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
  const read = (expr: Expr, block: readonly Stmt[], position: number): void => {
    if (expr.kind === "load") of(expr.buffer).loads.push({ block, position, index: keyOf(expr.index) });
    for (const child of childrenOf(expr)) read(child, block, position);
  };
  const visit = (block: readonly Stmt[]): void => {
    for (const [position, stmt] of block.entries())
      match(stmt)
        .with({ kind: "let" }, { kind: "assign" }, ({ value }) => read(value, block, position))
        .with({ kind: "store" }, ({ buffer, index, value }) => {
          read(index, block, position);
          read(value, block, position);
          of(buffer).stores.push({ block, position, index: keyOf(index) });
        })
        .with({ kind: "for" }, ({ from, to, body: inner }) => {
          read(from, block, position);
          read(to, block, position);
          visit(inner);
        })
        .with({ kind: "if" }, ({ condition, then, otherwise }) => {
          read(condition, block, position);
          visit(then);
          visit(otherwise);
        })
        .exhaustive();
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
        other.index === touch.index &&
        (before ? other.position >= touch.position : other.position <= touch.position),
    );
  return (
    read.loads.every((load) => paired(load, written.stores, true)) &&
    written.stores.every((store) => paired(store, read.loads, false)) &&
    written.stores.every((store) =>
      read.loads.every((load) => load.block !== store.block || load.position <= store.position),
    )
  );
};

/** JSON that keeps apart what plain JSON does not: -0, NaN and the infinities. */
const exactText = (body: readonly Stmt[]): string =>
  JSON.stringify(body, (_, part: unknown) =>
    typeof part === "number" && (Object.is(part, -0) || !Number.isFinite(part))
      ? `number ${Object.is(part, -0) ? "-0" : part}`
      : part,
  );

const accessOf = ({ loads, stores }: Uses): Access =>
  stores.length === 0 ? "read" : loads.length === 0 ? "write" : "update";

const renameExpr = (expr: Expr, names: ReadonlyMap<string, string>): Expr =>
  match(expr)
    .with({ kind: "const" }, { kind: "var" }, (leaf) => leaf)
    .with({ kind: "load" }, (load) => ({
      ...load,
      buffer: names.get(load.buffer) ?? load.buffer,
      index: renameExpr(load.index, names),
    }))
    .with({ kind: "binary" }, { kind: "compare" }, (pair) => ({
      ...pair,
      left: renameExpr(pair.left, names),
      right: renameExpr(pair.right, names),
    }))
    .with({ kind: "select" }, (select) => ({
      ...select,
      condition: renameExpr(select.condition, names),
      then: renameExpr(select.then, names),
      otherwise: renameExpr(select.otherwise, names),
    }))
    .otherwise((one) => ({ ...one, operand: renameExpr(one.operand, names) }));

const renameStmt = (stmt: Stmt, names: ReadonlyMap<string, string>): Stmt =>
  match(stmt)
    .with({ kind: "let" }, { kind: "assign" }, (binding) => ({ ...binding, value: renameExpr(binding.value, names) }))
    .with({ kind: "store" }, (store) => ({
      ...store,
      buffer: names.get(store.buffer) ?? store.buffer,
      index: renameExpr(store.index, names),
      value: renameExpr(store.value, names),
    }))
    .with({ kind: "for" }, (loop) => ({
      ...loop,
      from: renameExpr(loop.from, names),
      to: renameExpr(loop.to, names),
      body: loop.body.map((inner) => renameStmt(inner, names)),
    }))
    .with({ kind: "if" }, (branch) => ({
      ...branch,
      condition: renameExpr(branch.condition, names),
      then: branch.then.map((inner) => renameStmt(inner, names)),
      otherwise: branch.otherwise.map((inner) => renameStmt(inner, names)),
    }))
    .exhaustive();

/** The kernels of a program, each kept once. */
export interface KernelTable {
  /** Makes a kernel of a body over program buffers, or finds the equal one, and gives the call. */
  readonly add: (name: string, body: readonly Stmt[], bufferOf: (name: string) => Buffer) => Call;
  readonly kernels: ReadonlyMap<string, Kernel>;
}

/** Starts an empty table. */
export const kernelTable = (): KernelTable => {
  const kernels = new Map<string, Kernel>();
  const known = new Map<string, string>();
  return {
    kernels,
    add: (name, body, bufferOf) => {
      const uses = [...usesOf(body)];
      const names = new Map(uses.map(([buffer], position) => [buffer, `buffer${position}`]));
      const parameters = uses.map(([buffer, use], position): KernelParameter => {
        const { dtype, length } = bufferOf(buffer);
        return { name: `buffer${position}`, dtype, length, access: accessOf(use) };
      });
      const inPlace = uses.flatMap(([, written], to) =>
        uses.flatMap(([, read], from): readonly (readonly [number, number])[] => {
          const [target, source] = [parameters[to], parameters[from]];
          const fits = target?.dtype === source?.dtype && target?.length === source?.length;
          return to !== from && fits && written.stores.length > 0 && read.loads.length > 0 && mayShare(written, read)
            ? [[to, from]]
            : [];
        }),
      );
      const renamed = body.map((stmt) => renameStmt(stmt, names));
      const key = `${JSON.stringify({ parameters, inPlace })}${exactText(renamed)}`;
      const existing = known.get(key);
      const kernelName = existing ?? uniqueName(name, kernels);
      if (existing === undefined) {
        known.set(key, kernelName);
        kernels.set(kernelName, { name: kernelName, parameters, body: renamed, inPlace });
      }
      return { kernel: kernelName, buffers: uses.map(([buffer]) => buffer) };
    },
  };
};

const uniqueName = (name: string, taken: ReadonlyMap<string, Kernel>): string => {
  for (let count = 0; ; count++) {
    const candidate = count === 0 ? name : `${name}_${count + 1}`;
    if (!taken.has(candidate)) return candidate;
    invariant(count <= taken.size, "a free kernel name");
  }
};
