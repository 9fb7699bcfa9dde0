// What the command line says, and where: results to stdout, so that they can be piped; progress and errors to stderr.
// Colours are for terminals, and nowhere when NO_COLOR is set (https://no-color.org).
import { readFileSync } from "node:fs";
import cliProgress from "cli-progress";
import picocolors from "picocolors";
import type { WeftError } from "../ir/diagnostics/diagnostic.ts";
import { type Colors, renderError } from "../ir/diagnostics/render.ts";

/** Colouring of what goes to one stream. */
export type Palette = ReturnType<typeof picocolors.createColors>;

/** Work in countable steps. Nothing is shown of work that takes less than a second. */
export interface Progress {
  /** Says that a step is done. */
  readonly step: () => void;
  readonly end: () => void;
}

/** The ways in which commands speak. */
export interface Ui {
  /** A result: text for stdout, ended with a line break. */
  readonly print: (text: string) => void;
  /** Anything else: text for stderr. */
  readonly note: (text: string) => void;
  /** An error of the user's, with code frames. */
  readonly fail: (error: WeftError) => void;
  /** Colours of results. */
  readonly palette: Palette;
  readonly progress: (what: string, total: number) => Progress;
}

type Stream = NodeJS.WriteStream;

const paletteOf = ({ isTTY }: Stream, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): Palette => {
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0";
  // A stream that is no terminal has no `isTTY` at all, and to pass `undefined` on would leave the choice to picocolors.
  if (!forced && (!isTTY || TERM === "dumb")) return picocolors.createColors(false);
  return picocolors.createColors(NO_COLOR === undefined || NO_COLOR === "");
};

const errorColors = ({ red, bold, cyan, dim, green }: Palette): Colors => ({
  error: (text) => bold(red(text)),
  message: bold,
  place: cyan,
  quiet: dim,
  help: (text) => bold(green(text)),
});

const sourceOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};

/** How long work stays silent, and how often it then says a line where no bar can be drawn; in milliseconds. */
const patience = { first: 1000, between: 5000 } as const;

/** A bar in a terminal, lines elsewhere. */
const progressOn = (stream: Stream, what: string, total: number): Progress => {
  const start = performance.now();
  const bar = new cliProgress.SingleBar(
    { stream, format: `${what} {bar} {value}/{total}`, hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  );
  let done = 0;
  let drawn = false;
  let next = start + patience.first;
  return {
    step: () => {
      done++;
      const now = performance.now();
      if (!drawn && now < next) return;
      if (!stream.isTTY) {
        stream.write(`${what}: ${done} of ${total}\n`);
        next = now + patience.between;
        return;
      }
      if (drawn) bar.update(done);
      else bar.start(total, done);
      drawn = true;
    },
    end: () => {
      if (drawn) bar.stop();
    },
  };
};

/** Speaks through streams. */
export const uiOver = (out: Stream, err: Stream, environment: NodeJS.ProcessEnv, cwd: string): Ui => {
  const color = errorColors(paletteOf(err, environment));
  return {
    print: (text) => void out.write(text.endsWith("\n") ? text : `${text}\n`),
    note: (text) => void err.write(`${text}\n`),
    fail: (error) => void err.write(`${renderError(error, { source: sourceOf, cwd, color })}\n`),
    palette: paletteOf(out, environment),
    progress: (what, total) => progressOn(err, what, total),
  };
};

/** Speaks through the streams of this process; a reader that closes the pipe early ends it quietly. */
export const processUi = (): Ui => {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  return uiOver(process.stdout, process.stderr, process.env, process.cwd());
};

/** Ends the process when all that was said has been taken, whatever a user's module has left running. */
export const leave = (code: number): void => {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
};
