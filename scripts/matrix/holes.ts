// Holds the measured matrix against its explanations: a cell that is wrong, a hole that nobody explains, and an explanation
// of something that is no hole are complaints, and there must be none.
import { type DType, dtypeNames } from "../../src/ir/types/dtype.ts";
import type { Explanation } from "./explanations.ts";
import { backends, type Cell, type Row } from "./measure.ts";

const parts = ["forward", "gradient"] as const;

const isWithout = ({ cells }: Row, dtype: DType): boolean => cells.gradient[dtype].reference.is === "without";

const isRefused = ({ cells }: Row, dtype: DType): boolean => cells.forward[dtype].reference.is === "refused";

const speaksOf = ({ rows, dtypes }: Explanation, { name }: Row, dtype: DType): boolean =>
  dtypes.includes(dtype) && (rows === "every" || rows.some((row) => row === name));

/** Why a row has no gradient for an element type; undefined where nobody says. */
export const reasonFor = (explanations: readonly Explanation[], row: Row, dtype: DType): string | undefined =>
  explanations.find((explanation) => speaksOf(explanation, row, dtype))?.reason;

const wrongCells = (row: Row): readonly string[] =>
  parts.flatMap((part) =>
    dtypeNames.flatMap((dtype) =>
      backends.flatMap((backend) => {
        const cell: Cell = row.cells[part][dtype][backend];
        return cell.is === "wrong" ? [`${row.name}, ${part}, ${dtype} on ${backend}: ${cell.why}`] : [];
      }),
    ),
  );

const unexplained = (row: Row, explanations: readonly Explanation[]): readonly string[] =>
  dtypeNames
    .filter((dtype) => isWithout(row, dtype) && reasonFor(explanations, row, dtype) === undefined)
    .map((dtype) => `${row.name} has no gradient of ${dtype}, and scripts/matrix/explanations.ts does not say why`);

/** Explanations, or parts of them, that explain no hole. */
const idle = (rows: readonly Row[], { rows: named, dtypes, reason }: Explanation): readonly string[] => {
  const unknown = named === "every" ? [] : named.filter((name) => rows.every((row) => row.name !== name));
  const meant = rows.filter(({ name }) => named === "every" || named.some((other) => other === name));
  return [
    ...unknown.map((name) => `there is no row ${name} to say of: ${reason}`),
    ...meant.flatMap((row) =>
      dtypes
        .filter((dtype) => !isWithout(row, dtype) && !(named === "every" && isRefused(row, dtype)))
        .map((dtype) => `${row.name} of ${dtype} is no hole, of which is said: ${reason}`),
    ),
  ];
};

/** What is not as it should be, one sentence each. */
export const complaints = (rows: readonly Row[], explanations: readonly Explanation[]): readonly string[] => [
  ...rows.flatMap(wrongCells),
  ...rows.flatMap((row) => unexplained(row, explanations)),
  ...explanations.flatMap((explanation) => idle(rows, explanation)),
];
