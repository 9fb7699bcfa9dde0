// The least memory that an entry point can do with in the order its calls have: at some call, this much is in use at once.
// No placement is better, and tests hold the plan to at most a tenth more.
import type { EntryPoint, Program } from "../../ir/loop/kernel.ts";
import { handoversOf, type Life, livesOf } from "./lives.ts";

/** The largest sum of the bytes in use at one call; a buffer that is written over another counts with it once. */
export const boundOf = (
  calls: number,
  lives: ReadonlyMap<string, Life>,
  handovers: ReadonlyMap<string, string>,
): number => {
  // Time begins with -1, when inputs are there, and ends one after the last call.
  const begins = new Float64Array(calls + 3);
  for (const [name, { bytes, first, last }] of lives) {
    begins[first + 1] = (begins[first + 1] ?? 0) + bytes;
    const end = handovers.has(name) ? last + 1 : last + 2;
    begins[end] = (begins[end] ?? 0) - bytes;
  }
  let inUse = 0;
  return begins.reduce((most, change) => Math.max(most, (inUse += change)), 0);
};

/** The bound of one entry point, in bytes. */
export const livenessBound = (program: Program, entry: EntryPoint): number => {
  const lives = livesOf(program, entry);
  return boundOf(entry.calls.length, lives, handoversOf(program, entry, lives));
};
