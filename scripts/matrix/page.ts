// The coverage matrix as a page: a row for each op and function, a column for each backend, a letter for each element type.
import { catalogue, isCode } from "../../src/ir/diagnostics/catalogue.ts";
import { type DType, dtypeNames } from "../../src/ir/types/dtype.ts";
import { code, markdownTable, page } from "../reference/markdown.ts";
import { explanations } from "./explanations.ts";
import { reasonFor } from "./holes.ts";
import { type BackendColumn, backends, type Cell, type Part, type Row } from "./measure.ts";

const letters: { readonly [D in DType]: string } = { f32: "F", f64: "D", i32: "I", u8: "U", bool: "B" };

const marks: { readonly [C in Exclude<Cell["is"], "right">]: string } = { refused: "·", without: "-", wrong: "?" };

const lettersOf = ({ cells }: Row, part: Part, backend: BackendColumn): string =>
  dtypeNames
    .map((dtype) => {
      const { is } = cells[part][dtype][backend];
      return is === "right" ? letters[dtype] : marks[is];
    })
    .join("");

/** The gradients of all backends in one, or one for each where they differ. */
const gradientLetters = (row: Row): string => {
  const found = backends.map((backend) => lettersOf(row, "gradient", backend));
  const [first = ""] = found;
  return found.every((text) => text === first)
    ? code(first)
    : backends.map((backend, at) => `${backend} ${code(found[at] ?? "")}`).join(", ");
};

const refusal = (name: string): string => {
  const title = isCode(name) ? catalogue[name].title : "";
  return `Refused by the typing rule: [${name}](errors.md), ${title[0]?.toLowerCase()}${title.slice(1)}.`;
};

/** Everything that is said of the holes of a row. */
const notesOf = (row: Row): ReadonlySet<string> =>
  new Set(
    dtypeNames.flatMap((dtype) => {
      const { reference } = row.cells.gradient[dtype];
      if (reference.is === "refused") return [refusal(reference.code)];
      return reference.is === "without" ? [reasonFor(explanations, row, dtype) ?? "Nobody says why."] : [];
    }),
  );

/** docs/coverage.md. */
export const coveragePage = (rows: readonly Row[]): string => {
  const notes = [...new Set(rows.flatMap((row) => [...notesOf(row)]))];
  const numbers = (row: Row): string =>
    [...notesOf(row)]
      .map((note) => notes.indexOf(note) + 1)
      .toSorted((a, b) => a - b)
      .join(", ");
  const table = (list: readonly Row[]): string =>
    markdownTable(
      ["", ...backends, "gradient", "notes"],
      list.map((row) => [
        code(row.name),
        ...backends.map((backend) => code(lettersOf(row, "forward", backend))),
        gradientLetters(row),
        numbers(row),
      ]),
    );
  const appliers = [...new Set(rows.flatMap(({ name, kind }) => (name === kind ? [] : [kind])))];
  const alone = rows.filter(({ name, kind }) => name === kind);
  return page("Coverage", [
    "Every op and every function of numbers, on every backend, for every element type, forward and backward. Each letter is a few random uses that were compiled and run when this page was written, and are again by each run of the tests: the reference gives the float64 meaning, and its gradients are the slopes of it by differences; closures agree with the meaning as closely as rounding allows, and printed JavaScript and WebAssembly agree with closures in every bit.",
    `${dtypeNames.map((dtype) => `${code(letters[dtype])} is ${dtype}`).join(", ")}. ${code(marks.refused)} is an element type that the typing rule refuses, ${code(marks.without)} one without a gradient; the notes say why. A cell that is wrong, a hole without a reason, or a reason without a hole fails the tests.`,
    "## Ops",
    table(alone),
    ...appliers.flatMap((kind) => [`## Functions of ${code(kind)}`, table(rows.filter((row) => row.kind === kind))]),
    "## Notes",
    notes.map((note, at) => `${at + 1}. ${note}`).join("\n"),
  ]);
};
