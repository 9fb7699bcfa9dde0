// Which buffers of joined loops may be in one place: a result may be written over an operand if each row of it is written when that
// row of the operand has been read for the last time.
import type { Kernel } from "../../ir/loop/kernel.ts";
import { buffersIn } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";
import { readsBeforeWriting } from "../lowering/finish-kernel.ts";
import { iterationsMeet, viewKernel } from "../threads/touches.ts";

type Loop = StmtOf<"for">;

/** Within a row: what reads stands before what writes, and a statement that does both reads each element before it writes it. */
const isOrdered = ({ body }: Loop, written: string, read: string): boolean => {
  const uses = (name: string): readonly number[] =>
    body.flatMap((stmt, at) => (buffersIn([stmt]).has(name) ? [at] : []));
  const [lastRead, firstWrite] = [Math.max(-1, ...uses(read)), Math.min(body.length, ...uses(written))];
  const both: readonly Stmt[] = body.slice(firstWrite, firstWrite + 1);
  return lastRead < firstWrite || (lastRead === firstWrite && readsBeforeWriting(both, written, read));
};

/** The kernel with such pairs added to those that it has. */
export const withRowPairs = (kernel: Kernel): Kernel => {
  const loop = kernel.body.at(-1);
  if (loop?.kind !== "for") return kernel;
  const positions = [...kernel.parameters.entries()];
  const known = new Set(kernel.inPlace.map((pair) => pair.join()));
  const pairs = positions.flatMap(([to, target]) =>
    positions.flatMap(([from, source]): readonly (readonly [number, number])[] => {
      const fits = target.dtype === source.dtype && target.length === source.length;
      if (target.access !== "write" || source.access !== "read" || !fits || known.has(`${to},${from}`)) return [];
      if (!isOrdered(loop, target.name, source.name)) return [];
      const view = viewKernel({ ...kernel, inPlace: [[to, from]] });
      const touches = view
        .touchesOf(loop.body)
        .filter(({ memory }) => memory === target.name || memory === source.name);
      return iterationsMeet(view, loop, touches) ? [] : [[to, from]];
    }),
  );
  return pairs.length === 0 ? kernel : { ...kernel, inPlace: [...kernel.inPlace, ...pairs] };
};
