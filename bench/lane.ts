// A contender in a process of its own, as seen from the process that conducts the measurement.
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { ClockName } from "./clock.ts";

/** What a measured process is asked. */
export type Request =
  | { readonly ask: "offers" }
  | { readonly ask: "prepare"; readonly workload: string; readonly form: string }
  | { readonly ask: "warm" }
  | { readonly ask: "sample" };

/** A form that a contender has, or why it has none. */
export type OfferedForms =
  | { readonly forms: readonly { readonly form: string; readonly aside: string | undefined }[] }
  | { readonly lacks: string };

/** What it answers. */
export interface Answers {
  /** By name of workload. */
  readonly offers: Readonly<Record<string, OfferedForms>>;
  /** The results of the first call. */
  readonly prepare: Readonly<Record<string, Float32Array>>;
  /** Seconds of the fastest call. */
  readonly warm: number;
  /** Seconds of a call. */
  readonly sample: number;
}

/** Asks one thing at a time. */
export interface Lane {
  readonly ask: <R extends Request>(request: R) => Promise<Answers[R["ask"]]>;
  readonly end: () => Promise<void>;
}

/** What a contender could not do, in its own words. */
export class LaneError extends Error {
  override readonly name = "LaneError";
}

/** The next message of a child, or a failure if it ends before. */
const nextMessage = (child: ChildProcess): Promise<{ readonly result?: unknown; readonly error?: string }> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new LaneError(`its process ended (${code ?? "killed"})`));
    child.once("exit", ended);
    child.once("message", (message: { readonly result?: unknown; readonly error?: string }) => {
      child.off("exit", ended);
      resolve(message);
    });
  });

/** Starts a process for a contender and a clock. Arrays come over as they are; what peers write to their console is not shown. */
export const startLane = (contender: string, clock: ClockName = "wall"): Lane => {
  const child = fork(join(import.meta.dirname, "child.ts"), [contender, clock], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  return {
    ask: async <R extends Request>(request: R) => {
      const answered = nextMessage(child);
      child.send(request);
      const { result, error } = await answered;
      if (error !== undefined) throw new LaneError(error);
      // Both sides take the type of an answer from `Answers`.
      return result as Answers[R["ask"]];
    },
    end: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
};
