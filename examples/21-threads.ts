// One network on one thread and on two: the work of large kernels is cut in parts, each element of a result is still summed by one
// thread in the same order, so the bits are the same. How much time that saves depends on what else the machine does.
import { strict as assert } from "node:assert";
import { performance } from "node:perf_hooks";
import { compile, defineModel, repeat, spec } from "../src/index.ts";
import { transformerEncoderLayer } from "../src/nn/index.ts";

const short = process.argv.includes("--short");
const [positions, features, layers, runs] = short ? [64, 64, 2, 20] : [128, 256, 4, 60];

const reader = defineModel({
  name: "reader",
  params: { layers: repeat(layers, () => transformerEncoderLayer(features, 8, { feedForward: 4 * features })) },
  inputs: { x: spec("f32", [positions, features]) },
  forward: (p, { x }) => ({ y: p.layers.reduce((h, layer) => layer(h), x) }),
});

const alone = await compile(reader);
const together = await compile(reader, { threads: 2 }); // no more than the machine runs at once
const models = [
  { name: "1 thread", model: alone },
  { name: `${together.executable.threads} of 2 asked for`, model: together },
];

const x = Float32Array.from({ length: positions * features }, (_, at) => Math.sin(at * at));
const [one, two] = models.map(({ model }) => model({ x }).y.data);
assert.deepEqual(two, one); //                                    bit for bit

// Turn about, so that both see the same machine; the best time is the one that was disturbed least.
const best = models.map(() => Number.POSITIVE_INFINITY);
for (let run = 0; run < runs; run++)
  for (const [at, { model }] of models.entries()) {
    const start = performance.now();
    model({ x });
    best[at] = Math.min(best[at] ?? 0, performance.now() - start);
  }

const longest = Math.max(...best);
for (const [at, { name }] of models.entries()) {
  const time = best[at] ?? 0;
  console.log(`${name.padEnd(18)}${"█".repeat(Math.round((40 * time) / longest))} ${time.toFixed(2)} ms`);
}
console.log("the same bits");
together.executable.dispose();
