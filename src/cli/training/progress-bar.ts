// The progress of a training run: a bar in a terminal, elsewhere a line at the end of each epoch and now and then between.
import cliProgress from "cli-progress";
import type { Run, TrainingListener } from "../../training/listener.ts";
import { printDuration, printFigures } from "./figures.ts";

/** A stream of Node's, or what else takes texts. */
export interface ProgressStream {
  /** Whether it is a terminal, on which a bar can be drawn. */
  readonly isTTY?: boolean;
  /** Writes text. */
  write(text: string): unknown;
}

/** How progress is shown. */
export interface ProgressBarOptions {
  /** What examples are called, in `9400 images/s`. */
  readonly unit?: string;
  /** Where it is shown: standard error unless said otherwise, so that results can be piped. */
  readonly stream?: ProgressStream;
  /** Seconds between two lines where there is no terminal; 5 unless said otherwise. */
  readonly between?: number;
}

/** How fast a run goes in this process, and how long it will yet take where that is known. */
const pace = ({ epochs, batches, batch, history }: Run, start: number) => {
  const seconds = (performance.now() - start) / 1000;
  const taken = history.steps.length - (history.resumedAfter ?? 0);
  const speed = seconds === 0 ? 0 : (taken * batch) / seconds;
  const missing = batches === undefined ? undefined : epochs * batches - history.steps.length;
  return { speed, left: missing === undefined || taken === 0 ? undefined : (missing * seconds) / taken };
};

/** How long the bar is and how much of it is done: steps, or epochs where it is not known how many steps they have. */
const extentOf = ({ epochs, batches, history }: Run): readonly [done: number, total: number] =>
  batches === undefined ? [history.epochs.length, epochs] : [history.steps.length, epochs * batches];

const stepInWords = ({ step = 0, epoch = 1 }: Readonly<Record<string, number>>, { epochs, batches }: Run): string =>
  `epoch ${epoch} of ${epochs}, step ${batches === undefined ? step : `${step - (epoch - 1) * batches} of ${batches}`}`;

const format = "{bar} {percentage} % | {place} | {figures} | {speed} | {left}";

interface Shown {
  readonly place: string;
  readonly figures: string;
  readonly speed: string;
  readonly left: string;
}

/** Draws the bar, or writes the lines. */
interface Display {
  readonly start: (done: number, total: number) => void;
  readonly update: (done: number, shown: Shown) => void;
  /** A line that stays. */
  readonly line: (text: string) => void;
  readonly end: () => void;
}

const barOn = (stream: ProgressStream): Display => {
  // What says that it is a terminal is a stream of Node's.
  const terminal = stream as NodeJS.WriteStream;
  const options = {
    stream: terminal,
    format,
    hideCursor: true,
    fps: 10,
    barsize: 24,
    linewrap: false,
    clearOnComplete: true,
  };
  const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  let [total, done, shown]: [number, number, Shown] = [0, 0, { place: "", figures: "", speed: "", left: "" }];
  return {
    start: (from, to) => {
      [done, total] = [from, to];
      bar.start(total, done, shown);
    },
    update: (at, says) => {
      [done, shown] = [at, says];
      bar.update(done, shown);
    },
    // When it stops, the bar goes back to the row where it started: a line that stays needs a bar that starts below it.
    line: (text) => {
      const { isActive } = bar;
      bar.stop();
      stream.write(`${text}\n`);
      if (isActive) bar.start(total, done, shown);
    },
    end: () => bar.stop(),
  };
};

const linesOn = (stream: ProgressStream, between: number): Display => {
  let next = performance.now() + 1000 * between;
  return {
    start: () => {},
    update: (_done, { place, figures, speed, left }) => {
      if (performance.now() < next) return;
      next = performance.now() + 1000 * between;
      stream.write(`${[place, figures, speed, left].filter((part) => part !== "").join(", ")}\n`);
    },
    line: (text) => void stream.write(`${text}\n`),
    end: () => {},
  };
};

/**
 * Shows epoch, step, figures, examples per second and the time that is left, on a terminal as a bar; each epoch leaves
 * a line.
 *
 * @example
 * const lines: string[] = [];
 * const stream = { isTTY: false, write: (text: string) => lines.push(text) };
 * await fit(trainer, { data, epochs: 2, log: [progressBar({ stream })] });
 * lines.length; // 2
 */
export const progressBar = ({
  unit = "examples",
  stream = process.stderr,
  between = 5,
}: ProgressBarOptions = {}): TrainingListener => {
  const display = stream.isTTY === true ? barOn(stream) : linesOn(stream, between);
  let start = 0;
  const speedOf = (speed: number): string => `${speed.toFixed(0)} ${unit}/s`;
  return {
    onStart: (run) => {
      start = performance.now();
      const { resumedAfter } = run.history;
      if (resumedAfter !== undefined) display.line(`resumed after step ${resumedAfter}`);
      display.start(...extentOf(run));
    },
    onStep: (record, run) => {
      const { speed, left } = pace(run, start);
      display.update(extentOf(run)[0], {
        place: stepInWords(record, run),
        figures: printFigures(record),
        speed: speedOf(speed),
        left: left === undefined ? "" : `${printDuration(left)} left`,
      });
    },
    onEpoch: (record, run) => {
      const { speed } = pace(run, start);
      display.line(`epoch ${record["epoch"]} of ${run.epochs}: ${printFigures(record)}, ${speedOf(speed)}`);
    },
    onEnd: ({ history }) => {
      display.end();
      const { best, ending } = history;
      if (ending === "early" && best !== undefined) display.line(`stopped early: the best epoch was ${best.epoch}`);
      if (ending === "aborted") display.line("stopped as asked");
    },
  };
};
