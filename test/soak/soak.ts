// Soaks: the same thing done very often in a process of its own, and what that left behind.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Sample } from "./child.ts";

export type SoakName = "runs" | "compiles";

/** What doing it so often has left behind. */
export interface Residue {
  readonly samples: readonly Sample[];
  /** Bytes of heap for each time, by least squares over the samples. */
  readonly slope: number;
  /** By how much the resident set is larger at the end than after warming up, in bytes. */
  readonly resident: number;
}

/** The slope of y over x by least squares. */
export const slopeOf = (points: readonly (readonly [x: number, y: number])[]): number => {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
};

const child = fileURLToPath(new URL("child.ts", import.meta.url));

/** Does it so many times; says after how many it is. */
export const soak = async (
  name: SoakName,
  count: number,
  progress: (done: number) => void = () => {},
): Promise<Residue> => {
  const running = spawn(process.execPath, ["--expose-gc", child, name, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const samples: Sample[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    // What `child.ts` prints.
    const sample = JSON.parse(line) as Sample;
    samples.push(sample);
    progress(sample.done);
  }
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last?.done !== count) throw new Error(`the soak ${name} ended before its time`);
  // What was learnt in the first half is not left behind by each run.
  const settled = samples.slice(samples.length / 2);
  return {
    samples,
    slope: slopeOf(settled.map(({ done, heap }) => [done, heap])),
    resident: last.resident - first.resident,
  };
};
