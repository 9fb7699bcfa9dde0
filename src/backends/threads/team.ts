// A team of threads: the caller of a program and the workers that share its work. The caller leads: it begins a job, does the first part
// of each phase itself, and returns when all have ended the last. Where there are no workers, or none is ready yet, it works alone.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { change, meet, newControl, places, stop } from "./barrier.ts";
import { startWorker } from "./start-worker.ts";
import type { Task } from "./worker.ts";

/** What a team works on. */
export interface TeamWork {
  readonly threads: number;
  readonly module: object;
  /** Shared with all workers. */
  readonly memory: object;
  readonly tasks: readonly Task[];
}

/** A team of threads. */
export interface Team {
  /** How many threads work on the next job. */
  readonly threads: () => number;
  /** Does a task with all threads; `run` does the caller's part of a phase. */
  readonly lead: (task: number, run: (phase: number) => void) => void;
  /** When all workers are ready, or one is known never to be. */
  readonly settled: Promise<void>;
  /** Ends the workers. The caller works alone from then on. */
  readonly stop: () => void;
}

/** Whether this thread may sleep: that of a browser's page may not. */
const maySleep = (): boolean => {
  try {
    Atomics.wait(newControl(), places.job, 1, 0);
    return true;
  } catch {
    return false;
  }
};

/**
 * How long the caller waits for the others at the end of a phase: so many milliseconds, or so many times what its own part took. So
 * long, too, it waits for a worker to be ready.
 */
export const limits = { patience: 30_000, slower: 50 } as const;

/** Starts the workers of a team. */
export const startTeam = (
  { threads, module, memory, tasks }: TeamWork,
  { patience, slower }: { readonly patience: number; readonly slower: number } = limits,
): Team => {
  const control = newControl();
  const sleeps = maySleep();
  let stopped = false;
  const stopAll = (): void => {
    if (stopped) return;
    stopped = true;
    begin(stop);
  };
  const workers = Array.from({ length: threads - 1 }, (_, at) =>
    startWorker({ module, memory, control, thread: at + 1, threads, tasks }, { lost: stopAll, patience }),
  );
  const isReady = (): boolean => !stopped && Atomics.load(control, places.ready) === threads - 1;
  const begin = (task: number): void => {
    Atomics.store(control, places.task, task);
    change(control, places.job);
  };
  return {
    threads: () => (isReady() ? threads : 1),
    lead: (task, run) => {
      begin(task);
      try {
        for (const phase of tasks[task]?.phases.keys() ?? []) {
          const start = performance.now();
          run(phase);
          const most = Math.max(patience, slower * (performance.now() - start));
          if (!meet(control, threads, sleeps, most)) reject("W316", { seconds: most / 1000 });
        }
        invariant(Atomics.load(control, places.failed) === 0, "a thread has failed");
      } catch (error) {
        // Whoever is merely slow must not go on writing into the memory, and whoever waits for the caller would wait for ever.
        stopped = true;
        for (const worker of workers) worker?.kill();
        throw error;
      }
    },
    settled: Promise.all(workers.flatMap((worker) => (worker === undefined ? [] : [worker.settled]))).then(
      () => undefined,
    ),
    stop: stopAll,
  };
};
