// What each typing rule makes of uses with one thing wrong: another element type, an axis or an extent more or less, attributes out of
// range. The table says with which codes they are refused; what is accepted must mean something of the very type that the
// rule gives. With UPDATE=1 the table is written; read the change like any other.
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeBody } from "../../../src/ir/graph/body.ts";
import type { AttributeKind } from "../../../src/ir/ops/attributes.ts";
import { type AnyOp, type OpKind, opOf, ops } from "../../../src/ir/ops/index.ts";
import { isKnown } from "../../../src/ir/types/dim.ts";
import { dtypeNames } from "../../../src/ir/types/dtype.ts";
import { type KnownType, sizeOf } from "../../../src/ir/types/ndarray.ts";
import type { TensorType } from "../../../src/ir/types/tensor-type.ts";
import { meanings, randomNumbers } from "../../support/op-meaning.ts";
import { randomOperands } from "../../support/random-operands.ts";

const file = new URL("./refusals.txt", import.meta.url);
const isUpdating = process.env["UPDATE"] === "1";

/** A use of an op that may be wrong, and what was changed in it. */
interface Changed {
  readonly what: string;
  readonly operands: readonly TensorType[];
  readonly attrs: object;
}

const changedTypes = ({ dtype, shape }: KnownType): readonly (readonly [what: string, type: TensorType])[] => [
  ...dtypeNames.filter((other) => other !== dtype).map((other) => [`of ${other}`, { dtype: other, shape }] as const),
  ["with an axis more", { dtype, shape: [2, ...shape] }],
  ...(shape.length === 0
    ? []
    : ([
        ["with an axis less", { dtype, shape: shape.slice(1) }],
        ["with its first extent more", { dtype, shape: shape.with(0, (shape[0] ?? 0) + 1) }],
        ["with its last extent more", { dtype, shape: shape.with(shape.length - 1, (shape.at(-1) ?? 0) + 1) }],
        ["with its first extent less", { dtype, shape: shape.with(0, Math.max(0, (shape[0] ?? 0) - 1)) }],
        ["with a last extent of 0", { dtype, shape: shape.with(shape.length - 1, 0) }],
        ["with a symbol", { dtype, shape: [...shape.slice(0, -1), "N"] }],
      ] as const)),
];

const changedValues = (kind: AttributeKind, value: unknown): readonly (readonly [what: string, value: unknown])[] => {
  if (kind === "integer" || kind === "number" || kind === "dim")
    return [-1, 0, 0.5, 3, 99, Number.NaN].map((other) => [`${other}`, other] as const);
  if ((kind !== "integers" && kind !== "dims" && kind !== "resultShape") || !Array.isArray(value)) return [];
  // Attributes of these kinds are lists of numbers or symbols.
  const list = value as readonly unknown[];
  return [
    ["an entry more", [...list, 0]],
    ["an entry less", list.slice(1)],
    ...[-1, 0, 0.5, 99].flatMap((other) =>
      list.length === 0 ? [] : [[`first ${other}`, list.with(0, other)] as const],
    ),
    ["reversed", list.toReversed()],
  ];
};

const changes = ({ attributes }: AnyOp, operands: readonly KnownType[], attrs: object): readonly Changed[] => [
  ...operands.slice(0, 5).flatMap((operand, at) =>
    changedTypes(operand).map(([what, type]) => ({
      what: `operand ${at} ${what}`,
      operands: (operands as readonly TensorType[]).with(at, type),
      attrs,
    })),
  ),
  ...Object.entries(attributes).flatMap(([name, kind]: [string, AttributeKind]) =>
    // Attributes are records of the names in their schema.
    changedValues(kind, (attrs as Readonly<Record<string, unknown>>)[name]).map(([what, value]) => ({
      what: `${name} ${what}`,
      operands,
      attrs: { ...attrs, [name]: value },
    })),
  ),
];

/** Whether what is accepted has no meaning, or one of other types than the rule says. */
const lacksMeaning = (kind: OpKind, { operands, attrs }: Changed, results: readonly TensorType[]): boolean => {
  const { lower, operandRange } = opOf(kind);
  if (
    !results.every(({ shape }) =>
      shape.every((extent) => !isKnown(extent) || (Number.isSafeInteger(extent) && extent >= 0)),
    )
  )
    return true;
  if (lower.by === "memory" || "body" in attrs || [...operands, ...results].some(({ shape }) => !shape.every(isKnown)))
    return false;
  // No index is in the range of an empty axis.
  if (operands.some((_, at) => operandRange?.(at, operands, attrs) === 0)) return false;
  // No extent is a symbol.
  const known = operands as readonly KnownType[];
  const extents = (results as readonly KnownType[]).map(({ shape }) => shape);
  if (extents.some((shape) => sizeOf(shape) > 10_000)) return false;
  try {
    const values = meanings(kind, randomOperands(kind, { operands: known, attrs }, randomNumbers(1)), attrs);
    return (
      values.length !== results.length ||
      values.some(
        ({ dtype, shape, data }, at) =>
          dtype !== results[at]?.dtype || `${shape}` !== `${results[at]?.shape}` || data.length !== sizeOf(shape),
      )
    );
  } catch {
    return true;
  }
};

const outcomeOf = (kind: OpKind, changed: Changed): string => {
  try {
    const results = opOf(kind).infer(changed.operands, changed.attrs);
    return lacksMeaning(kind, changed, results) ? "accepted without a meaning" : "accepted";
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const [code = String(error)] = /^W\d+/.exec(message) ?? [];
    return /undefined|\[object/.test(message) ? `${code} without what it is about` : code;
  }
};

const outcomesOf = (kind: OpKind): string => {
  const op = opOf(kind);
  const outcomes = new Map<string, Set<string>>();
  for (const { operands, attrs } of fc.sample(op.arbitrary(fc, describeBody), { numRuns: 25, seed: 1 }))
    for (const changed of changes(op, operands, attrs))
      outcomes.set(changed.what, (outcomes.get(changed.what) ?? new Set()).add(outcomeOf(kind, changed)));
  const byOutcome = new Map<string, string[]>();
  for (const [what, found] of outcomes) {
    const outcome = [...found].sort().join(" or ");
    byOutcome.set(outcome, [...(byOutcome.get(outcome) ?? []), what]);
  }
  const lines = [...byOutcome]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([outcome, what]) => `  ${outcome}: ${what.join(", ")}\n`);
  return `${kind}\n${lines.join("")}`;
};

// The keys of the registry are its kinds, which `Object.keys` cannot say.
const kinds = Object.keys(ops) as readonly OpKind[];
const written = isUpdating ? "" : readFileSync(file, "utf8");
const expected = new Map(written.split("\n\n").map((part) => [part.slice(0, part.indexOf("\n")), `${part.trim()}\n`]));

describe("uses with one thing wrong", () => {
  test.skipIf(isUpdating).each(kinds)("of %s", (kind) => {
    expect(outcomesOf(kind)).toBe(expected.get(kind));
  });

  test.skipIf(isUpdating)("are refused with a code, or mean something", () => {
    expect(written).not.toMatch(/without|Error/);
  });

  test.runIf(isUpdating)("are written down", () => writeFileSync(file, kinds.map(outcomesOf).join("\n")));
});
