// Mistakes of joining kernels over the same rows, and of what is known of touches: rows that need others, places of rows, order.
import type { Mutant } from "../mutant.ts";

const work = "src/passes/join-rows/work.ts";
const touches = "src/passes/threads/touches.ts";
const tests = ["test/passes/join-rows.test.ts"];

export const rowMutants: readonly Mutant[] = [
  {
    name: "rows-need-others",
    says: "rows are joined although they read other rows of what the first kernel writes",
    file: work,
    find: "    othersMeet(view, work.loop, added, [...old, ...added]);",
    put: "    othersMeet(view, work.loop, added, added);",
    tests,
  },
  {
    name: "rows-contracted-place",
    says: "of several rows in an iteration, all are found at the place of the first",
    file: "src/passes/join-rows/contract-rows.ts",
    find: "filter(([each]) => each !== key)) };",
    put: "filter(([each, { coefficient }]) => each !== key && coefficient !== rowLength / loop.step)) };",
    tests,
  },
  {
    name: "rows-step",
    says: "rows are taken several at a time although that does not come out even",
    file: work,
    find: " && (to.value - from.value) % step === 0;",
    put: ";",
    tests,
  },
  {
    name: "rows-in-place",
    says: "a joined kernel may write over a row that it reads again further down",
    file: "src/passes/join-rows/row-pairs.ts",
    find: "  return lastRead < firstWrite || (",
    put: "  return Math.min(...uses(read)) <= firstWrite || (",
    tests,
  },
  {
    name: "rows-prelude",
    says: "what is named before the loop may be read before the first kernel has written it",
    file: work,
    find: "  if ([...buffersIn(second.prelude)].some((buffer) => written.has(buffer))) return undefined;",
    put: "  if ([...buffersIn(second.prelude)].every((buffer) => written.has(buffer)) && written.size === 0) return undefined;",
    tests,
  },
  {
    name: "touches-read-and-write",
    says: "what is read and what is written never meet, only two writes do",
    file: touches,
    find: "!(a.writes || b.writes)) return false;",
    put: "!(a.writes && b.writes)) return false;",
    tests: ["test/passes/threads/share-kernel.test.ts"],
  },
  {
    name: "touches-width",
    says: "a vector that is stored touches its first element alone",
    file: touches,
    find: "stmt.index, 1 + spanOf(stmt.value.type), true)",
    put: "stmt.index, 1, true)",
    tests: ["test/passes/threads/share-kernel.test.ts"],
  },
];
