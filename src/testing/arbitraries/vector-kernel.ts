// Random kernels of vectors, as somebody might write them by hand: what the vectoriser makes of scalar loops has few of the forms that the
// grammar allows. Every access is inside its buffer by the way its place is made, whatever memory holds.
import fc from "fast-check";
import { add, type BlockBuilder, binary, buildBody, i32, lane } from "../../ir/loop/build.ts";
import { type Expr, isVector } from "../../ir/loop/expr.ts";
import type { Kernel, KernelParameter } from "../../ir/loop/kernel.ts";
import { chooser, pick } from "./loop-expr.ts";
import {
  bufferLength,
  farthest,
  mostInner,
  mostOuter,
  randomPlace,
  randomValue,
  type ValueType,
  type VectorScene,
} from "./vector-expr.ts";

const parameters: readonly KernelParameter[] = (
  [
    ["x", "f32", "read"],
    ["u", "f32", "read"],
    ["n", "i32", "read"],
    ["y", "f32", "update"],
    ["w", "f32", "update"],
    ["z", "i32", "update"],
    ["bytes", "u8", "update"],
    ["flags", "bool", "update"],
  ] as const
).map(([name, dtype, access]) => ({ name, dtype, access, length: bufferLength }));

/** y and u, which may be one buffer. */
const pair = [3, 1] as const;

/** A buffer that is written, and the vectors and numbers of its elements. */
const written: readonly [Written, ...Written[]] = [
  ["y", "f32x4", "f32"],
  ["y", "f32x4", "f32"],
  ["w", "f32x4", "f32"],
  ["z", "i32x4", "i32"],
  ["bytes", "i32x4", "i32"],
  ["flags", "boolx4", "bool"],
];
type Written = readonly [buffer: string, vector: ValueType, element: ValueType];

const vectorTypes: readonly [ValueType, ...ValueType[]] = ["f32x4", "i32x4", "boolx4"];
const anyType: readonly [ValueType, ...ValueType[]] = [...vectorTypes, "f32", "i32", "bool"];

const storeVector = (scene: VectorScene): void => {
  const [buffer, type] = pick(scene.choose, written);
  scene.body.store(buffer, randomPlace(scene, 1), randomValue(scene, type, 3));
};

const storeNumber = (scene: VectorScene): void => {
  const [buffer, , type] = pick(scene.choose, written);
  scene.body.store(buffer, randomPlace(scene, 1), randomValue(scene, type, 3));
};

/** Lane after lane, each to its place: evenly through the buffer, forwards or backwards, or one of them elsewhere. */
const storeLanes = (scene: VectorScene): void => {
  const { choose, body } = scene;
  const [buffer, type] = pick(choose, written);
  const distance = 1 + choose(3);
  const start = randomPlace(scene, distance);
  const made = randomValue(scene, type, 2);
  const value = choose(2) === 1 ? body.name(made) : made;
  const isBackwards = choose(4) === 1;
  const odd = choose(24);
  for (const at of [0, 1, 2, 3] as const) {
    const place = add(start, (isBackwards ? 3 - at : at) * distance);
    body.store(buffer, place, lane(value, odd === at ? 0 : at));
  }
};

/** A value with a name, or a variable. In steady loops, numbers are places, or lanes of values with names. */
const withValue = (scene: VectorScene): VectorScene => {
  const { choose, body, values, variables, isSteady } = scene;
  const [first, ...others] = values.filter(({ type }) => isVector(type));
  if (first !== undefined && choose(2) === 1) {
    const part = lane(pick(choose, [first, ...others]), pick<0 | 1 | 2 | 3>(choose, [0, 1, 2, 3]));
    return { ...scene, values: [...values, body.name(part)] };
  }
  const made = randomValue(scene, pick(choose, isSteady ? vectorTypes : anyType), 2);
  if (choose(3) !== 1) return { ...scene, values: [...values, body.name(made)] };
  const variable = body.mutable(made);
  return { ...scene, values: [...values, variable], variables: [...variables, variable] };
};

