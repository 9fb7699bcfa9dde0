// What training leaves on a machine: files of figures, pages, and what is said while it goes on.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { printDuration, printFigure } from "../../src/cli/training/figures.ts";
import { checkpoints, csvFile, htmlReport, progressBar, reportPage } from "../../src/cli/training/index.ts";
import { compileSync, type FitOptions, fit } from "../../src/index.ts";
import { labels, numbers, perceptronTraining } from "../support/small-models.ts";

const root = mkdtempSync(join(tmpdir(), "weft-listeners-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = (): string => mkdtempSync(join(root, "run-"));
const read = (...path: readonly string[]): string => readFileSync(join(...path), "utf8");

type Examples = ReturnType<typeof examples>;
const examples = (count: number) => ({ features: numbers(6 * count), label: labels(count, 3) });
const run = (options: Partial<FitOptions<Examples>>) =>
  fit(compileSync(perceptronTraining, { dims: { B: 8 } }), { data: examples(16), epochs: 2, ...options });

/** A stream that keeps what it is given. */
const gathering = (isTTY: boolean) => {
  const texts: string[] = [];
  return { isTTY, write: (text: string) => texts.push(text), text: () => texts.join("") };
};

describe("a CSV file", () => {
  it("has a row for each epoch, or for each step", async () => {
    const folder = fresh();
    const [epochs, steps] = [join(folder, "deeper", "epochs.csv"), join(folder, "steps.csv")];
    const history = await run({ validation: examples(8), log: [csvFile(epochs), csvFile(steps, { rows: "step" })] });
    const tableOf = (records: readonly Readonly<Record<string, number>>[]): string =>
      [Object.keys(records[0] ?? {}), ...records.map((each) => Object.values(each))]
        .map((row) => `${row.join(",")}\n`)
        .join("");
    expect(read(epochs)).toBe(tableOf(history.epochs));
    expect(read(steps)).toBe(tableOf(history.steps));
    expect(read(epochs).split("\n")[0]).toBe("epoch,step,loss,right,validation.loss,validation.right");
  });

  it("is mended when a run is taken over: no row is lost or there twice, whatever became of the file", async () => {
    const whole = fresh();
    await run({ epochs: 4, log: [csvFile(join(whole, "steps.csv"), { rows: "step" })] });
    const damages: readonly ((file: string) => void)[] = [
      () => {},
      (file) => rmSync(file),
      (file) => writeFileSync(file, `${readFileSync(file, "utf8")}2,5,0.25`),
      (file) => writeFileSync(file, readFileSync(file, "utf8").slice(0, -7)),
    ];
    for (const damage of damages) {
      const folder = fresh();
      const file = join(folder, "steps.csv");
      const options = { checkpoint: checkpoints(join(folder, "kept")), log: [csvFile(file, { rows: "step" })] };
      await run({ epochs: 2, ...options });
      damage(file);
      await run({ epochs: 4, ...options });
      expect(read(file)).toBe(read(whole, "steps.csv"));
    }
  });

  it("is refused where it cannot be", async () => {
    const folder = fresh();
    writeFileSync(join(folder, "file"), "");
    await expect(run({ log: [csvFile(join(folder, "file", "x.csv"))] })).rejects.toMatchObject({ code: "W402" });
  });
});

describe("progress", () => {
  it("is a line for each epoch where there is no terminal, and now and then one between", async () => {
    const [quiet, talkative] = [gathering(false), gathering(false)];
    const log = [progressBar({ stream: quiet }), progressBar({ stream: talkative, between: 0, unit: "rows" })];
    await run({ log });
    const figures = String.raw`loss \d\.\d{4}, right \d\.\d{4}`;
    expect(quiet.text()).toMatch(
      new RegExp(`^epoch 1 of 2: ${figures}, \\d+ examples/s\nepoch 2 of 2: ${figures}, \\d+ examples/s\n$`),
    );
    expect(talkative.text().split("\n")[0]).toMatch(
      new RegExp(`^epoch 1 of 2, step 1 of 2, ${figures}, \\d+ rows/s, \\d+ s left$`),
    );
  });

  it("says where a run was taken over, and why it ended", async () => {
    const stream = gathering(false);
    const checkpoint = checkpoints(fresh());
    await run({ epochs: 1, checkpoint });
    const validation = { ...examples(16), label: labels(16, 3).map((each) => (each + 1) % 3) };
    await run({ checkpoint, epochs: 2, log: [progressBar({ stream })] });
    expect(stream.text()).toMatch(/^resumed after step 2\nepoch 2 of 2: /);
    const early = gathering(false);
    const earlyStopping = { metric: "validation.loss", patience: 1 };
    const { best } = await run({ epochs: 99, validation, earlyStopping, log: [progressBar({ stream: early })] });
    expect(early.text()).toMatch(new RegExp(`\nstopped early: the best epoch was ${best?.epoch}\n$`));
  });

  it("is a bar in a terminal, below the lines that stay", async () => {
    const stream = gathering(true);
    await run({ log: [progressBar({ stream })] });
    expect(stream.text()).toContain("100 % | epoch 2 of 2, step 2 of 2 | loss ");
    expect(stream.text().match(/epoch \d of 2: [^\n]+\n/g)?.length).toBe(2);
  });

  it("prints figures and times for people", () => {
    expect([0, 1, 0.98765, 12.3456, 1234.5, 123456, 1e-7, Number.NaN, -0.5].map(printFigure)).toEqual(
      ["0", "1.0000", "0.9877", "12.35", "1235", "1.23e+5", "1.00e-7", "NaN", "-0.5000"], // as on the page
    );
    expect([0, 59.4, 185, 8040].map(printDuration)).toEqual(["0 s", "59 s", "3 min 05 s", "2 h 14 min"]);
  });
});

describe("a report", () => {
  it("shows what was run, curves, and epochs, and needs nothing beside it", async () => {
    const folder = fresh();
    const file = join(folder, "deeper", "report.html");
    await run({
      validation: examples(8),
      log: [htmlReport(file, { title: "A <run> & more", facts: { who: '"me"' } })],
    });
    const page = read(file);
    expect(readdirSync(join(folder, "deeper"))).toEqual(["report.html"]);
    expect(page).toContain("<h1>A &lt;run&gt; &amp; more</h1>");
    expect(page).toContain("<dt>who</dt><dd>&quot;me&quot;</dd>");
    expect(page).toContain("<dt>model</dt><dd>perceptron</dd>");
    expect(page).toContain("<dt>run</dt><dd>all epochs are done: 2 of 2 epochs</dd>");
    expect(page.match(/<h2>[^<]+/g)).toEqual(["<h2>loss", "<h2>right", "<h2>epochs"]);
    expect(page.match(/<svg /g)?.length).toBe(2);
    expect(page.match(/<tr/g)?.length).toBe(3);
    expect(page).not.toMatch(/<script|<link|src=|href="http/);
  });

  it("is written also when the run fails", async () => {
    const file = join(fresh(), "report.html");
    const onStep = () => {
      throw new Error("stop");
    };
    await expect(run({ onStep, log: [htmlReport(file)] })).rejects.toThrow("stop");
    expect(read(file)).toContain("<dd>ended by an error: 0 of 2 epochs</dd>");
  });

  it("takes parts of the caller's, and draws what is finite", async () => {
    const steps = [1, Number.NaN, Number.POSITIVE_INFINITY, 0.5].map((loss, at) => ({ step: at + 1, epoch: 1, loss }));
    const sections = [{ title: "more", html: "<p>as it is</p>" }];
    const page = await reportPage({ steps, epochs: [], best: undefined }, { title: "steps", sections });
    expect(page).toContain("<h2>more</h2>\n<p>as it is</p>");
    expect(page.match(/<svg /g)?.length).toBe(1);
    expect(page).not.toContain("NaN");
  });
});
