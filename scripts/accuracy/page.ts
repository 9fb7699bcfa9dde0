// docs/accuracy.md: what was measured (record.ts) beside what is promised.

import { printValue } from "../../src/ir/diagnostics/table.ts";
import { code, markdownTable, page } from "../reference/markdown.ts";
import { fingerprint, type Measured, readRecord, recordFile } from "./record.ts";
import { type Subject, subjects } from "./subjects.ts";

const swept = ({ stride, count }: Measured): string => {
  if (stride === undefined) return `${count.toLocaleString("en")} pairs`;
  return stride === 1 ? "all 2^32" : `every ${stride}th`;
};

const share = (part: number, count: number): string =>
  part === 0 ? "0" : `${((100 * part) / count).toPrecision(2)} %`;

const cellsOf = ({ name, row }: Subject, measured: Measured): readonly string[] => {
  const { worst, at, above, count } = measured;
  return [
    code(name),
    worst.toFixed(3),
    String(row.ulp),
    at.map(printValue).join(", "),
    share(above.half, count),
    share(above.one, count),
    share(above.two, count),
    swept(measured),
  ];
};

/** What is wrong with the record: functions not measured, measured before their program changed, or worse than promised. */
export const accuracyComplaints = (): readonly string[] => {
  const record = readRecord(recordFile);
  return subjects.flatMap((subject) => {
    const measured = record[subject.name];
    const again = `npm run ulp -- --function ${subject.name} --stride 1 --json scripts/accuracy/measured.json`;
    if (measured?.program !== fingerprint(subject))
      return [`the accuracy of ${subject.name} is not measured: ${again}`];
    const allowed = Math.max(0.5, subject.row.ulp);
    return measured.worst <= allowed ? [] : [`${subject.name} errs by ${measured.worst}, and promises ${allowed}`];
  });
};

/** docs/accuracy.md. */
export const accuracyPage = (): string => {
  const record = readRecord(recordFile);
  const rows = subjects.flatMap((subject) => {
    const measured = record[subject.name];
    return measured === undefined ? [] : [cellsOf(subject, measured)];
  });
  return page("Accuracy", [
    "How far the f32 functions are from the exact value, in units in the last place of the result (ulp), as WebAssembly computes them; closures and JavaScript give the same bits. Half an ulp is the best that rounding can do: functions that promise 0 always reach it. Measured against the meaning in double precision by",
    "```sh\nnpm run ulp -- --stride 1 --json scripts/accuracy/measured.json   # all 2^32 numbers\nnpm run ulp -- --function exp,tanh                                # a quick look\n```",
    "A function of one number is tried at all f32 numbers, or at every nth bit pattern; one of two numbers at random pairs, among them those at which powers go wrong. A sweep of every nth may miss the worst number by a few hundredths up to some tenths, for which promises leave room. The tests repeat a thinner sweep, and fail if a program has changed since it was measured.",
    markdownTable(["function", "max ulp", "promised", "at", "above 1/2", "above 1", "above 2", "swept"], rows),
  ]);
};
