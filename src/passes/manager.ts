// Runs pipelines. Around each pass it does what passes should not have to think of: measures the time, verifies the
// result when asked, records what changed and which rules fired, names the pass when something goes wrong, stops where
// somebody wants to look, and does not ask a pass twice about a program that it has nothing to do with.
import type { Patch } from "immer";
import { reject, WeftError } from "../ir/diagnostics/diagnostic.ts";
import { InvariantError } from "../ir/diagnostics/invariant.ts";
import type { Graph } from "../ir/graph/graph.ts";
import { assertValid } from "../ir/graph/verify.ts";
import type { Observer, Pass } from "./pass.ts";
import type { PassTrace } from "./trace.ts";

/** How a pipeline is run. */
export interface RunOptions {
  /** Check the program after each pass, at both ends (the default), or not at all. */
  readonly verify?: "each" | "ends" | "never";
  /** What to check with; by default graphs are verified and other programs taken as they are. */
  readonly verifier?: (program: unknown) => void;
}

/** What came out of a run, and how. */
export interface RunResult<To> {
  readonly program: To;
  readonly trace: PassTrace;
}

/** Our own mistake, in a pass. */
export class PassError extends InvariantError {
  readonly pass: string;

  constructor(pass: string, doing: string, cause: unknown) {
    super(`${doing} pass ${pass}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.pass = pass;
  }
}

/** Unwinds a pipeline from where it was asked to stop. */
class Stopped extends Error {
  readonly program: unknown;

  constructor(program: unknown) {
    super("stopped");
    this.program = program;
  }
}

interface Session {
  readonly verify: (program: unknown) => void;
  readonly stopAfter: string | undefined;
  /** The programs that a pass gives back as they are: those it has given back before, and what it has made of others if it says so. */
  readonly settled: WeakMap<Pass<never, unknown>, WeakSet<object>>;
}

/** A verifier that looks at each program once: what the last step of a pass gives is what the pass gives. */
const once = (verifier: (program: unknown) => void): ((program: unknown) => void) => {
  const verified = new WeakSet<object>();
  return (program) => {
    if (isObject(program) && verified.has(program)) return;
    verifier(program);
    if (isObject(program)) verified.add(program);
  };
};

const isObject = (program: unknown): program is object => typeof program === "object" && program !== null;

const settledBy = ({ settled }: Session, pass: Pass<never, unknown>): WeakSet<object> => {
  const programs = settled.get(pass) ?? new WeakSet();
  settled.set(pass, programs);
  return programs;
};

/** A trace while it is being written. */
interface Recording extends PassTrace {
  milliseconds: number;
  still: boolean;
  readonly fired: Map<string, number>;
  readonly patches: Patch[];
  readonly steps: Recording[];
}

const recording = (name: string): Recording => ({
  name,
  milliseconds: 0,
  still: false,
  fired: new Map(),
  patches: [],
  steps: [],
});

const isGraph = (program: unknown): program is Graph =>
  typeof program === "object" && program !== null && "nodes" in program && "entries" in program;

const verifyGraphs = (program: unknown): void => {
  if (isGraph(program)) assertValid(program);
};

/** Errors of users leave as they are; anything else that a pass throws is ours, and says in which pass it happened. */
const running = <T>(pass: string, action: () => T): T => {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof Stopped || cause instanceof WeftError || cause instanceof PassError) throw cause;
    throw new PassError(pass, "running", cause);
  }
};

const verifying = (pass: string, action: () => void): void => {
  try {
    action();
  } catch (cause) {
    throw new PassError(pass, "verifying the result of", cause);
  }
};

/** Runs one pass, and through it those within. */
const runStep = <From, To>(session: Session, pass: Pass<From, To>, program: From, trace: Recording): To => {
  const observer: Observer = {
    step: (inner, input) => {
      const innerTrace = recording(inner.name);
      trace.steps.push(innerTrace);
      return runStep(session, inner, input, innerTrace);
    },
    changed: (patches) => {
      for (const patch of patches) trace.patches.push(patch);
    },
    fired: (rule, times) => void trace.fired.set(rule, (trace.fired.get(rule) ?? 0) + times),
  };
  const start = performance.now();
  const settled = settledBy(session, pass);
  const isSettled = isObject(program) && settled.has(program);
  try {
    // What is settled has the type of what the pass gives: it was given back before.
    const result = isSettled ? (program as unknown as To) : running(pass.name, () => pass.run(program, observer));
    trace.still = Object.is(result, program);
    if ((trace.still || pass.idempotent === true) && isObject(result)) settled.add(result);
    if (!trace.still) verifying(pass.name, () => session.verify(result));
    if (pass.name === session.stopAfter) throw new Stopped(result);
    return result;
  } finally {
    trace.milliseconds = performance.now() - start;
  }
};

const ignore = (): void => {};

/** Runs a pass or a pipeline. */
export const runPasses = <From, To>(pass: Pass<From, To>, program: From, options: RunOptions = {}): RunResult<To> => {
  const { verify = "ends" } = options;
  const verifier = once(options.verifier ?? verifyGraphs);
  if (verify !== "never") verifier(program);
  const trace = recording(pass.name);
  const session: Session = {
    verify: verify === "each" ? verifier : ignore,
    stopAfter: undefined,
    settled: new WeakMap(),
  };
  const result = runStep(session, pass, program, trace);
  if (verify === "ends") verifying(pass.name, () => verifier(result));
  return { program: result, trace };
};

const namesOf = (pass: Pass<never, unknown>): readonly string[] =>
  pass.steps === undefined ? [pass.name] : [...pass.steps.flatMap(namesOf), pass.name];

/** Runs a pipeline up to and including the first run of the named pass; W127 where it has no pass of that name. */
export const runPassesUntil = <From>(
  pass: Pass<From, unknown>,
  program: From,
  stopAfter: string,
  { verify = "ends", verifier = verifyGraphs }: RunOptions = {},
): RunResult<unknown> => {
  const known = [...new Set(namesOf(pass))];
  if (!known.includes(stopAfter)) reject("W127", { name: stopAfter, known });
  const trace = recording(pass.name);
  const session: Session = { verify: verify === "each" ? once(verifier) : ignore, stopAfter, settled: new WeakMap() };
  try {
    return { program: runStep(session, pass, program, trace), trace };
  } catch (error) {
    if (error instanceof Stopped) return { program: error.program, trace };
    throw error;
  }
};
