// A long attack, watched from outside: a thread with little memory reads the inputs, and one on which it hangs or runs out of memory is
// noted, and the attack goes on behind it.
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Harm, Outcome } from "./attack.ts";
import type { ReaderName } from "./reader-names.ts";
import type { Assignment } from "./worker.ts";

/** What one input may take: seconds of the processor, and megabytes of heap. */
const most = { seconds: 1, heap: 256 } as const;

/** Milliseconds between two looks. */
const interval = 50;

/** Milliseconds in which a thread that has taken too long may end by itself. */
const grace = 1000;

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Looks at a thread until it has ended or reads one input for too long, which then is the result. */
const watch = async (worker: Worker, { reading }: Assignment, progress: (done: number) => void): Promise<boolean> => {
  const ended = new Promise<boolean>((resolve) => worker.once("exit", () => resolve(true)));
  let seen = 0;
  let since = processorSeconds();
  while (!(await Promise.race([ended, setTimeout(interval, false)]))) {
    const now = Atomics.load(reading, 0);
    if (now !== seen || now === 0) since = processorSeconds();
    seen = now;
    progress(Math.max(0, now - 1));
    // One that is about to run out of memory is told of that: all threads share the processor's clock.
    if (processorSeconds() - since > most.seconds) return !(await Promise.race([ended, setTimeout(grace, false)]));
  }
  return false;
};

/** One thread's worth: what it found, and if it did not come to the end, on which input it broke and how. */
const round = async (
  assignment: Assignment,
  progress: (done: number) => void,
): Promise<{ readonly outcome?: Outcome; readonly broke?: string }> => {
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    workerData: assignment,
    resourceLimits: { maxOldGenerationSizeMb: most.heap },
  });
  let outcome: Outcome | undefined;
  let broke: string | undefined;
  worker.once("message", (message: Outcome) => {
    outcome = message;
  });
  worker.once("error", (error) => {
    broke = String(error);
  });
  if (await watch(worker, assignment, progress)) {
    broke = `it takes longer than ${most.seconds} s`;
    await worker.terminate();
  }
  return outcome === undefined ? { broke: broke ?? "the thread ended without a word" } : { outcome };
};

const sum = (outcomes: readonly Outcome[], inputs: number, harms: readonly Harm[]): Outcome => {
  const refused = new Map<string, number>();
  for (const outcome of outcomes)
    for (const [code, count] of outcome.refused) refused.set(code, (refused.get(code) ?? 0) + count);
  return {
    inputs,
    accepted: outcomes.reduce((total, { accepted }) => total + accepted, 0),
    refused,
    harms: [...outcomes.flatMap((outcome) => outcome.harms), ...harms],
    longest: Math.max(0, ...outcomes.map(({ longest }) => longest)),
  };
};

/** Attacks a reader with so many inputs from a seed on. What a thread had read before it broke counts as refused. */
export const guardedAttack = async (
  reader: ReaderName | "harmful",
  inputs: number,
  seed: number,
  progress: (done: number) => void = () => {},
): Promise<Outcome> => {
  const outcomes: Outcome[] = [];
  const harms: Harm[] = [];
  for (let done = 0; done < inputs; ) {
    const reading = new Int32Array(new SharedArrayBuffer(4));
    const from = done;
    const size = Math.min(chunk, inputs - from);
    const assignment: Assignment = { reader, inputs: size, seed: seed + from, reading };
    const { outcome, broke } = await round(assignment, (now) => progress(from + now));
    if (outcome !== undefined) {
      outcomes.push(outcome);
      done += size;
      continue;
    }
    const at = Math.max(1, Atomics.load(reading, 0));
    harms.push({ seed: seed + from + at - 1, what: broke ?? "", input: "" });
    done = from + at;
  }
  progress(inputs);
  return sum(outcomes, inputs, harms);
};

/** A thread reads so many; what it found is lost where it breaks. */
const chunk = 10_000;
