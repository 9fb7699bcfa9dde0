// Random bits as a pure function of a key and a position, so that a run can be repeated and the order of computation does
// not matter: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3;
// SC 2011). An element is the exclusive or of both words at counter (0, position), as JAX makes it.

import { reject } from "../diagnostics/diagnostic.ts";
import { binary, flatten, i32 } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { generate } from "../types/ndarray.ts";
import { knownShape } from "../types/shape.ts";
import { printType, sameShape, type TensorType, tensorType } from "../types/tensor-type.ts";
import { arbitraryShape } from "./instances.ts";
import type { ShapeAttrs } from "./movement.ts";
import { defineOp, type OpDefinition } from "./op.ts";
import { requireExtents } from "./typing.ts";

/** Arithmetic on words of 32 bits: on numbers, or on expressions of a loop program. */
interface WordArithmetic<Word> {
  readonly add: (left: Word, right: Word) => Word;
  readonly xor: (left: Word, right: Word) => Word;
  readonly rotateLeft: (word: Word, by: number) => Word;
  readonly literal: (value: number) => Word;
}

/** Rotations of the eight rounds after which they repeat, four before each injection of the key. */
const rotations: readonly (readonly [number, number, number, number])[] = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** The key schedule's parity constant, from Skein. */
const parity = 0x1bd11bda;

/** The two words of Threefry-2x32-20 for a key of two words and a counter of two words. */
const threefry = <Word>(
  { add, xor, rotateLeft, literal }: WordArithmetic<Word>,
  [key0, key1]: readonly [Word, Word],
  counter: readonly [Word, Word],
): readonly [Word, Word] => {
  const keys = [key0, key1, xor(xor(literal(parity), key0), key1)] as const;
  const keyAt = (at: number): Word => keys[(at % 3) as 0 | 1 | 2];
  let left = add(counter[0], key0);
  let right = add(counter[1], key1);
  for (let injection = 1; injection <= 5; injection++) {
    for (const by of rotations[(injection - 1) % 2] ?? []) {
      left = add(left, right);
      right = xor(rotateLeft(right, by), left);
    }
    left = add(left, keyAt(injection));
    right = add(add(right, keyAt(injection + 1)), literal(injection));
  }
  return [left, right];
};

const onNumbers: WordArithmetic<number> = {
  add: (left, right) => (left + right) | 0,
  xor: (left, right) => left ^ right,
  rotateLeft: (word, by) => (word << by) | (word >>> (32 - by)),
  literal: (value) => value | 0,
};

/** Threefry-2x32-20 on numbers, as signed words. */
export const threefry2x32 = (
  key: readonly [number, number],
  counter: readonly [number, number],
): readonly [number, number] => threefry(onNumbers, key, counter);

/** Refuses what is no key: two words. */
export const requireKey = (key: TensorType): void => {
  if (key.dtype !== "i32" || !sameShape(key.shape, [2])) reject("W222", { type: printType(key) });
};

/** i32 random bits for each position, from a key of two words. */
export const randomBits: OpDefinition<ShapeAttrs, 1> = defineOp({
  kind: "randomBits",
  summary: "32 random bits for each element: a pure function of a key and the element's position.",
  formula: "y[i] = a xor b with (a, b) = threefry(key, (0, i)), i counting elements",
  shapes: "key [2] -> [shape...]",
  arity: 1,
  resultArity: 1,
  attributes: { shape: "resultShape" },
  infer: ([key], { shape }) => {
    requireKey(key);
    requireExtents("randomBits", shape);
    return [tensorType("i32", shape)];
  },
  evaluate: ([key], { shape }) => [
    generate("i32", knownShape(shape), (_, position) => {
      const [left, right] = threefry2x32([key.data[0] ?? 0, key.data[1] ?? 0], [0, position]);
      return left ^ right;
    }),
  ],
  vjp: () => [null],
  lower: {
    by: "element",
    work: "scalar",
    element: ({ operands: [readKey], resultTypes: [result] }, body, index) => {
      const word = (value: Expr): Expr => body.name(value, "word");
      const onExpressions: WordArithmetic<Expr> = {
        add: (left, right) => word(binary("add", left, right)),
        xor: (left, right) => word(binary("xor", left, right)),
        rotateLeft: (bits, by) =>
          word(binary("or", binary("shl", bits, i32(by)), binary("shrUnsigned", bits, i32(32 - by)))),
        literal: i32,
      };
      const key = [word(readKey(body, [i32(0)])), word(readKey(body, [i32(1)]))] as const;
      const position = word(flatten(index, result.shape));
      const [left, right] = threefry(onExpressions, key, [i32(0), position]);
      return binary("xor", left, right);
    },
  },
  arbitrary: (fc) =>
    arbitraryShape(fc).map((shape) => ({ operands: [{ dtype: "i32", shape: [2] }], attrs: { shape } })),
});

/** Sources of randomness. */
export const random: { readonly randomBits: typeof randomBits } = { randomBits };
