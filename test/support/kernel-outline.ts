// What a kernel does without where: its loops with their ends, steps and modes, and how much is loaded, stored and computed in
// each of them. Indices, names and order are left to tests of what kernels compute.
import { childrenOf, type Expr, isVector } from "../../src/ir/loop/expr.ts";
import { printExpr } from "../../src/ir/loop/print.ts";
import { exprsOf, visitExpr } from "../../src/ir/loop/rewrite.ts";
import type { Stmt } from "../../src/ir/loop/stmt.ts";

const counted = (tally: ReadonlyMap<string, number>): string =>
  [...tally].map(([what, count]) => `${count} ${what}`).join(", ");

const lanesOf = (expr: Expr): string => (isVector(expr.type) ? " x4" : "");

const isWhole = ({ type }: Expr): boolean => type === "i32" || type === "bool";

/** What the statements of a block do themselves: loops and branches inside it have lines of their own. */
const ownWork = (block: readonly Stmt[]): string => {
  const tally = new Map<string, number>();
  const count = (what: string): unknown => tally.set(what, (tally.get(what) ?? 0) + 1);
  for (const stmt of block) {
    for (const expr of exprsOf(stmt))
      visitExpr(expr, (each) => {
        if (each.kind === "load") count(`loads of ${each.buffer}${lanesOf(each)}`);
        else if (each.kind === "compare") count(`${each.fn}${lanesOf(each)}`);
        else if (each.kind === "reduceLanes" || (childrenOf(each).length > 0 && !isWhole(each)))
          count(`${"fn" in each ? each.fn : each.kind}${lanesOf(each)}`);
      });
    if (stmt.kind === "store") count(`stores to ${stmt.buffer}${lanesOf(stmt.value)}`);
  }
  return counted(tally);
};

const rangeOf = ({ index, from, to, step, mode }: Stmt & { readonly kind: "for" }): string =>
  `${index.replace(/\d+$/, "")} in ${printExpr(from)}..${printExpr(to)}${step === 1 ? "" : ` step ${step}`}${mode === "serial" ? "" : ` ${mode}`}`;

const blockLines = (block: readonly Stmt[], indent: string): readonly string[] => {
  const work = ownWork(block);
  return [
    ...(work === "" ? [] : [`${indent}${work}`]),
    ...block.flatMap((stmt): readonly string[] => {
      if (stmt.kind === "if")
        return [
          `${indent}if`,
          ...blockLines(stmt.then, `${indent}  `),
          ...(stmt.otherwise.length === 0 ? [] : [`${indent}else`, ...blockLines(stmt.otherwise, `${indent}  `)]),
        ];
      if (stmt.kind !== "for") return [];
      const [first = "", ...rest] = blockLines(stmt.body, `${indent}  `);
      // A loop that does nothing else than run what follows stands on its line.
      const inner = first.trimStart();
      const joins =
        rest.length === 0 || (inner.startsWith("for ") && rest.every((line) => line.startsWith(`${indent}    `)));
      const head = `${indent}for ${rangeOf(stmt)}`;
      if (!joins) return [head, first, ...rest];
      return [
        inner.startsWith("for ") ? `${head}, ${inner.slice("for ".length)}` : `${head}: ${inner}`,
        ...rest.map((line) => line.slice(2)),
      ];
    }),
  ];
};

/** The outermost loops alone, and how they run. */
export const outerLoops = (body: readonly Stmt[], indent: string): string =>
  body.flatMap((stmt) => (stmt.kind === "for" ? [`${indent}for ${rangeOf(stmt)}\n`] : [])).join("");

/** The outline of a block of statements, one line for each loop and for what stands in it. */
export const outlineOf = (body: readonly Stmt[], indent = ""): string =>
  blockLines(body, indent)
    .map((line) => `${line}\n`)
    .join("");
