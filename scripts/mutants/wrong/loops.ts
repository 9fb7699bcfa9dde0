// Mistakes of the passes over kernels: block edges, remainders, order, what may move.
import type { Mutant } from "../mutant.ts";

const vectorize = "src/passes/loop/vectorize.ts";
const widen = "src/passes/loop/widen.ts";
const hoist = "src/passes/loop/hoist.ts";
const simplify = "src/passes/loop/simplify-index.ts";

export const loopMutants: readonly Mutant[] = [
  {
    name: "vectorize-block-edge",
    says: "the last four that are done once more end one element early",
    file: vectorize,
    find: "const last = part(loop, subtract(to, lanes), to, lanes, body);",
    put: "const last = part(loop, subtract(to, lanes + 1), subtract(to, 1), lanes, body);",
  },
  {
    name: "vectorize-no-remainder",
    says: "of a fold, what is left behind the last block is not folded",
    file: vectorize,
    find: "  return [...range.prelude, ...starts, ...main, ...joins, ...more, ...ends, ...rest];",
    put: "  return [...range.prelude, ...starts, ...main, ...joins, ...more, ...ends, ...(range.trips === undefined || range.trips > 8 ? [] : rest)];",
  },
  {
    name: "vectorize-last-four-repeated",
    says: "the last four are done once more although they read what the loop writes",
    file: vectorize,
    find: "    if (exprsOf(stmt).some((expr) => someExpr(expr, reads))) repeatable = false;",
    put: "    if (exprsOf(stmt).some((expr) => someExpr(expr, reads))) repeatable = repeatable && written.size > 0;",
  },
  {
    name: "vectorize-accumulators",
    says: "of four accumulators three are joined",
    file: vectorize,
    find: "  return third === undefined ? pair : binary(fn, pair, joined(third, rest, fn));",
    put: "  return third === undefined ? pair : binary(fn, pair, third);",
  },
  {
    name: "vectorize-copy-offset",
    says: "copies of a fold's body begin one lane too early",
    file: vectorize,
    find: '  const shifted = add(variable("i32", loop.index), copy * lanes);',
    put: '  const shifted = add(variable("i32", loop.index), copy * lanes - (copy === 3 ? 1 : 0));',
  },
  {
    name: "vectorize-stride",
    says: "elements at a stride of three are loaded as if at two",
    file: widen,
    find: "isWord(widening, expr.buffer) ? { ...expr, type, stride } : undefined;",
    put: "isWord(widening, expr.buffer) ? { ...expr, type, stride: Math.min(stride, 2) } : undefined;",
  },
  {
    name: "vectorize-stored-lanes",
    says: "lanes stored apart lie one element further apart from the third on",
    file: widen,
    find: "index: add(stmt.index, at * stride), value: lane(vector, at) }),",
    put: "index: add(stmt.index, at * stride), value: lane(vector, at === 2 && stride > 2 ? 1 : at) }),",
  },
  {
    name: "vectorize-ramp",
    says: "a whole number that counts by two counts by one in lanes",
    file: widen,
    find: '  if (expr.kind === "binary" && expr.type === "i32" && strideOf(expr, widening) === 1)',
    put: '  if (expr.kind === "binary" && expr.type === "i32" && [1, 2].includes(strideOf(expr, widening) ?? 0))',
  },
  {
    name: "vectorize-dependence",
    says: "iterations that are further apart than half the loop count as never meeting",
    file: "src/passes/loop/independence.ts",
    find: "  const reach = trips * stride;",
    put: "  const reach = (trips * stride) / 2;",
  },
  {
    name: "reduction-identity",
    says: "lanes of a maximum start from 0",
    file: "src/passes/loop/reductions.ts",
    find: "  max: { f32: Number.NEGATIVE_INFINITY, i32: -(2 ** 31) },",
    put: "  max: { f32: 0, i32: -(2 ** 31) },",
  },
  {
    name: "hoist-out-of-branch",
    says: "a load leaves a branch that keeps its index in range",
    file: hoist,
    find: 'kind === "branch" || (kind === "loop" && !runs));',
    put: 'kind === "loop" && !runs);',
  },
  {
    name: "hoist-changing-buffer",
    says: "what a kernel both reads and writes counts as constant",
    file: hoist,
    find: 'filter(({ access }) => access !== "read")',
    put: 'filter(({ access }) => access === "write")',
  },
  {
    name: "hoist-mutable",
    says: "a changing variable counts as fixed in inner loops",
    file: hoist,
    find: "  const changing = blocks.findLastIndex((block, depth) => depth > declared && block.assigned.has(name));",
    put: "  const changing = blocks.findIndex((block, depth) => depth > declared && block.assigned.has(name));",
  },
  {
    name: "unroll-rest",
    says: "what is left of a loop written out by a divisor is dropped",
    file: "src/passes/loop/unroll.ts",
    find: "  const rest = range(trips - blocks * divisor).flatMap(",
    put: "  const rest = range(Math.max(0, trips - blocks * divisor - 1)).flatMap(",
  },
  {
    name: "split-at-crossing",
    says: "a loop is split one index early where a comparison is strict",
    file: "src/passes/loop/split-ranges.ts",
    find: "    ends.some((end, at) => end - (starts[at] ?? 0) >= lanes);\n  if (!isWorthIt) return [loop];",
    put: "    ends.some((end, at) => end - (starts[at] ?? 0) >= lanes);\n  if (!isWorthIt) return [loop];\n  if (splits.length === 2) ends[0] = (ends[0] ?? 0) - 1;",
  },
  {
    name: "tile-last-columns",
    says: "the columns that fill no block of a transposed loop are left out",
    file: "src/passes/loop/tile.ts",
    find: "    ...(tripsOf(inner) % width === 0 ? [] : beside),",
    put: "    ...(tripsOf(inner) % width <= 1 ? [] : beside),",
  },
  {
    name: "index-rounding",
    says: "a negative sum is divided like a positive one",
    file: "src/passes/loop/divide-linear.ts",
    find: "    const positive = interval.low >= 0 ? dividePositive(form, divisor, arithmetic) : undefined;",
    put: "    const positive = interval.low >= -1 ? dividePositive(form, divisor, arithmetic) : undefined;",
  },
  {
    name: "index-comparison",
    says: "a comparison that holds nearly everywhere is decided",
    file: simplify,
    find: "      return decided(below(-1), () => above(0));",
    put: "      return decided(below(0), () => above(0));",
  },
  {
    name: "index-single-trip",
    says: "a loop of two iterations by a step runs once",
    file: simplify,
    find: "Math.max(Math.ceil((to.value - from.value) / step), 0)",
    put: "Math.max(Math.floor((to.value - from.value) / step), from.value < to.value ? 1 : 0)",
  },
  {
    name: "inline-past-store",
    says: "a load moves past a store",
    file: "src/passes/loop/inline.ts",
    find: '  if (stmt.kind === "store") return !loads(value);',
    put: '  if (stmt.kind === "store") return !someExpr(value, (each) => each.kind === "load" && each.buffer === stmt.buffer);',
  },
  {
    name: "wasm-unroll-iterations",
    says: "iterations that fill no whole block are counted among those written out",
    file: "src/backends/wasm/unroll-vectors.ts",
    find: "from.value + Math.floor(iterations / copies) * copies * step;",
    put: "from.value + Math.ceil(iterations / copies) * copies * step;",
  },
];
