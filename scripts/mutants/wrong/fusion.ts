// Mistakes of fusion and of lowering: what is computed where, and what is read from where.
import type { Mutant } from "../mutant.ts";

const followers = "src/passes/fusion/followers.ts";
const elementwise = "src/passes/fuse-elementwise.ts";
const readers = "src/passes/lowering/element-readers.ts";
const group = "src/passes/lowering/lower-group.ts";

export const fusionMutants: readonly Mutant[] = [
  {
    name: "fusion-second-reader",
    says: "what is read elsewhere than at the own element counts as read at it",
    file: followers,
    find: "    for (const operand of node.operands) visit(operand, inner);",
    put: "    for (const operand of node.operands) visit(operand, pointwise);",
    tests: ["test/passes/fuse-elementwise.test.ts"],
  },
  {
    name: "fusion-first-reading-counts",
    says: "the first way of reading a value is taken for the only one",
    file: followers,
    find: '      if (!pointwise || !reads.has(value)) reads.set(value, pointwise ? "pointwise" : "elsewhere");',
    put: '      if (!reads.has(value)) reads.set(value, pointwise ? "pointwise" : "elsewhere");',
    tests: ["test/passes/fuse-elementwise.test.ts"],
  },
  {
    name: "fusion-closes-cycle",
    says: "groups merge although one needs the other through a third",
    file: followers,
    find: "  !merging.order.needsIndirectly(later, earlier);",
    put: "  merging !== undefined;",
    tests: ["test/passes/fusion/guarantees.test.ts"],
  },
  {
    name: "fusion-output-dropped",
    says: "a result that leaves the entry is not kept where another group reads it, too",
    file: elementwise,
    find: 'work === "loop" || node.results.some(({ id }) => required.has(id)))',
    put: 'work === "loop" || node.results.some(({ id }) => required.has(id) && !users.has(id)))',
  },
  {
    name: "fusion-epilogue-twice",
    says: "what follows a product is done once for each region, over the raw result again",
    file: group,
    find: "      if (followers.length === 0) return;",
    put: "      if (followers.length === 0) return;\n      if (raw !== undefined && followers.length === 1) overRegion(body, region, (index, inner) => storeOutputs(around, group, inner, { index, position: flatten(index, shape) }, followers, given));",
  },
  {
    name: "fusion-raw-in-other-output",
    says: "the raw result lies in an output of another element type of the same size",
    file: group,
    find: "    (value) => typeOf(around.graph, value).dtype === type.dtype && !around.isUpdate(value),",
    put: "    (value) => !around.isUpdate(value),",
  },
  {
    name: "lowering-wrong-reader-index",
    says: "a reshape is read as if the operand had the same index",
    file: readers,
    find: "      return (body, index) => read(operand)(body, reindex(index, from, to));",
    put: "      return (body, index) => read(operand)(body, from.length === to.length ? index : reindex(index, from, to));",
  },
  {
    name: "lowering-shared-too-far",
    says: "a value read at two places of the same rank is computed once for both",
    file: readers,
    find: '(index === place?.index ? "here" : index.map(keyOf).join());',
    put: '(index === place?.index ? "here" : index.slice(0, -1).map(keyOf).join());',
  },
  {
    name: "lowering-store-before-read",
    says: "a kernel may write over an operand that it reads later in the same iteration",
    file: "src/passes/lowering/finish-kernel.ts",
    find: "      read.loads.every((load) => load.block !== store.block || load.position <= store.position),",
    put: "      read.loads.every((load) => load.block !== store.block || load.position <= store.position + 1),",
    tests: ["test/passes/lowering/finish-kernel.test.ts"],
  },
  {
    name: "lowering-in-place-elsewhere",
    says: "a kernel may write over an operand that it reads at other elements",
    file: "src/passes/lowering/finish-kernel.ts",
    find: "        sameExpr(other.index, touch.index),",
    put: "        other.index.kind === touch.index.kind,",
  },
  {
    name: "attention-scale-dropped",
    says: "of scores that are scaled, fused attention keeps the unscaled product",
    file: "src/passes/attention/match-weights.ts",
    find: '  if (view.op === "binary" && view.attrs.fn === "div") return { weights: first, by: "over", given: second };',
    put: '  if (view.op === "binary" && view.attrs.fn === "div") return { weights: first };',
    tests: ["test/passes/attention/spellings.test.ts"],
  },
  {
    name: "attention-softmax-axis",
    says: "attention is seen in a softmax over any axis",
    file: "src/passes/attention/match-weights.ts",
    find: "    const overKeys = along.length === 1 && along[0]?.name === keys.name;",
    put: "    const overKeys = along.length === 1 && keys.name !== undefined;",
    tests: ["test/passes/attention/not-attention.test.ts"],
  },
];
