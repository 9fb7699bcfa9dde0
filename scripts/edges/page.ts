// docs/edge-values.md: what every function makes of NaN, infinities, zeros and the ends of the ranges, with the rules in words.
import { bullets, markdownTable, page } from "../reference/markdown.ts";
import { foldingSheet } from "./folding-sheet.ts";
import { binarySheets, castSheet, integerSheets, type Sheet, unarySheet } from "./sheets.ts";

/** The sheets of the page. */
export interface Edges {
  readonly unary: Sheet;
  readonly binary: readonly Sheet[];
  readonly integers: readonly Sheet[];
  readonly casts: Sheet;
  readonly foldings: Sheet;
}

/** Computes everything on the page, on every backend. */
export const measureEdges = async (): Promise<Edges> => ({
  unary: await unarySheet(),
  binary: await binarySheets(),
  integers: await integerSheets(),
  casts: await castSheet(),
  foldings: await foldingSheet(),
});

/** What backends disagree about, with one another or with the meaning. */
export const edgeComplaints = ({ unary, binary, integers, casts, foldings }: Edges): readonly string[] =>
  [unary, ...binary, ...integers, casts, foldings].flatMap(({ complaints }) => complaints);

const tableOf = ({ head, rows }: Sheet): string => markdownTable(head, rows);

const titled = (sheet: Sheet): string => `### ${sheet.title}\n\n${tableOf(sheet)}`;

const rules: readonly string[] = [
  'NaN comes out wherever NaN goes in, but for `pow` (x^0 and 1^y are 1 even of NaN, IEEE 754), comparisons (only "not equal" holds of NaN), casts and `argmax`.',
  "`max` and `min` order zeros, -0 below 0, as reductions too. `relu` makes 0 of -0; odd functions keep the sign of a zero.",
  "Results below the normal numbers are not flushed to 0.",
  "Smooth activations take their limit at -∞: `silu`, `gelu`, `mish` are -0 there, where the formula would be ∞ times 0.",
  "A sum starts from 0, so that of -0 alone is 0; a running sum starts from its first element, so that -0 stays.",
  "Sums, products and means round as they go, and overflow where a part of them does.",
  "Max pooling gives the first of the largest elements of a window, to which zeros of both signs are equal; a NaN in the window wins.",
  "`argmax` finds the first of equals, zeros of both signs being equal, and NaN before anything else.",
  "`softmax` of a row of nothing but -∞ is 0s, which is what attention gives where everything is masked; `logSoftmax` of it is NaN. One ∞ in a row makes both NaN.",
  "`clamp` keeps NaN, and counts -0 below 0, like `max` and `min`.",
];

/** docs/edge-values.md. */
export const edgesPage = ({ unary, binary, integers, casts, foldings }: Edges): string =>
  page("Edge values", [
    "What functions make of NaN, infinities, both zeros, subnormal numbers and the ends of the ranges. Every number here was computed when this page was written, and is again by each run of the tests: closures, printed JavaScript and WebAssembly agree in every bit (NaN counts as one), WebAssembly for vectors and for single numbers, with operands that are fed and with constants; and all agree with the float64 meaning rounded to f32, to the bit where a function promises it and as closely as it promises elsewhere ([accuracy.md](accuracy.md)).",
    "`max` is the largest f32, 3.4028235e38; 2^-126 is the smallest normal one and 2^-149 the smallest of all. Other results are shown in four digits.",
    bullets(rules),
    `## ${unary.title}`,
    tableOf(unary),
    "## Functions of two numbers",
    "x goes down, y to the right; comparisons give 1 where they hold.",
    ...binary.map(titled),
    "## Whole numbers",
    "i32 wraps around, u8 keeps the low eight bits. Division is towards zero, x / 0 and x % 0 are 0, and the one quotient out of range, -2147483648 / -1, wraps. Shifts are by the low five bits of y.",
    ...integers.map(titled),
    `## ${casts.title}`,
    "Casts to whole numbers truncate and saturate, NaN gives 0, and NaN is true.",
    tableOf(casts),
    `## ${foldings.title}`,
    "Each row is folded along the last axis and along the first, as it stands and sixteen times over.",
    tableOf(foldings),
  ]);
