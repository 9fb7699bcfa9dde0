// Random expressions of the loop IR, read off a list of choices: well typed, and with indices inside the buffers of the
// random kernels in `kernel.ts`.
import {
  add,
  type BlockBuilder,
  binary,
  bool,
  cast,
  compare,
  constant,
  f32,
  i32,
  load,
  multiply,
  reinterpret,
  select,
  subtract,
  unary,
} from "../../ir/loop/build.ts";
import type { Expr, LoopBinary, LoopCompare, LoopUnary, ScalarType } from "../../ir/loop/expr.ts";

/** Reads choices off a list: a number below `count`. Past the list's end every choice is the first. */
export type Choose = (count: number) => number;

/** A reader of choices. */
export const chooser = (choices: readonly number[]): Choose => {
  let at = 0;
  return (count) => (choices[at++] ?? 0) % count;
};

/** Extents of the three loops around the statements, from the outermost. */
export type Extents = readonly [number, number, number];

/** Where an expression is made, and what it may mention. */
export interface Scene {
  readonly choose: Choose;
  readonly extents: Extents;
  readonly body: BlockBuilder;
  readonly indices: readonly [Expr, Expr, Expr];
  /** Indices of further loops around, of few iterations. */
  readonly counters: readonly Expr[];
  /** Values in scope. */
  readonly values: readonly Expr[];
  /** Whether buffers that the kernel writes may be read as well. */
  readonly readsWritten: boolean;
}

/** One of some options. */
export const pick = <T>(choose: Choose, options: readonly [T, ...T[]]): T =>
  options[choose(options.length)] ?? options[0];

/** How many elements buffers of these extents have. */
export const sizeOfExtents = ([a, b, c]: Extents): number => a * b * c;

/** The row-major position of the scene's indices. */
export const rowMajor = ({ indices: [i, j, k], extents: [, b, c] }: Scene): Expr =>
  add(multiply(add(multiply(i, b), j), c), k);

/** An end of a loop, which runs at most so often: known, or computed from indices around and from memory. */
export const randomEnd = (scene: Scene, most: number): Expr => {
  const { choose, body, indices } = scene;
  const [i, j] = indices;
  switch (choose(5)) {
    case 1:
      return body.name(binary("min", i32(most), add(multiply(i, 5), choose(9))), "end");
    case 2:
      return body.name(binary("min", i32(most), subtract(i32(most + choose(3)), multiply(j, 3))), "end");
    case 3:
      return body.name(binary("min", i32(most), load("i32", "counts", 0)), "end");
    default:
      return i32(most);
  }
};

/** Some index inside buffers of the scene's size. */
export const randomIndex = (scene: Scene): Expr => {
  const { choose, extents, body, indices, counters } = scene;
  const [i, j, k] = indices;
  const [a, b, c] = extents;
  const size = i32(sizeOfExtents(extents));
  const position = rowMajor(scene);
  const divisor = pick(choose, [c, b, a, b * c]);
  switch (choose(9)) {
    case 1:
      return add(multiply(binary("div", position, i32(divisor)), divisor), binary("rem", position, i32(divisor)));
    case 2: {
      const name = body.name(position);
      return add(multiply(binary("div", name, i32(divisor)), divisor), binary("rem", name, i32(divisor)));
    }
    case 3:
      return add(multiply(add(multiply(k, b), j), a), i);
    case 4:
      return k;
    case 5:
      return binary("rem", add(position, choose(5)), size);
    case 6:
      return binary("max", binary("min", add(position, choose(5) - 2), add(size, -1)), i32(0));
    case 7:
      return binary("rem", add(k, pick(choose, [i, ...counters])), size);
    case 8:
      return add(multiply(i, b * c), multiply(j, c));
    default:
      return position;
  }
};

const floatUnary: readonly [LoopUnary, ...LoopUnary[]] = ["neg", "abs", "sqrt", "floor", "ceil", "trunc", "nearest"];
const floatBinary: readonly [LoopBinary, ...LoopBinary[]] = ["add", "mul", "sub", "div", "min", "max"];
const comparisons: readonly [LoopCompare, ...LoopCompare[]] = ["lt", "eq", "ne", "le", "gt", "ge"];
const integerBinary: readonly [LoopBinary, ...LoopBinary[]] = [
  ...floatBinary,
  "rem",
  "and",
  "or",
  "xor",
  "shl",
  "shr",
  "shrUnsigned",
];

