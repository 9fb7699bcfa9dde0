// What a pass is, and how passes make pipelines. A pass is a pure function between forms of the program; the forms are
// its type parameters, so that a pipeline in which, say, an undecomposed graph would be lowered does not compile.

import type { Patch } from "immer";
import { InvariantError } from "../ir/diagnostics/invariant.ts";

/** What a pass may tell while it runs. The manager listens; by itself a pass talks to nobody. */
export interface Observer {
  /** Runs another pass as a step of this one. */
  readonly step: <From, To>(pass: Pass<From, To>, program: From) => To;
  /** Says what an edit changed. */
  readonly changed: (patches: readonly Patch[]) => void;
  /** Says that a rewrite rule was applied. */
  readonly fired: (rule: string, times: number) => void;
}

/** A pure function between program forms. Gives back its argument itself when there is nothing to do. */
export interface Pass<in From, out To> {
  /** What it is called, on the command line too. */
  readonly name: string;
  /** One line for the reference and the command line. */
  readonly summary: string;
  /** The program that means the same. */
  readonly run: (program: From, observer?: Observer) => To;
  /** Whether it gives its own results back as they are, so that nobody need ask it about them. */
  readonly idempotent?: boolean;
  /** The passes that this one runs, by which its names are known. */
  readonly steps?: readonly Pass<never, unknown>[];
}

/** Passes one after the other. Itself a pass. */
export interface Pipeline<in From, out To> extends Pass<From, To> {
  readonly steps: readonly Pass<never, unknown>[];
  /** The pipeline with one more pass, which must take what this one gives. */
  readonly andThen: <Next>(pass: Pass<To, Next>) => Pipeline<From, Next>;
}

/** Runs steps and hears nothing. */
export const silent: Observer = {
  step: (pass, program) => pass.run(program, silent),
  changed: () => {},
  fired: () => {},
};

const extended = <From, To>(
  steps: readonly Pass<never, unknown>[],
  run: (program: From, observer: Observer) => To,
): Pipeline<From, To> => ({
  name: steps.map(({ name }) => name).join(", "),
  summary: steps.map(({ summary }) => summary).join(" "),
  steps,
  run: (program, observer = silent) => run(program, observer),
  andThen: (pass) => extended([...steps, pass], (program, observer) => observer.step(pass, run(program, observer))),
});

/** Starts a pipeline. */
export const pipeline = <From, To>(first: Pass<From, To>): Pipeline<From, To> =>
  extended([first], (program, observer) => observer.step(first, program));

/**
 * Runs passes round and round until none of them changes anything. When that does not happen within `limit` rounds, two
 * passes undo each other's work: the error names those that still changed something in the last round.
 */
export const fixpoint = <Program>(
  name: string,
  summary: string,
  steps: readonly Pass<Program, Program>[],
  limit = 16,
): Pass<Program, Program> => ({
  name,
  summary,
  steps,
  run: (program, observer = silent) => {
    let current = program;
    let restless: readonly string[] = [];
    for (let round = 0; round < limit; round++) {
      restless = steps.flatMap((pass) => {
        const before = current;
        current = observer.step(pass, current);
        return current === before ? [] : [pass.name];
      });
      if (restless.length === 0) return current;
    }
    throw new InvariantError(
      `${name} does not come to rest within ${limit} rounds; still changing: ${restless.join(", ")}`,
    );
  },
});
