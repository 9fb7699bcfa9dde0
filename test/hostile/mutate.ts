// Texts and bytes made hostile: what was well formed is cut, doubled, spliced and filled with the numbers, names and depths on which
// readers break. Every mutant follows from a seed, so a failure can be made again.
import {
  type Accident,
  accidentKinds,
  happenToBytes,
  happenToText,
  joined,
} from "../../src/testing/arbitraries/accidents.ts";
import { knownHostileNames } from "../../src/testing/arbitraries/hostile-names.ts";
import { randomFrom } from "../../src/testing/arbitraries/values.ts";

/** Gives whole numbers from 0 up to a limit. */
export type Below = (limit: number) => number;

/** A generator of whole numbers. */
export const belowFrom = (seed: number): Below => {
  const random = randomFrom(seed);
  return (limit) => Math.floor(random() * limit);
};

export const pick = <T>(below: Below, choices: readonly T[]): T => {
  const chosen = choices[below(choices.length)];
  if (chosen === undefined) throw new RangeError("there is nothing to choose from");
  return chosen;
};

/** Numbers at which arithmetic on sizes and offsets goes wrong. */
const evilNumbers: readonly string[] = [
  ..."0 -0 -1 1 2 7 255 256 65535 65536 2147483647 2147483648 4294967295 4294967296 -2147483648".split(" "),
  ..."9007199254740991 9007199254740992 9007199254740993 -9007199254740991 18446744073709551615".split(" "),
  ..."1e308 1e309 -1e308 1e-320 0.5 1.0 00 0x10 1e3 nan inf NaN Infinity null true".split(" "),
];

/** Names that break what is made of names, and a long one. */
const veryHostileNames: readonly string[] = [...knownHostileNames, "a".repeat(3000)];

/** An accident by a seed, as the test kit has them by fast-check. */
const accident = (below: Below): Accident => ({
  kind: pick(below, accidentKinds),
  at: below(2 ** 30) / 2 ** 30,
  span: 1 + below(pick(below, [2, 24, 200])),
  value: below(256),
});

/** What is put in anywhere. */
const fragments: readonly string[] = [
  ..."( ) [ ] { } , : = \" ' \\ % @ // \n \r \t \u2028 \u2029 \u0000 \ud800 \udfff \ufeff".split(" "),
  "loc(",
  '"__proto__": ',
  '{"__proto__": {"polluted": 1}}',
  '"constructor": {"prototype": {"polluted": 1}}, ',
  '"toString": 1, "valueOf": 1, ',
  "\\u0000",
  '\\ud800"',
  "floor(",
  "floor((B+1)/2)",
  "// ",
  "yield",
  "entry",
  "elided",
];

const nest = (below: Below, closed = below(2) === 0): string => {
  const depth = pick(below, [3, 33, 34, 200, 5000, 50_000]);
  const [open, close] = pick(below, [
    ["(", ")"],
    ["[", "]"],
    ['{"a":', "}"],
    ["-", ""],
    ["floor(", "/2)"],
    ["{f = (%x: f32[]) ", "}"],
  ] as const);
  return open.repeat(depth) + (closed ? close.repeat(depth) : "");
};

type Mutation = (text: string, below: Below, other: string) => string;

/** The text with what matches a pattern, at one place of many, replaced. */
const replaceOne = (text: string, below: Below, pattern: RegExp, by: (found: string) => string): string => {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const { 0: piece, index } = pick(below, found);
  return text.slice(0, index) + by(piece) + text.slice(index + piece.length);
};

const range = (text: string, below: Below): readonly [number, number] => {
  const start = below(text.length + 1);
  return [start, Math.min(text.length, start + 1 + below(pick(below, [2, 12, 200])))];
};

