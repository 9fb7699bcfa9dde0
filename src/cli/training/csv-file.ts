// The figures of a run as a CSV file (RFC 4180), a row for each epoch or for each step. A row is a function of the history
// alone, and the file is written anew from it when a run starts or is taken over from a checkpoint: no row is there twice,
// none is missing, and the file of an interrupted run ends in the bytes of one that was not.
import { appendFileSync, closeSync, fsyncSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { writeWhole } from "../../formats/safetensors-file.ts";
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { inWords } from "../../ir/diagnostics/in-words.ts";
import type { Figures } from "../../training/figures.ts";
import type { TrainingListener } from "../../training/listener.ts";

/** What is written. */
export interface CsvFileOptions {
  /** A row for each `epoch` (the default), or for each `step`. */
  readonly rows?: "epoch" | "step";
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const line = (cells: readonly string[]): string => `${cells.map(cell).join(",")}\n`;

const rowOf = (figures: Figures): string => line(Object.values(figures).map(String));

const whyOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** How much is gathered before it is written, in milliseconds. */
const gathered = 500;

/** Appends to a file. */
interface Appender {
  readonly append: (text: string) => void;
  /** Hands everything over to the system, and with `sync` to the disk. */
  readonly flush: (sync: boolean) => void;
  readonly close: () => void;
}

const appenderTo = (file: string): Appender => {
  const attempt = <R>(act: () => R): R => {
    try {
      return act();
    } catch (cause) {
      return reject("W402", { file, why: whyOf(cause) }, { cause });
    }
  };
  const handle = attempt(() => openSync(file, "a"));
  let waiting = "";
  let last = performance.now();
  const flush = (sync: boolean): void =>
    attempt(() => {
      if (waiting !== "") appendFileSync(handle, waiting);
      waiting = "";
      last = performance.now();
      if (sync) fsyncSync(handle);
    });
  return {
    append: (text) => {
      waiting += text;
      if (performance.now() - last > gathered) flush(false);
    },
    flush,
    close: () => closeSync(handle),
  };
};

/**
 * Writes the figures of each epoch, or of each step, to a CSV file: a row for each, and a first row of names. A run
 * that is taken over from a checkpoint goes on in the same file.
 *
 * @throws W140 rows of another kind; W402 what the disk refuses.
 * @see RFC 4180.
 * @example
 * import { readFile } from "node:fs/promises";
 * await fit(trainer, { data, epochs: 2, log: [csvFile("run.csv")] });
 * const [head] = (await readFile("run.csv", "utf8")).split("\n");
 * head; // "epoch,step,loss"
 */
export const csvFile = (file: string, { rows = "epoch" }: CsvFileOptions = {}): TrainingListener => {
  if (rows !== "epoch" && rows !== "step")
    reject("W140", { what: "csvFile: rows", expected: "epoch or step", given: inWords(rows), write: 'rows: "step"' });
  let appender: Appender | undefined;
  let isHeaded = false;
  const add = (figures: Figures): void => {
    if (!isHeaded) appender?.append(line(Object.keys(figures)));
    isHeaded = true;
    appender?.append(rowOf(figures));
  };
  return {
    onStart: async ({ history }) => {
      const known = rows === "epoch" ? history.epochs : history.steps;
      isHeaded = known.length > 0;
      const head = isHeaded ? line(Object.keys(known[0] ?? {})) : "";
      await mkdir(dirname(file), { recursive: true }).catch((cause: unknown) =>
        reject("W402", { file, why: whyOf(cause) }, { cause }),
      );
      await writeWhole(file, head + known.map(rowOf).join(""));
      appender = appenderTo(file);
    },
    ...(rows === "step" ? { onStep: add } : { onEpoch: add }),
    onCheckpoint: () => appender?.flush(true),
    onEnd: () => {
      appender?.flush(true);
      appender?.close();
      appender = undefined;
    },
  };
};
