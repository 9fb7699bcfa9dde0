// The checkpoints of a run in a folder, one file each: step-000000100.safetensors. A file is written whole or not at all,
// the one before it stays until it is, and a file that is damaged is passed over for the one before it.
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../formats/safetensors-file.ts";
import { reject, WeftError, weftError } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { requireKnownOptions } from "../ir/diagnostics/known-options.ts";
import { condensed, decodeCheckpoint, encodeCheckpoint, type ReadCheckpoint } from "./checkpoint-bytes.ts";
import type { CheckpointStore, RunIdentity, RunState } from "./run-state.ts";

/** How a run is kept. */
export interface CheckpointOptions {
  /** Steps between two checkpoints; the end of each epoch has one in any case, and without a number it is the only one. */
  readonly every?: number;
  /** Is told of files that are damaged; Node's warnings unless said otherwise. */
  readonly warn?: (warning: string) => void;
}

const nameOf = (step: number): string => `step-${String(step).padStart(9, "0")}.safetensors`;

const pattern = /^step-(\d{9,})\.safetensors(\..+\.tmp)?$/;

const isNotThere = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT";

const whyOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Our files in the folder, the last step first, and what writers that were killed have left. */
const filesIn = async (directory: string): Promise<{ readonly whole: string[]; readonly torn: string[] }> => {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (cause) {
    if (isNotThere(cause)) return { whole: [], torn: [] };
    return reject("W403", { file: directory, why: whyOf(cause) }, { cause });
  }
  const ours = names.filter((name) => pattern.test(name));
  const stepOf = (name: string): number => Number(pattern.exec(name)?.[1]);
  return {
    whole: ours.filter((name) => !name.endsWith(".tmp")).sort((a, b) => stepOf(b) - stepOf(a)),
    torn: ours.filter((name) => name.endsWith(".tmp")),
  };
};

const read = async (directory: string, name: string): Promise<ReadCheckpoint | WeftError> => {
  const file = join(directory, name);
  try {
    return decodeCheckpoint(await readFile(file), file);
  } catch (error) {
    if (error instanceof WeftError) return error;
    return weftError("W403", { file, why: whyOf(error) }, { cause: error });
  }
};

interface Found extends ReadCheckpoint {
  readonly name: string;
}

/** The last checkpoint that is whole; `reject`s (W517) if there are files and none of them is. */
const lastWhole = async (directory: string, warn: (warning: string) => void): Promise<Found | undefined> => {
  const { whole } = await filesIn(directory);
  const damaged: string[] = [];
  for (const name of whole) {
    const result = await read(directory, name);
    if (!(result instanceof WeftError)) {
      for (const why of damaged) warn(`${why}; the run goes on from ${name}`);
      return { ...result, name };
    }
    damaged.push(result.diagnostics.map(({ message }) => message).join("; "));
  }
  return damaged.length === 0 ? undefined : reject("W517", { directory, damaged });
};

/** How two facts differ, in words; of lists only the lines that differ. */
const difference = (name: string, saved = "", now = ""): string => {
  if (name === "program") return "the layers, the loss or the numbers of the optimizer";
  const [before, after] = [saved.split("\n"), now.split("\n")];
  const only = (lines: readonly string[], others: readonly string[]): string =>
    lines
      .filter((line) => !others.includes(line))
      .slice(0, 4)
      .join(", ") || "nothing else";
  return `${name} (saved: ${only(before, after)}; now: ${only(after, before)})`;
};

/** Refuses the state of another run: W516. */
const requireSame = (file: string, saved: RunIdentity, now: RunIdentity): void => {
  const names = new Set([...Object.keys(saved), ...Object.keys(now)]);
  const differing = [...names].filter((name) => saved[name] !== now[name]);
  // Whatever else differs shows in the program too.
  const told = differing.length > 1 ? differing.filter((name) => name !== "program") : differing;
  if (told.length > 0) reject("W516", { file, differs: told.map((name) => difference(name, saved[name], now[name])) });
};

const emitWarning = (warning: string): void => process.emitWarning(warning, { type: "WeftWarning", code: "W407" });

const checkOptions = (directory: unknown, options: CheckpointOptions): void => {
  requireKnownOptions("checkpoints", options, ["every", "warn"]);
  const { every } = options;
  const write = 'checkpoints("runs/digits", { every: 100 })';
  const fail = (what: string, expected: string, given: unknown): never =>
    reject("W140", { what: `checkpoints: ${what}`, expected, given: inWords(given), write });
  if (typeof directory !== "string" || directory === "") fail("its folder", "a path", directory);
  if (every !== undefined && (!Number.isSafeInteger(every) || every < 1))
    fail("every", "a whole number above 0", every);
};

/**
 * Keeps a run in a folder, which is made where it is missing: every so many steps and at the end of each epoch. `fit`
 * goes on from what it holds. Two runs must not share one.
 *
 * @throws W516 checkpoints of another run; W517 a folder whose checkpoints are all damaged; W402 and W403 what the disk
 * refuses; W140 a folder or options of another kind.
 * @example
 * await fit(trainer, { data, epochs: 1, checkpoint: checkpoints("run") });
 * const { resumedAfter } = await fit(trainer, { data, epochs: 2, checkpoint: checkpoints("run") });
 * resumedAfter; // 4
 */
export const checkpoints = (directory: string, options: CheckpointOptions = {}): CheckpointStore => {
  checkOptions(directory, options);
  const { every, warn = emitWarning } = options;
  /** The last two files that are known to be whole. */
  let kept: readonly string[] = [];
  return {
    every,
    load: async (identity) => {
      const found = await lastWhole(directory, warn);
      if (found === undefined) return undefined;
      requireSame(join(directory, found.name), found.identity, condensed(identity));
      kept = [found.name];
      return found.state;
    },
    save: async (state, identity) => {
      try {
        await mkdir(directory, { recursive: true });
      } catch (cause) {
        reject("W402", { file: directory, why: whyOf(cause) }, { cause });
      }
      const name = nameOf(state.step);
      await writeWhole(join(directory, name), encodeCheckpoint(state, identity));
      kept = [...kept.filter((other) => other !== name), name].slice(-2);
      const { whole, torn } = await filesIn(directory);
      const old = [...whole.filter((other) => !kept.includes(other)), ...torn];
      await Promise.all(old.map((other) => rm(join(directory, other), { force: true })));
    },
  };
};

/**
 * The state in the last whole checkpoint of a folder, if it has one: `trainer.parameters.restore(state.parameters)`.
 *
 * @throws W517 where no checkpoint is whole; W403 what cannot be read.
 * @example
 * await fit(trainer, { data, epochs: 1, checkpoint: checkpoints("kept") });
 * (await loadCheckpoint("kept"))?.step; // 4
 * await loadCheckpoint("elsewhere"); // undefined
 */
export const loadCheckpoint = async (directory: string): Promise<RunState | undefined> =>
  (await lastWhole(directory, emitWarning))?.state;
