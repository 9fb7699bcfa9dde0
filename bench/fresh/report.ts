// The clock of a script that runs in a fresh process.
import { clocks } from "../clock.ts";
import type { FreshReport } from "./fresh.ts";

/** Starts to count. Everything before, the engine's own start above all, is not counted. */
export const begin = (): (() => FreshReport["seconds"]) => {
  const start = { wall: clocks.wall(), cpu: clocks.cpu() };
  return () => ({ wall: clocks.wall() - start.wall, cpu: clocks.cpu() - start.cpu });
};

/** Says how long it took and what came out. */
export const report = (
  seconds: FreshReport["seconds"],
  results: Readonly<Record<string, Iterable<number>>> = {},
): void => {
  const numbers = Object.fromEntries(Object.entries(results).map(([name, data]) => [name, Array.from(data)]));
  console.log(JSON.stringify({ seconds, results: numbers } satisfies FreshReport));
};