const leaf = (scene: Scene, type: ScalarType): Expr => {
  const { choose, counters, values } = scene;
  const known = values.filter((each) => each.type === type);
  if (known.length > 0 && choose(2) === 1) return known[choose(known.length)] ?? i32(0);
  const isLoad = choose(3) > 0;
  switch (type) {
    case "f32":
      if (!isLoad) return f32(choose(9) / 4 - 1);
      return load("f32", pick(choose, scene.readsWritten ? ["x", "w", "total"] : ["x", "w"]), randomIndex(scene));
    case "f64":
      return isLoad ? load("f64", "wide", randomIndex(scene)) : constant("f64", choose(9) / 3 - 1);
    case "i32":
      if (isLoad) return load("i32", pick(choose, ["counts", "bytes"]), randomIndex(scene));
      return pick(choose, [i32(choose(9) - 4), ...scene.indices, ...counters]);
    case "bool":
      return isLoad ? load("bool", "mask", randomIndex(scene)) : bool(choose(2) === 1);
  }
};

/** One of two values, chosen by comparing them: what engines have single instructions for. */
const randomExtreme = ({ choose, body }: Scene, x: Expr, y: Expr): Expr => {
  const [a, b] = [body.name(x), body.name(y)] as const;
  const condition = compare(pick(choose, comparisons), a, b);
  return choose(2) === 0 ? select(condition, a, b) : select(condition, b, a);
};

const randomFloat = (scene: Scene, type: "f32" | "f64", depth: number): Expr => {
  const { choose } = scene;
  const inner = (of: ScalarType = type): Expr => randomExpr(scene, of, depth - 1);
  switch (choose(8)) {
    case 0:
    case 1:
      return binary(pick(choose, floatBinary), inner(), inner());
    case 6:
      return randomExtreme(scene, inner(), inner());
    case 2:
      return unary(pick(choose, floatUnary), inner());
    case 3:
      return select(inner("bool"), inner(), inner());
    case 4:
      return cast(type, inner(pick(choose, ["i32", "bool", type === "f32" ? "f64" : "f32"])));
    case 5:
      // No NaN is made of bits: which NaN one has is not part of the meaning.
      return type === "f32" ? reinterpret("f32", binary("and", inner("i32"), i32(0x3f7fffff))) : inner();
    default:
      return leaf(scene, type);
  }
};

const randomInteger = (scene: Scene, depth: number): Expr => {
  const { choose } = scene;
  const inner = (type: ScalarType = "i32"): Expr => randomExpr(scene, type, depth - 1);
  switch (choose(7)) {
    case 0:
    case 1:
      return binary(pick(choose, integerBinary), inner(), inner());
    case 2:
      return binary(pick(choose, integerBinary), inner(), i32(choose(40)));
    case 3:
      return select(inner("bool"), inner(), inner());
    case 4:
      return cast("i32", inner(pick(choose, ["f32", "bool", "f64"])));
    case 5:
      return unary(pick(choose, ["neg", "abs"]), inner());
    default:
      return leaf(scene, "i32");
  }
};

const randomBool = (scene: Scene, depth: number): Expr => {
  const { choose } = scene;
  const inner = (type: ScalarType): Expr => randomExpr(scene, type, depth - 1);
  switch (choose(4)) {
    case 0: {
      const type = pick<ScalarType>(choose, ["f32", "i32", "f64"]);
      return compare(pick(choose, comparisons), inner(type), inner(type));
    }
    case 1:
      return binary(pick<LoopBinary>(choose, ["and", "or", "xor"]), inner("bool"), inner("bool"));
    case 2:
      return unary("not", inner("bool"));
    default:
      return leaf(scene, "bool");
  }
};

/** A random expression of a type, at most `depth` operators deep. */
export const randomExpr = (scene: Scene, type: ScalarType, depth: number): Expr => {
  if (depth <= 0) return leaf(scene, type);
  if (type === "i32") return randomInteger(scene, depth);
  return type === "bool" ? randomBool(scene, depth) : randomFloat(scene, type, depth);
};
