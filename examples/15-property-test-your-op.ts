// An op of your own, and what is always true of it: properties, which fast-check tries to refute with random cases and shrinks
// what it finds. The first try at log cosh x is its formula, and falls; the second is another form of it, and stands.
import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  abs,
  add,
  compileSync,
  defineModel,
  differentiate,
  exp,
  log,
  log1p,
  mul,
  neg,
  spec,
  sub,
  sum,
  type Tensor,
} from "../src/index.ts";
import { firstDifference, runEverywhere } from "../src/testing/index.ts";

type Vector = Tensor<["N"], "f32">;

/** log cosh x = log((e^x + e^-x) / 2) */
const naive = (x: Vector): Vector => log(mul(add(exp(x), exp(neg(x))), 0.5));

/** log cosh x = |x| + log(1 + e^(-2|x|)) - log 2, in which nothing can overflow */
const stable = (x: Vector): Vector => sub(add(abs(x), log1p(exp(mul(abs(x), -2)))), Math.LN2);

const compiled = (logCosh: (x: Vector) => Vector, N: number) =>
  compileSync(
    defineModel({
      name: "logCosh",
      params: {},
      inputs: { x: spec("f32", ["N"]) },
      forward: (_, { x }) => {
        const y = logCosh(x);
        const [slope] = differentiate(sum(y), [x]);
        return { y, slope };
      },
    }),
    { dims: { N } },
  );

const number = fc.float({ min: -1000, max: 1000, noNaN: true });
const close = (value: number | undefined, wanted: number): boolean =>
  value !== undefined && Math.abs(value - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));

/** y is log cosh x by its formula in double precision, and the slope is its derivative, tanh x. */
const meansLogCosh = (logCosh: (x: Vector) => Vector) => {
  const run = compiled(logCosh, 1);
  return fc.property(number, (x) => {
    const { y, slope } = run({ x: Float32Array.of(x) });
    // Doubles overflow at 710: beyond, e^-x is nothing beside e^x, and log cosh x = |x| - log 2.
    const wanted = Math.abs(x) < 700 ? Math.log(Math.cosh(x)) : Math.abs(x) - Math.LN2;
    return close(y.data[0], wanted) && close(slope.data[0], Math.tanh(x));
  });
};

/** Closures, JavaScript and WebAssembly give the same bits, for vectors of any length. */
const sameEverywhere = (logCosh: (x: Vector) => Vector) =>
  fc.asyncProperty(fc.array(fc.float(), { minLength: 1, maxLength: 40 }), async (numbers) => {
    const { program } = compiled(logCosh, numbers.length);
    const [first, ...others] = await runEverywhere(program, "predict", new Map([["x", Float32Array.from(numbers)]]));
    return others.every((other) => firstDifference(first, other) === undefined);
  });

const settings = { seed: 2026, numRuns: 300 };
const refuted: string[] = [];
for (const [name, logCosh] of Object.entries({ naive, stable })) {
  const { failed, counterexample, numShrinks } = fc.check(meansLogCosh(logCosh), settings);
  const verdict = failed ? `refuted by x = ${counterexample?.[0]}, shrunk ${numShrinks} times` : "holds";
  console.log(`${name.padEnd(7)} is log cosh x, its slope tanh x:    ${verdict}`);
  if (failed) refuted.push(name);
  const bits = await fc.check(sameEverywhere(logCosh), { ...settings, numRuns: 30 });
  console.log(`${" ".repeat(7)} same bits on closures, JS and wasm: ${bits.failed ? "refuted" : "holds"}`);
  assert.ok(!bits.failed, `${bits.counterexample}`);
}
assert.deepEqual(refuted, ["naive"]);
console.log("the naive form is refuted, the stable one holds in 300 cases");
