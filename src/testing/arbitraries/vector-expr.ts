// Random expressions of the loop IR in which vectors and numbers meet, read off a list of choices: well typed, and with indices inside
// the buffers of the random kernels in `vector-kernel.ts`.
import {
  add,
  type BlockBuilder,
  binary,
  bool,
  cast,
  compare,
  f32,
  i32,
  lane,
  load,
  multiply,
  ramp,
  reduceLanes,
  reinterpret,
  select,
  splat,
  subtract,
  unary,
} from "../../ir/loop/build.ts";
import {
  type Expr,
  isVector,
  type LaneReducer,
  type LoopBinary,
  type LoopCompare,
  type LoopUnary,
  type ScalarType,
  type VectorType,
} from "../../ir/loop/expr.ts";
import { type Choose, pick } from "./loop-expr.ts";

/** What a lane may be. */
type Element = Exclude<ScalarType, "f64">;

/** What a value may be: there are no vectors of f64, and so none of f64 here. */
export type ValueType = Element | VectorType;

/** The index of a loop around, and the most that it may be. */
interface Counter {
  readonly index: Expr;
  readonly most: number;
}

/** Where an expression is made, and what it may mention. */
export interface VectorScene {
  readonly choose: Choose;
  readonly body: BlockBuilder;
  /** Of the loops around, from the outermost. */
  readonly counters: readonly Counter[];
  /**
   * Whether places move evenly, and numbers do not: where lanes lie as far apart as places move, a loop over single elements would
   * mostly do the same.
   */
  readonly isSteady: boolean;
  /** How far all places move with the index of the loop, where that is not as far as the lanes of an access lie apart. */
  readonly pace: number | undefined;
  /** Values in scope. */
  readonly values: readonly Expr[];
  /** Those of them that may be assigned to. */
  readonly variables: readonly Expr[];
}

/** The most that the index of a loop that is not inside another may be, and that of one that is. */
export const mostOuter = 20;
export const mostInner = 3;

const offsets = [0, 0, 1, 2, 3, 4, 8, 12] as const;
export const farthest = 3;

/** Elements of each buffer: the farthest that the places of an access reach. */
export const bufferLength: number = farthest * mostOuter + 4 * mostInner + Math.max(...offsets) + 3 * farthest + 1;

/** Numbers near the ends of 32 bits. */
const extremes = [2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 3, 1 - 2 ** 31] as const;

/** A place that moves so far with the index of the loop around, or in another way. */
const movingPlace = ({ choose, counters, isSteady, pace }: VectorScene, stride: number): Expr => {
  const offset = i32(pick(choose, offsets));
  const [outer, inner] = counters;
  if (outer === undefined) return offset;
  const steady = add(multiply(outer.index, pace ?? stride), offset);
  switch (isSteady ? 0 : choose(8)) {
    case 1:
      return add(subtract(i32(outer.most), outer.index), offset);
    case 2:
      return add(multiply(outer.index, 1 + choose(farthest)), offset);
    case 3:
      return inner === undefined ? offset : add(inner.index, offset);
    case 4:
      return inner === undefined ? steady : add(steady, multiply(inner.index, pick(choose, [4, 1])));
    default:
      return steady;
  }
};

/** Where an access may begin, most often so that the next lane is where the next iteration would be. */
export const randomPlace = (scene: VectorScene, stride: number): Expr => {
  const { choose, body } = scene;
  switch (choose(12)) {
    case 1:
      if (scene.isSteady) return movingPlace(scene, stride);
      return add(binary("and", randomValue(scene, "i32", 2), i32(15)), pick(choose, offsets));
    case 2: {
      // Beyond 32 bits and back.
      const far = pick(choose, extremes);
      return add(add(movingPlace(scene, stride), far), -far | 0);
    }
    case 3:
      return body.name(movingPlace(scene, stride), "at");
    default:
      return movingPlace(scene, stride);
  }
};

const vectors = { f32: "f32x4", i32: "i32x4", bool: "boolx4" } as const;
const elements = { f32x4: "f32", i32x4: "i32", boolx4: "bool" } as const;

const elementOf = (type: ValueType): Element => (isVector(type) ? elements[type] : type);

/** The type of other elements that has as many. */
const alike = (type: ValueType, element: Element): ValueType => (isVector(type) ? vectors[element] : element);

const buffers: { readonly [E in Element]: readonly [string, ...string[]] } = {
  f32: ["x", "y", "y", "w", "u"],
  i32: ["n", "z", "z", "bytes"],
  bool: ["flags"],
};

const randomLoad = (scene: VectorScene, type: ValueType): Expr => {
  const buffer = pick(scene.choose, buffers[elementOf(type)]);
  // Only words lie apart.
  const isApart = isVector(type) && type !== "boolx4" && buffer !== "bytes";
  const stride = isApart ? pick(scene.choose, [1, 1, 2, farthest]) : 1;
  const loaded = load(type, buffer, randomPlace(scene, stride));
  return stride > 1 && loaded.kind === "load" ? { ...loaded, stride } : loaded;
};

const randomNumber = ({ choose, counters }: VectorScene, element: Element): Expr => {
  switch (element) {
    case "f32":
      return f32(choose(9) / 4 - 1);
    case "i32":
      return pick(choose, [i32(choose(9) - 4), i32(pick(choose, extremes)), ...counters.map(({ index }) => index)]);
    case "bool":
      return bool(choose(2) === 1);
  }
};

