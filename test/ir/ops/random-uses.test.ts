// What the random uses of each op reach, as a table: element types, ranks, extents, values of attributes, and how often something is
// empty. Every property of the suite is as good as what it is drawn from, and an `arbitrary` that draws less fails none of them.
// With UPDATE=1 the table is written; read the change like any other.
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeBody } from "../../../src/ir/graph/body.ts";
import { type AnyOp, type OpKind, opOf, ops } from "../../../src/ir/ops/index.ts";
import type { OpInstance } from "../../../src/ir/ops/op.ts";
import { isKnown } from "../../../src/ir/types/dim.ts";
import { sizeOf } from "../../../src/ir/types/ndarray.ts";

const file = new URL("./random-uses.txt", import.meta.url);
const isUpdating = process.env["UPDATE"] === "1";

type Use = OpInstance<object, "many">;

const drawn = (kind: OpKind): readonly Use[] =>
  fc.sample(opOf(kind).arbitrary(fc, describeBody), { numRuns: 300, seed: 1 });

const range = (numbers: readonly number[]): string =>
  numbers.length === 0 ? "none" : `${Math.min(...numbers)}..${Math.max(...numbers)}`;

/** Few values by name; of many the least and the largest number. */
const values = (all: readonly unknown[]): string => {
  const numbers = all.filter((value) => typeof value === "number");
  if (numbers.length < all.length) {
    const texts = [...new Set(all.map(String))].sort();
    return texts.length < 60
      ? texts.join(" ")
      : `${texts.length} texts of ${range(texts.map(({ length }) => length))} characters`;
  }
  return `${range(numbers.filter(Number.isFinite))}${numbers.every(Number.isFinite) ? "" : ", infinite"}`;
};

const counted = (words: readonly string[]): string =>
  [...new Set(words)]
    .sort()
    .map((word) => `${word} ${words.filter((other) => other === word).length}`)
    .join(", ");

/** How many bodies there are, and how often they use which op, function and number. */
const bodies = (all: readonly unknown[]): string => {
  const texts = all.map((body) =>
    typeof body === "object" && body !== null && "text" in body ? String(body.text) : "",
  );
  const ops = texts.flatMap((text) => text.match(/(?<== )[a-zA-Z0-9]+(?= [%{])|(?<=fn = )\w+/g) ?? []);
  const numbers = texts.flatMap((text) => text.match(/(?<=value = )[-\w.]+/g) ?? []);
  const those = numbers.length === 0 ? "" : `; numbers ${counted(numbers)}`;
  return `${new Set(texts).size} bodies of ${counted(ops)}${those}`;
};

const attribute = (name: string, all: readonly unknown[]): string => {
  if (all.some((value) => typeof value === "object" && value !== null && !Array.isArray(value)))
    return `${name}: ${bodies(all)}`;
  const lists = all.filter(Array.isArray);
  if (lists.length === 0) return `${name}: ${values(all)}`;
  return `${name}: ${range(lists.map(({ length }) => length))} of ${values(lists.flat())}`;
};

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))} %`;

const operandLine = ({ operandRange }: AnyOp, uses: readonly Use[], at: number): string => {
  const types = uses.flatMap(({ operands }) => operands[at] ?? []);
  const all = [...new Set(types.map(({ dtype }) => dtype))].sort().join(" ");
  const ranks = range(types.map(({ shape }) => shape.length));
  const empty = percent(types.filter(({ shape }) => sizeOf(shape) === 0).length, types.length);
  const rows = uses.flatMap(({ operands, attrs }) => operandRange?.(at, operands, attrs) ?? []);
  const indices = rows.length === 0 ? "" : `, indices below ${range(rows.filter(isKnown))}`;
  return `${types.length} operands ${at}: ${all}, rank ${ranks}, extents ${range(types.flatMap(({ shape }) => shape))}, empty ${empty}${indices}`;
};

/** What uses of one op reach, a line for each operand (of the first five) and each attribute. */
const reach = (kind: OpKind): string => {
  const uses = drawn(kind);
  const most = Math.max(...uses.map(({ operands }) => operands.length));
  const names = Object.keys(opOf(kind).attributes);
  const lines = [
    ...Array.from({ length: Math.min(5, most) }, (_, at) => operandLine(opOf(kind), uses, at)),
    ...names.map((name) =>
      attribute(
        name,
        // Attributes are records of the names in their schema.
        uses.map(({ attrs }) => (attrs as Readonly<Record<string, unknown>>)[name]),
      ),
    ),
  ];
  return `${kind}, ${range(uses.map(({ operands }) => operands.length))} operands\n${lines.map((line) => `  ${line}\n`).join("")}`;
};

// The keys of the registry are its kinds, which `Object.keys` cannot say.
const kinds = Object.keys(ops) as readonly OpKind[];
const written = isUpdating ? "" : readFileSync(file, "utf8");
const expected = new Map(written.split("\n\n").map((part) => [part.slice(0, part.indexOf(",")), `${part.trim()}\n`]));

describe("random uses", () => {
  test.skipIf(isUpdating).each(kinds)("of %s reach what the table says", (kind) => {
    expect(reach(kind)).toBe(expected.get(kind));
  });

  test.runIf(isUpdating)("are written down", () => writeFileSync(file, kinds.map(reach).join("\n")));
});