const mutations: readonly Mutation[] = [
  // One character becomes another.
  (text, below) => {
    const at = below(text.length);
    return text.slice(0, at) + String.fromCharCode(below(pick(below, [128, 65536]))) + text.slice(at + 1);
  },
  // Signs changed, parts cut, doubled and moved.
  ...Array.from({ length: 4 }, (): Mutation => (text, below) => happenToText(text, accident(below))),
  // A piece of another text.
  (text, below, other) => {
    const [start, end] = range(other, below);
    const at = below(text.length + 1);
    return text.slice(0, at) + other.slice(start, end) + text.slice(at + below(2) * (end - start));
  },
  (text, below, other) => text.slice(0, below(text.length + 1)) + other.slice(below(other.length + 1)),
  (text, below) => {
    const at = below(text.length + 1);
    return text.slice(0, at) + pick(below, fragments) + text.slice(at);
  },
  (text, below) => {
    const at = below(text.length + 1);
    return text.slice(0, at) + nest(below) + text.slice(at);
  },
  (text, below) => replaceOne(text, below, /-?\d+(?:\.\d+)?/g, () => nest(below, true)),
  // Numbers, names and words, three times as often as the rest: they reach what is behind the grammar.
  ...Array.from({ length: 3 }, (): Mutation => {
    return (text, below) => replaceOne(text, below, /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, () => pick(below, evilNumbers));
  }),
  ...Array.from({ length: 2 }, (): Mutation => {
    return (text, below) =>
      replaceOne(text, below, /[A-Za-z_]\w*/g, () => pick(below, [...text.matchAll(/[A-Za-z_]\w*/g)])?.[0] ?? "");
  }),
  (text, below) => replaceOne(text, below, /"(?:[^"\\\n]|\\.)*"/g, () => JSON.stringify(pick(below, veryHostileNames))),
  (text, below) =>
    replaceOne(text, below, /[%@]\w+/g, (name) => name[0] + JSON.stringify(pick(below, veryHostileNames))),
  (text, below) => replaceOne(text, below, /%\w+/g, () => pick(below, [...text.matchAll(/%\w+/g)])?.[0] ?? "%0"),
  // A list becomes a long one.
  (text, below) => {
    const count = pick(below, [9, 33, 65, 1000, 20_000]);
    return replaceOne(text, below, /\[[^[\]]*\]/g, () => `[${Array(count).fill(pick(below, evilNumbers)).join(", ")}]`);
  },
  // Two lines change places; a line stands twice.
  (text, below) => {
    const lines = text.split("\n");
    const [a, b] = [below(lines.length), below(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? "", lines[a] ?? ""];
    return lines.join("\n");
  },
  (text, below) => {
    const lines = text.split("\n");
    const line = lines[below(lines.length)] ?? "";
    lines.splice(below(lines.length + 1), 0, ...Array<string>(pick(below, [1, 1, 100])).fill(line));
    return lines.join("\n");
  },
];

/** A text with one to five mutations; `others` are texts of the same language. */
export const mutatedText = (text: string, others: readonly string[], below: Below): string => {
  let mutant = text;
  for (let left = pick(below, [1, 1, 1, 2, 3, 5]); left > 0; left--) {
    const next = pick(below, mutations)(mutant, below, pick(below, others));
    // What grows without end tests the patience of the test only.
    if (next.length <= 2_000_000) mutant = next;
  }
  return mutant;
};

type ByteMutation = (bytes: Uint8Array, below: Below, other: Uint8Array) => Uint8Array;

const byteMutations: readonly ByteMutation[] = [
  ...Array.from({ length: 7 }, (): ByteMutation => (bytes, below) => happenToBytes(bytes, accident(below))),
  (bytes, below) => bytes.subarray(below(bytes.length + 1)),
  (bytes, below) => joined(bytes, new Uint8Array(pick(below, [1, 7, 8, 4096])).fill(below(256))),
  (bytes, below, other) => joined(bytes.subarray(0, below(bytes.length + 1)), other.subarray(below(other.length + 1))),
];

/** Bytes with one to four mutations. */
export const mutatedBytes = (bytes: Uint8Array, others: readonly Uint8Array[], below: Below): Uint8Array => {
  let mutant = bytes;
  for (let left = 1 + below(4); left > 0 && mutant.length > 0; left--)
    mutant = pick(below, byteMutations)(mutant, below, pick(below, others));
  return mutant;
};
