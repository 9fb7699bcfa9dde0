// How far the f32 functions are from their meanings, in units in the last place, as WebAssembly computes them:
// `npm run ulp -- --function exp --stride 1` tries all 2^32 numbers. The meaning is in double precision.
import { processUi } from "../src/cli/ui.ts";
import { printValue, table } from "../src/ir/diagnostics/table.ts";
import { kernelOf } from "./accuracy/kernel.ts";
import { measurePairs } from "./accuracy/pairs.ts";
import { fingerprint, type Measured, writeRecord } from "./accuracy/record.ts";
import { type Subject, subjects } from "./accuracy/subjects.ts";
import { patterns, sweep } from "./accuracy/sweep.ts";
import { commands } from "./words/commands.ts";
import { perform } from "./words/perform.ts";

const partLength = 2 ** 16;

const ui = processUi();

const measure = async (subject: Subject, stride: number): Promise<Measured> => {
  const kernel = await kernelOf(subject, "wasm", partLength);
  const program = fingerprint(subject);
  const parts = Math.ceil(patterns / stride / partLength);
  const progress = ui.progress(subject.name, parts);
  const found =
    subject.arity === 1
      ? { stride, ...sweep(subject.row, kernel, stride, progress.step) }
      : measurePairs(subject, kernel, parts * partLength, progress.step);
  progress.end();
  return { ...found, program };
};

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(4)} %`;

const rowOf = ({ name, row }: Subject, { worst, at, above, count }: Measured): readonly string[] => [
  name,
  worst.toFixed(3),
  String(row.ulp),
  at.map(printValue).join(", "),
  percent(above.half, count),
  percent(above.one, count),
  percent(above.two, count),
];

process.exitCode = await perform(commands.ulp, process.argv.slice(2), ui, async ({ function: names, stride, json }) => {
  const chosen = subjects.filter(({ name }) => names.length === 0 || names.includes(name));
  const rows = [["function", "max ulp", "promised", "at", "above 1/2", "above 1", "above 2"]];
  let code = 0;
  for (const subject of chosen) {
    const measured = await measure(subject, stride);
    rows.push([...rowOf(subject, measured)]);
    if (json !== undefined) writeRecord(json, { [subject.name]: measured });
    if (measured.worst > Math.max(0.5, subject.row.ulp)) code = 1;
  }
  ui.print(table(rows, [1, 2, 4, 5, 6]));
  return code;
});