/** Where numbers are made that all lanes share. */
const numbersIn = (scene: VectorScene): VectorScene => (scene.isSteady ? { ...scene, counters: [] } : scene);

const reducers: readonly [LaneReducer, ...LaneReducer[]] = ["add", "mul", "min", "max"];

/** A lane of a vector, or all of them in one number. */
const numberOf = ({ choose }: VectorScene, vector: Expr): Expr =>
  vector.type !== "boolx4" && choose(2) === 1
    ? reduceLanes(pick(choose, reducers), vector)
    : lane(vector, pick<0 | 1 | 2 | 3>(choose, [0, 1, 2, 3]));

const leaf = (scene: VectorScene, type: ValueType): Expr => {
  const { choose, values } = scene;
  const known = values.filter((each) => each.type === type);
  const [first, ...others] = known;
  if (first !== undefined && choose(3) === 1) return pick(choose, [first, ...others]);
  if (choose(4) !== 1) return randomLoad(scene, type);
  if (type === "i32x4" && choose(2) === 1) return ramp(movingPlace(scene, 1));
  if (!isVector(type)) return randomNumber(scene, type);
  const numbers = numbersIn(scene);
  return splat(choose(2) === 1 ? numberOf(scene, randomLoad(numbers, type)) : randomNumber(numbers, elements[type]));
};

const binaries: { readonly [E in Element]: readonly [LoopBinary, ...LoopBinary[]] } = {
  f32: ["add", "mul", "sub", "div", "min", "max"],
  i32: ["add", "mul", "sub", "min", "max", "and", "or", "xor"],
  bool: ["and", "or", "xor"],
};
const unaries: { readonly [E in Element]: readonly [LoopUnary, ...LoopUnary[]] } = {
  f32: ["neg", "abs", "sqrt", "floor", "ceil", "trunc", "nearest"],
  i32: ["neg", "abs"],
  bool: ["not"],
};
const shifts: readonly [LoopBinary, ...LoopBinary[]] = ["shl", "shr", "shrUnsigned"];
const comparisons: readonly [LoopCompare, ...LoopCompare[]] = ["eq", "ne", "lt", "le", "gt", "ge"];

/** Makes an operand of a type, one level simpler. */
type Operand = (type: ValueType) => Expr;

const randomBinary = (scene: VectorScene, type: ValueType, operand: Operand): Expr => {
  const { choose } = scene;
  if (elementOf(type) === "i32" && choose(4) === 1) {
    const distance = randomValue(numbersIn(scene), "i32", 1);
    return binary(pick(choose, shifts), operand(type), isVector(type) ? splat(distance) : distance);
  }
  if (type === "i32" && choose(4) === 1) return binary(pick(choose, ["div", "rem"]), operand(type), operand(type));
  return binary(pick(choose, binaries[elementOf(type)]), operand(type), operand(type));
};

const randomComparison = ({ choose }: VectorScene, type: ValueType, operand: Operand): Expr => {
  const element = pick<Element>(choose, ["f32", "i32", "bool"]);
  const fn = pick<LoopCompare>(choose, element === "bool" ? ["eq", "ne"] : comparisons);
  return compare(fn, operand(alike(type, element)), operand(alike(type, element)));
};

/** A number of another type or of its own; or the bits of one, of which no NaN is made: which NaN it is has no meaning. */
const randomConversion = ({ choose }: VectorScene, type: ValueType, operand: Operand): Expr => {
  const from = operand(alike(type, pick<Element>(choose, ["f32", "i32", "bool"])));
  if (from.type === type) return { kind: "cast", type, operand: from };
  if (choose(3) !== 1 || elementOf(type) !== "f32" || (from.type !== "i32" && from.type !== "i32x4"))
    return cast(type, from);
  const mask = i32(0x3f7fffff);
  return type === "f32"
    ? reinterpret("f32", binary("and", from, mask))
    : reinterpret("f32x4", binary("and", from, splat(mask)));
};

/** A vector made of a number, or a number made of a vector. */
const randomCrossing = (scene: VectorScene, type: ValueType, depth: number): Expr => {
  const { choose } = scene;
  if (!isVector(type)) return numberOf(scene, randomValue(scene, vectors[type], depth - 1));
  const numbers = numbersIn(scene);
  if (type === "i32x4" && choose(2) === 1) {
    const start = randomValue(numbers, "i32", depth - 1);
    return ramp(choose(2) === 1 ? add(movingPlace(scene, 1), start) : start);
  }
  return splat(randomValue(numbers, elements[type], depth - 1));
};

/** An expression of a type, of so many levels at most. */
export const randomValue = (scene: VectorScene, type: ValueType, depth: number): Expr => {
  if (depth <= 0) return leaf(scene, type);
  const { choose } = scene;
  const operand: Operand = (of) => randomValue(scene, of, depth - 1);
  switch (choose(8)) {
    case 1:
    case 2:
      return elementOf(type) === "bool" && choose(2) === 1
        ? randomComparison(scene, type, operand)
        : randomBinary(scene, type, operand);
    case 3:
      return unary(pick(choose, unaries[elementOf(type)]), operand(type));
    case 4:
      return select(operand(alike(type, "bool")), operand(type), operand(type));
    case 5:
      return randomConversion(scene, type, operand);
    case 6:
      return randomCrossing(scene, type, depth);
    default:
      return leaf(scene, type);
  }
};
