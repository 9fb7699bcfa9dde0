// Measures the compiled matrix product against the machine's own peak, in one process and interleaved, so that a busy
// machine slows both alike. Run it as `npm run bench`; `--json FILE` keeps the numbers, `--rounds N` measures longer.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { matmul } from "./matmul.ts";
import { peak } from "./peak.ts";
import type { Workload } from "./program.ts";

/** The share of the peak that the matrix product must reach. */
const leastShare = 0.6;
const warmUpRounds = 10;

const secondsOf = ({ run }: Workload): number => {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
};

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const { values } = parseArgs({ options: { json: { type: "string" }, rounds: { type: "string", default: "60" } } });
const rounds = Number(values.rounds);
const workloads: readonly Workload[] = [peak(), matmul(512)];
for (let round = 0; round < warmUpRounds; round++) for (const { run } of workloads) run();
const seconds: readonly number[][] = workloads.map(() => []);
for (let round = 0; round < rounds; round++)
  for (const [at, workload] of workloads.entries()) seconds[at]?.push(secondsOf(workload));

const results = workloads.map(({ name, operations }, at) => {
  const median = medianOf(seconds[at] ?? []);
  return { name, milliseconds: median * 1000, gigaflops: operations / median / 1e9 };
});
for (const { name, milliseconds, gigaflops } of results)
  console.log(
    `${name.padEnd(44)} ${gigaflops.toFixed(1).padStart(6)} GFLOP/s ${milliseconds.toFixed(2).padStart(7)} ms`,
  );
const perOperation = (at: number, round: number): number =>
  (seconds[at]?.[round] ?? 0) / (workloads[at]?.operations ?? 1);
const share = medianOf(Array.from({ length: rounds }, (_, round) => perOperation(0, round) / perOperation(1, round)));
console.log(
  `${(share * 100).toFixed(0)} % of the peak (at least ${leastShare * 100} % wanted), median of ${rounds} rounds`,
);
if (values.json !== undefined) {
  const machine = { node: process.version, v8: process.versions.v8, cpu: cpus()[0]?.model ?? "unknown" };
  writeFileSync(values.json, `${JSON.stringify({ machine, rounds, results, share, leastShare }, undefined, 2)}\n`);
}
if (share < leastShare) process.exitCode = 1;
