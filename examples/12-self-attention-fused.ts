// Self-attention before and after the compiler's passes: as described, every op is a pass over memory; after fusion, fewer
// kernels do it, in one small arena. Bias and residual join a loop next to them, and the five ops from Q K^T to the product
// with V, found in whatever way they are written (`weft print --after fuse-attention`), are one kernel that never holds the
// scores: memory grows with T, not with T x T, which out/self-attention.svg shows.
import { strict as assert } from "node:assert";
import { add, compileSync, defineModel, div, matmul, softmax, spec, transpose } from "../src/index.ts";
import { linear } from "../src/nn/index.ts";
import { draw, lines } from "./support/draw.ts";

const d = 32;
export const selfAttention = defineModel({
  name: "selfAttention",
  params: { query: linear(d, d), key: linear(d, d), value: linear(d, d), output: linear(d, d) },
  inputs: { x: spec("f32", ["T", d]) },
  forward: (p, { x }) => {
    // Q = x W_Q + b_Q,  K = x W_K + b_K,  V = x W_V + b_V
    const [q, k, v] = [p.query(x), p.key(x), p.value(x)];
    // y = x + softmax(Q K^T / √d) V W_O + b_O
    const weights = softmax(div(matmul(q, transpose(k, [1, 0])), Math.sqrt(d)), 1);
    return { y: add(x, p.output(matmul(weights, v))) };
  },
});

const compiledFor = (T: number) => compileSync(selfAttention, { dims: { T }, seed: 1 });
type Compiled = ReturnType<typeof compiledFor>;

/** The ops as described that compute something, and the bytes of their results. */
const described = ({ compiled }: Compiled) =>
  Array.from(compiled.graph.nodes.values(), ({ op, results }) => {
    const sizes = results.map(({ type }) => type.shape.reduce<number>((size, extent) => size * Number(extent), 4));
    return { name: op, written: sizes.reduce((a, b) => a + b, 0) };
  }).filter(({ name }) => !["input", "parameter", "constant"].includes(name));

/** The kernels in the order of their calls, and the bytes that they write. */
const compiledCalls = ({ program }: Compiled) =>
  program.entries
    .flatMap((entry) => entry.calls)
    .map(({ kernel }) => {
      const written = program.kernels.get(kernel)?.parameters.filter(({ access }) => access !== "read") ?? [];
      return { name: kernel, written: written.reduce((sum, { length }) => sum + 4 * length, 0) };
    });

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
const total = (parts: readonly { readonly written: number }[]): number =>
  parts.reduce((sum, each) => sum + each.written, 0);
const [length, run] = [64, compiledFor(64)];
for (const [title, parts] of [
  ["as described", described(run)],
  ["as compiled", compiledCalls(run)],
] as const) {
  console.log(`${title}: ${parts.length} steps, which write ${kilobytes(total(parts))}`);
  for (const { name, written } of parts)
    console.log(`  ${name.padEnd(18)}${"▪".repeat(written / 1024)} ${kilobytes(written)}`);
}
console.log(`in one arena of ${kilobytes(run.program.memory.arenaBytes)}`);

const points = [16, 32, 64, 128, 256, 512].flatMap((T) => {
  const compiled = compiledFor(T);
  const bytes = {
    "results of all ops": total(described(compiled)),
    "arena as compiled": compiled.program.memory.arenaBytes,
    "one matrix of scores, T x T": 4 * T * T,
  };
  return Object.entries(bytes).map(([name, value]) => ({ name, T, KiB: value / 1024 }));
});
await draw("self-attention", lines(points, ["T", "KiB", "name"], { log: true }));

// Fused or not, it must mean the same: the reference evaluates the graph as it is described, in double precision.
const x = Float32Array.from({ length: length * d }, (_, at) => Math.sin(at * at));
const reference = compileSync(selfAttention, { dims: { T: length }, seed: 1, backend: "reference" });
const wanted = reference({ x }).y.data;
const error = Math.max(...run({ x }).y.data.map((value, at) => Math.abs(value - (wanted[at] ?? 0))));
assert.ok(error < 1e-5, `it differs from the reference by ${error}`);
const [all, arena] = [total(described(run)), run.program.memory.arenaBytes];
assert.ok(arena < all / 2, `an arena of ${arena} bytes for results of ${all}`);
const [shorter, longer] = [256, 512].map((T) => compiledFor(T).program.memory.arenaBytes);
assert.ok(longer !== undefined && longer < 4 * 512 ** 2, `an arena of ${longer} bytes has room for the scores`);
assert.ok(
  shorter !== undefined && longer < 2.5 * shorter,
  `twice the length takes ${shorter} and then ${longer} bytes`,
);
console.log("less than half the memory, the same meaning, and no T x T scores");
