// The progress of a training run: a bar in a terminal, elsewhere a line at the end of each epoch and now and then between.
import cliProgress from "cli-progress";
import type { Run, TrainingListener } from "../../training/listener.ts";
import { printDuration, printFigures } from "./figures.ts";

/** A stream of Node's, or what else takes texts. */
export interface ProgressStream {
  readonly isTTY?: boolean;
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

/** How fast a run goes, and how long it will yet take. */
const pace = ({ epochs, batches, batch, history }: Run, start: number) => {
  const seconds = (performance.now() - start) / 1000;
  const done = history.steps.length - (history.resumedAfter ?? 0);
  const total = batches === undefined ? undefined : epochs * batches;
  const left = total === undefined || done === 0 ? undefined : ((total - history.steps.length) * seconds) / done;
  return { seconds, total, speed: seconds === 0 ? 0 : (done * batch) / seconds, left };
};

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
  readonly start: (total: number | undefined, done: number) => void;
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
  const empty: Shown = { place: "", figures: "", speed: "", left: "" };
  return {
    start: (total, done) => bar.start(total ?? 0, done, empty),
    update: (done, shown) => bar.update(done, shown),
    line: (text) => {
      // The bar is drawn again below the line.
      stream.write(`\r\u001B[K${text}\n`);
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

/** Shows epoch, step, figures, examples per second and the time that is left; each epoch leaves a line. */
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
      const { resumedAfter, steps } = run.history;
      if (resumedAfter !== undefined) display.line(`resumed after step ${resumedAfter}`);
      display.start(pace(run, start).total, steps.length);
    },
    onStep: (record, run) => {
      const { speed, left } = pace(run, start);
      display.update(record["step"] ?? 0, {
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
