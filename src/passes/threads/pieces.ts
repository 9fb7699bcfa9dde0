// Divides a kernel that cannot be shared as a whole: what it does one after the other becomes kernels that are called one after the other, so
// that threads wait between them. A sum that is cleared, added to and then used is three.
import type { Access, Kernel, KernelParameter } from "../../ir/loop/kernel.ts";
import { blocksOf, someExpr, visitOwnExprs, visitStmts } from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import { withoutDead } from "../loop/remove-dead.ts";

/** A part of a kernel as a kernel. */
export interface Piece {
  readonly kernel: Kernel;
  /** For each of its parameters, the position of it among those of the whole. */
  readonly positions: readonly number[];
}

/** More pieces than this would cost more waits than they are worth. */
const mostPieces = 6;

const accessesOf = (body: readonly Stmt[]): ReadonlyMap<string, Access> => {
  const accesses = new Map<string, Access>();
  const note = (buffer: string, access: Access): void => {
    const known = accesses.get(buffer) ?? access;
    accesses.set(buffer, known === access ? access : "update");
  };
  visitStmts(body, (stmt) => {
    if (stmt.kind === "store") note(stmt.buffer, "write");
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load") note(each.buffer, "read");
    });
  });
  return accesses;
};

const pieceOf = (kernel: Kernel, statements: readonly Stmt[], number: number): Piece => {
  const body = withoutDead(statements);
  const accesses = accessesOf(body);
  const positions = [...kernel.parameters.keys()].filter((at) => accesses.has(kernel.parameters[at]?.name ?? ""));
  const parameters = positions.flatMap((at): readonly KernelParameter[] => {
    const parameter = kernel.parameters[at];
    const access = accesses.get(parameter?.name ?? "");
    return parameter === undefined || access === undefined ? [] : [{ ...parameter, access }];
  });
  const inPlace = kernel.inPlace.flatMap(([written, read]): Kernel["inPlace"] => {
    const pair = [positions.indexOf(written), positions.indexOf(read)] as const;
    return pair.includes(-1) ? [] : [pair];
  });
  return { kernel: { name: `${kernel.name}_part${number}`, parameters, body, inPlace }, positions };
};

/** Whether a statement only names a value that is the same whenever it is computed. */
const isSteady = (stmt: Stmt, written: ReadonlyMap<string, Access>): boolean =>
  stmt.kind === "let" &&
  !stmt.mutable &&
  !someExpr(stmt.value, (each) => each.kind === "load" && written.get(each.buffer) !== "read");

/** The statements of a kernel as kernels of their own; undefined where they hang together by more than memory. */
export const piecesOf = (kernel: Kernel): readonly Piece[] | undefined => {
  const accesses = accessesOf(kernel.body);
  const named = kernel.body.filter((stmt) => isSteady(stmt, accesses));
  const others = kernel.body.filter((stmt) => !isSteady(stmt, accesses));
  const standAlone = others.every((stmt) => stmt.kind === "store" || blocksOf(stmt).length > 0);
  if (!standAlone || others.length < 2 || others.length > mostPieces) return undefined;
  return others.map((stmt, number) => pieceOf(kernel, [...named, stmt], number));
};
