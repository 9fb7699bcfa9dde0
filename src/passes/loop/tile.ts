// Transposing loops by tiles. Where the innermost loop stores one element after the other but reads far apart, and a loop
// around it is the one along which reading would be contiguous, both go by blocks: what is read then comes from a few cache
// lines, of which every element is used while they are at hand. Elements are only moved or computed by themselves, so the
// order does not matter.
//
//   for i in 0..1000 { for j in 0..1000 vector { y[i * 1000 + j] = x[j * 1000 + i] } }
//   for ib in 0..62 { for jb in 0..250 { for i in ib * 16..ib * 16 + 16 { y[i * 1000 + jb * 4] = x[jb * 4000 + i]  ... } } }
import { add, i32, multiply, variable } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { coefficientOf, type Linear, linearOf } from "../../ir/loop/linear.ts";
import {
  freshNames,
  mapBlocks,
  renameDeclared,
  someExpr,
  substituteStmts,
  visitOwnExprs,
  withBody,
} from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { memoryOf } from "./independence.ts";
import type { KernelPass } from "./kernel-pass.ts";

type Loop = StmtOf<"for">;

/** Elements of a block that are stored side by side, and those that are read side by side: measured best of 4 to 64. */
const width = 4;
const height = 16;
/** Loops of fewer iterations, or of more statements, are left as they are. */
const fewestTrips = 16;
const mostStatements = 12;

/** Loops each of which contains nothing but the next, and the statements of the innermost. */
interface Nest {
  readonly loops: readonly Loop[];
  readonly body: readonly Stmt[];
}

const nestOf = (loop: Loop): Nest => {
  const [only, ...others] = loop.body;
  if (only?.kind !== "for" || others.length > 0) return { loops: [loop], body: loop.body };
  const { loops, body } = nestOf(only);
  return { loops: [loop, ...loops], body };
};

/** How far apart the elements are that neighbouring iterations of a loop access; undefined where that changes. */
const strideOf = (form: Linear, { index }: Loop): number | undefined =>
  coefficientOf(form, index, (atom) => someExpr(atom, (each) => each.kind === "var" && each.name === index));

const isSimple = ({ from, to, step }: Loop): boolean =>
  step === 1 && from.kind === "const" && from.value === 0 && to.kind === "const";

const tripsOf = ({ to }: Loop): number => (to.kind === "const" ? to.value : 0);

/** Whether a block stores what it computes of other memory: no iteration can tell when the others run. */
const onlyMoves = (kernel: Kernel, body: readonly Stmt[]): boolean => {
  const memory = memoryOf(kernel);
  const [stored, loaded] = [new Set<string>(), new Set<string>()];
  for (const stmt of body) {
    if (stmt.kind !== "store" && (stmt.kind !== "let" || stmt.mutable)) return false;
    if (stmt.kind === "store") stored.add(memory(stmt.buffer));
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load") loaded.add(memory(each.buffer));
    });
  }
  return [...stored].every((buffer) => !loaded.has(buffer));
};

/** The loop along which what the innermost one reads far apart lies side by side; all stores must be contiguous in the latter. */
const acrossOf = (kernel: Kernel, { loops, body }: Nest): Loop | undefined => {
  const inner = loops.at(-1);
  if (inner === undefined || body.length > mostStatements || !loops.every(isSimple)) return undefined;
  if (!onlyMoves(kernel, body)) return undefined;
  const forms: Linear[] = [];
  let contiguous = true;
  for (const stmt of body) {
    if (stmt.kind === "store") contiguous &&= strideOf(linearOf(stmt.index), inner) === 1;
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load") forms.push(linearOf(each.index));
    });
  }
  if (!contiguous) return undefined;
  const far = forms.find((form) => Math.abs(strideOf(form, inner) ?? 0) > 1);
  return far === undefined ? undefined : loops.slice(0, -1).findLast((loop) => strideOf(far, loop) === 1);
};

/** The body for `count` neighbouring iterations from `start` on. */
const sideBySide = (
  body: readonly Stmt[],
  index: string,
  start: Expr,
  count: number,
  fresh: (hint: string) => string,
) =>
  Array.from({ length: count }, (_, at) =>
    substituteStmts(renameDeclared(body, fresh), new Map([[index, add(start, at)]])),
  ).flat();

/** The two loops by blocks; what does not fill a block follows. */
const tiled = ({ loops, body }: Nest, across: Loop, inner: Loop, fresh: (hint: string) => string): readonly Stmt[] => {
  const [block, rows, row] = [fresh(inner.index), fresh(across.index), fresh(across.index)];
  const blocks = Math.floor(tripsOf(inner) / width);
  const atRow = (stmts: readonly Stmt[], from: Expr, to: Expr): Loop => ({
    ...across,
    index: row,
    from,
    to,
    body: substituteStmts(stmts, new Map([[across.index, variable("i32", row)]])),
  });
  const start = multiply(variable("i32", block), width);
  const strip = (from: Expr, to: Expr): Loop => ({
    ...inner,
    index: block,
    to: i32(blocks),
    mode: "serial",
    body: [atRow(sideBySide(body, inner.index, start, width, fresh), from, to)],
  });
  const strips = Math.floor(tripsOf(across) / height);
  const first = multiply(variable("i32", rows), height);
  const whole: Loop = { ...across, index: rows, to: i32(strips), body: [strip(first, add(first, height))] };
  const below = renameDeclared([strip(i32(strips * height), across.to)], fresh);
  const last = sideBySide(body, inner.index, i32(blocks * width), tripsOf(inner) % width, fresh);
  const beside = renameDeclared([{ ...across, body: last }], fresh);
  const parts = [
    whole,
    ...(tripsOf(across) % height === 0 ? [] : below),
    ...(tripsOf(inner) % width === 0 ? [] : beside),
  ];
  const around = loops.filter((loop) => loop !== across && loop !== inner);
  return around.reduceRight<readonly Stmt[]>((inside, loop) => [{ ...loop, body: inside }], parts);
};

const tileBlock = (kernel: Kernel, stmts: readonly Stmt[], fresh: (hint: string) => string): readonly Stmt[] =>
  stmts.flatMap((stmt): readonly Stmt[] => {
    if (stmt.kind === "for") {
      const nest = nestOf(stmt);
      const across = acrossOf(kernel, nest);
      const inner = nest.loops.at(-1);
      const isLarge = [across, inner].every((loop) => loop !== undefined && tripsOf(loop) >= fewestTrips);
      if (across !== undefined && inner !== undefined && isLarge) return tiled(nest, across, inner, fresh);
    }
    return [mapBlocks(stmt, (block) => tileBlock(kernel, block, fresh))];
  });

/** Blocks of transposing loops. */
export const tile: KernelPass = {
  name: "tile",
  summary: "goes by blocks where loops read far apart what lies side by side along another loop",
  run: (kernel: Kernel): Kernel => withBody(kernel, tileBlock(kernel, kernel.body, freshNames(kernel))),
};
