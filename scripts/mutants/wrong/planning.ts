// Mistakes of memory planning: buffers that lie on top of each other while both are in use.
import type { Mutant } from "../mutant.ts";

const lives = "src/passes/planning/lives.ts";

export const planningMutants: readonly Mutant[] = [
  {
    name: "plan-freed-early",
    says: "a buffer read by several calls is free before the last of them",
    file: lives,
    find: "      life.last = at;",
    put: "      life.last = Math.max(life.first, at - 1);",
  },
  {
    name: "plan-outputs-end",
    says: "outputs may be written over by the last call",
    file: lives,
    find: "  for (const { buffer } of entry.outputs) touch(buffer, entry.calls.length);",
    put: "  for (const { buffer } of entry.outputs) touch(buffer, lives.get(buffer)?.last ?? entry.calls.length);",
  },
  {
    name: "plan-writes-over-live",
    says: "a kernel writes over an operand that a later call reads",
    file: lives,
    find: "    if (begins?.first !== at || ends?.last !== at ||",
    put: "    if (begins?.first !== at || ends === undefined || ends.last < at ||",
  },
  {
    name: "plan-taker-forgotten",
    says: "a result loses the operand that it is written over to the next result that could take it",
    file: lives,
    find: "      if (taker !== undefined && !take(taker, tried)) return false;",
    put: "      if (taker !== undefined && taker === target) return false;",
    tests: ["test/passes/planning/lives.test.ts"],
  },
  {
    name: "plan-over-two",
    says: "one result is written over two operands",
    file: lives,
    find: "  for (const target of wanted.keys()) take(target, new Set());",
    put: "  for (const target of wanted.keys()) if (take(target, new Set())) take(target, new Set(takerOf.keys()));",
    tests: ["test/passes/planning/lives.test.ts"],
  },
  {
    name: "plan-in-place-size",
    says: "a buffer is written over a smaller one",
    file: lives,
    find: "ends.first === at || begins.bytes !== ends.bytes) continue;",
    put: "ends.first === at) continue;",
    tests: ["test/passes/planning/lives.test.ts"],
  },
  {
    name: "plan-interval-end",
    says: "what ends in the call in which another buffer begins gives up its place to it",
    file: "src/passes/planning/allocate-in-time.ts",
    find: "(blocks[end]?.last ?? 0) < block.first; end = ends[++ended])",
    put: "(blocks[end]?.last ?? 0) <= block.first; end = ends[++ended])",
  },
  {
    name: "plan-gap-too-small",
    says: "a block is put into a gap that is a line too small",
    file: "src/passes/planning/fit-gaps.ts",
    find: "    if (slack >= 0 && slack < least) [best, least] = [free, slack];",
    put: "    if (slack >= -64 && slack < least) [best, least] = [free, slack];",
    tests: ["test/passes/planning/ways-to-place.test.ts"],
  },
  {
    name: "plan-alignment",
    says: "buffers are as long as their elements, so the next one may begin anywhere",
    file: "src/ir/loop/kernel.ts",
    find: "  Math.ceil((dtypes[dtype].bytes * length) / bufferAlignment) * bufferAlignment;",
    put: "  dtypes[dtype].bytes * length;",
  },
  {
    name: "plan-shared-inputs",
    says: "inputs that several entry points share begin at one place",
    file: "src/passes/plan-buffers.ts",
    find: "    for (const entry of sharing) ends.set(entry, offset + bytesOf(buffer));",
    put: "    for (const entry of sharing) ends.set(entry, offset);",
    tests: ["test/passes/planning/lives.test.ts"],
  },
];