const assign = (scene: VectorScene): void => {
  const { choose, body, variables } = scene;
  const [first, ...others] = variables;
  if (first === undefined) return storeVector(scene);
  const target = pick(choose, [first, ...others]);
  // Variables are made of random values, which have no other types.
  const value = randomValue(scene, target.type as ValueType, 2);
  const isSum = choose(2) === 1 && target.type !== "bool" && target.type !== "boolx4";
  body.assign(target, isSum ? binary("add", target, value) : value);
};

const branch = (scene: VectorScene): void => {
  const { choose, body } = scene;
  const fill = (block: BlockBuilder): void => statements({ ...scene, body: block }, 1 + choose(2));
  body.when(randomValue(scene, "bool", 2), fill, choose(2) === 1 ? fill : undefined);
};

/** A loop inside another, of few iterations. */
const innerLoop = (scene: VectorScene): void => {
  const { choose, body, counters } = scene;
  if (counters.length !== 1) return storeVector(scene);
  const fill = (index: Expr, block: BlockBuilder): void =>
    statements({ ...scene, body: block, counters: [...counters, { index, most: mostInner }] }, 1 + choose(2));
  body.loop(randomEnd(scene, 1 + choose(mostInner + 1)), fill);
};

const outerLoop = (scene: VectorScene): void => {
  const { choose, body } = scene;
  const isSteady = choose(2) === 1;
  const pace = choose(5) === 1 ? 1 + choose(farthest) : undefined;
  // What a steady loop assigns to is its own.
  const variables = isSteady ? [] : scene.variables;
  const fill = (index: Expr, block: BlockBuilder): void => {
    const counters = [{ index, most: mostOuter }];
    statements({ ...scene, body: block, counters, isSteady, pace, variables }, 1 + choose(3));
  };
  if (isSteady) return body.loop(pick(choose, [16, 4, 8, 4]), fill, { step: 4 });
  const from = pick(choose, [0, 0, 0, 1, 3]);
  const to = randomEnd(scene, from + pick(choose, [16, 4, 8, 5, 4, 17, 1, 12, 2]));
  body.loop(to, fill, { from, step: pick(choose, [4, 4, 4, 1]) });
};

/** An end that may not be known before the kernel runs, and is not beyond the last. */
const randomEnd = (scene: VectorScene, last: number): Expr =>
  scene.choose(6) === 1 ? scene.body.name(binary("min", i32(last), randomValue(scene, "i32", 1)), "end") : i32(last);

const statements = (start: VectorScene, count: number): void => {
  let scene = start;
  for (let left = count; left > 0; left--) {
    switch (scene.choose(scene.isSteady ? 8 : 11)) {
      case 1:
      case 2:
        storeLanes(scene);
        break;
      case 3:
      case 4:
      case 5:
        scene = withValue(scene);
        break;
      case 6:
        assign(scene);
        break;
      case 8:
        storeNumber(scene);
        break;
      case 9:
        branch(scene);
        break;
      case 10:
        innerLoop(scene);
        break;
      default:
        storeVector(scene);
    }
  }
};

const vectorKernel = (choices: readonly number[]): Kernel => {
  const choose = chooser(choices);
  const inPlace = choose(3) === 1 ? [pair] : [];
  const body = buildBody((block) => {
    let scene: VectorScene = {
      choose,
      body: block,
      counters: [],
      values: [],
      variables: [],
      isSteady: false,
      pace: undefined,
    };
    for (let count = choose(3); count > 0; count--) scene = withValue(scene);
    for (let count = 1 + choose(2); count > 0; count--) outerLoop(scene);
    if (choose(2) === 1) storeVector(scene);
  });
  return { name: "random", parameters, inPlace, body };
};

/**
 * Kernels of one or two loops, most of which take four iterations at a time: loads of neighbours and of lanes that lie apart, stores of
 * vectors and of lanes one by one, lanes and sums of lanes as numbers and numbers in all lanes, variables, branches, loops inside, places
 * that are read from memory or leave 32 bits. Of a pair in `inPlace`, both are to be one buffer: meanings are compared through it.
 */
export const vectorKernels: fc.Arbitrary<Kernel> = fc
  .array(fc.nat(999), { minLength: 0, maxLength: 160, size: "max" })
  .map(vectorKernel);
