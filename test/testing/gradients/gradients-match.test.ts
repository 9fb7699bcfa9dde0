// What `gradientsMatch` and `customGradientMatches` say of functions whose derivative is wrong, and that they say nothing of right
// ones. The sentences are whole; places are those of this file.
import { describe, expect, test } from "vitest";
import {
  add,
  constant,
  crossEntropy,
  customGradient,
  type Dims,
  defineModel,
  max,
  mul,
  round,
  scan,
  sigmoid,
  spec,
  sub,
  sum,
  type Tensor,
  tanh,
  training,
} from "../../../src/index.ts";
import { linear } from "../../../src/nn/index.ts";
import { sgd } from "../../../src/optim/index.ts";
import { customGradientMatches } from "../../../src/testing/gradients/custom-gradient-matches.ts";
import { gradientsMatch } from "../../../src/testing/gradients/gradients-match.ts";
import { graphOf } from "../../passes/support.ts";

type Elementwise = <S extends Dims>(x: Tensor<S, "f32">) => Tensor<S, "f32">;

const slopeOf = (x: Tensor, y: Tensor): Tensor => x.sigmoid().mul(y.neg().add(1)).add(y);

const swish = customGradient<Elementwise>({
  name: "swish",
  forward: (x) => mul(x, sigmoid(x)),
  gradient: ({ operands: [x], results: [y], cotangents: [c] }) => [c.mul(slopeOf(x, y))],
});

const wrong = {
  doubled: customGradient<Elementwise>({
    name: "doubled",
    forward: (x) => mul(x, sigmoid(x)),
    gradient: ({ operands: [x], results: [y], cotangents: [c] }) => [c.mul(slopeOf(x, y)).mul(2)],
  }),
  turned: customGradient<Elementwise>({
    name: "turned",
    forward: (x) => mul(x, sigmoid(x)),
    gradient: ({ operands: [x], results: [y], cotangents: [c] }) => [c.mul(slopeOf(x, y)).neg()],
  }),
  shortened: customGradient<Elementwise>({
    name: "shortened",
    forward: (x) => mul(x, sigmoid(x)),
    gradient: ({ operands: [x], cotangents: [c] }) => [mul(c, sigmoid(x))],
  }),
  silent: customGradient<Elementwise>({
    name: "silent",
    forward: (x) => mul(x, sigmoid(x)),
    gradient: () => [null],
  }),
};

const quantized = customGradient({
  name: "quantized",
  forward: (x) => round(x),
  gradient: ({ cotangents: [c] }) => [c],
});

const modelWith = (activation: Elementwise) =>
  defineModel({
    name: "classifier",
    params: { hidden: linear(5, 4), output: linear(4, 3) },
    inputs: { x: spec("f32", ["B", 5]) },
    forward: (p, { x }) => ({ logits: p.output(activation(p.hidden(x))) }),
  });

/** The message of an error, without the numbers of lines, which move. */
const messageOf = async (check: Promise<void>): Promise<string> => {
  try {
    await check;
    return "no error";
  } catch (error) {
    return String(error instanceof Error ? error.message : error).replace(/\S*\/(test\/\S+?):\d+:\d+/g, "$1");
  }
};

describe("gradientsMatch", () => {
  test("says nothing of models, trainings, graphs and functions whose gradients are right", async () => {
    const model = modelWith(swish);
    await gradientsMatch(model, { dims: { B: 3 } });
    await gradientsMatch(model, { order: 2, points: 1 });
    const trained = training(model, {
      inputs: { y: spec("i32", ["B"]) },
      loss: ({ logits }, { y }) => crossEntropy(logits, y).mean(),
      optimizer: sgd({ learningRate: 0.1 }),
    });
    await gradientsMatch(trained, { dims: { B: 3 } });
    await gradientsMatch((x, y) => [add(mul(x, y), tanh(x)), sum(y)], {
      inputs: [spec("f32", [2, 3]), spec("f32", [3])],
    });
    await gradientsMatch(
      graphOf((trace) => ({ y: trace.input("x", { dtype: "f32", shape: ["N"] }).exp() })),
      {
        dims: { N: 4 },
        order: 2,
      },
    );
  });

  test("names the function, the factor and the lines", async () => {
    expect(await messageOf(gradientsMatch(modelWith(wrong.doubled), { dims: { B: 3 } }))).toMatchInlineSnapshot(`
      "gradientsMatch(classifier): the gradient of input "x" is not the slope
        at [1, 0]: gradient 0.571589, slope 0.285795
        along a random direction: gradient -1.0845, slope -0.54225, by differences -0.54225
        the mistake is in doubled, a function with a derivative of its own:
          its gradient of operand 1 is 2 times the slope
          at [1, 3], where the operand is 0.452934: got 1.2526, the slope is 0.626301
          made at test/testing/gradients/gradients-match.test.ts
          defined at test/testing/gradients/gradients-match.test.ts
          called at test/testing/gradients/gradients-match.test.ts
          if it is meant so: { except: ["doubled"] }
        the numbers again: { seed: 1, points: 1 }"
    `);
  });

  test("tells a wrong sign, a missing term and a gradient that is not there from one another", async () => {
    expect(await messageOf(gradientsMatch(modelWith(wrong.turned)))).toContain(
      "its gradient of operand 1 has the wrong sign",
    );
    expect(await messageOf(gradientsMatch(modelWith(wrong.shortened)))).toContain(
      "its gradient of operand 1 is no multiple of the slope: a term is missing, or one is wrong",
    );
    expect(await messageOf(gradientsMatch(modelWith(wrong.silent)))).toContain(
      "its gradient of operand 1 is 0, and the slope is not",
    );
  });

  test("says which operand's gradient stands in the place of which", async () => {
    const product = customGradient({
      name: "product",
      forward: (x, y) => mul(x, y),
      gradient: ({ operands: [x, y], cotangents: [c] }) => [mul(c, x), mul(c, y)],
    });
    const inputs = [spec("f32", [2, 2]), spec("f32", [2, 2])];
    expect(await messageOf(gradientsMatch((x, y) => product(x, y), { inputs }))).toContain(
      "its gradient of operand 1 is the slope of operand 2",
    );
  });

  test("finds a derivative that is wrong to second order alone", async () => {
    // The value of a gradient may be right, and its own gradient lost on the way.
    const square = customGradient({
      name: "square",
      forward: (x: Tensor<readonly [3], "f32">) => mul(x, x),
      gradient: ({ operands: [x], cotangents: [c] }) => [mul(c, fixedDouble(x))],
    });
    const fixedDouble = customGradient({
      name: "fixed double",
      forward: (x: Tensor<readonly [3], "f32">) => mul(x, 2),
      gradient: () => [null],
    });
    const inputs = [spec("f32", [3])];
    const apply = (x: Tensor) => square(x as Tensor<readonly [3], "f32">);
    expect(await messageOf(gradientsMatch(apply, { inputs }))).toBe("no error");
    const message = await messageOf(gradientsMatch(apply, { inputs, order: 2 }));
    expect(message).toContain('the second gradient of input "x0" is not the slope');
    expect(message).toContain("the mistake is in fixed double");
  });

  test("finds the function within the step of a scan", async () => {
    const model = defineModel({
      name: "running",
      params: { cell: linear(4, 4) },
      inputs: { x: spec("f32", ["T", 2, 4]) },
      forward: (p, { x }) => {
        const { carry } = scan({
          carry: { h: constant(0, [2, 4]) },
          over: { x },
          step: ({ h }, { x: element }) => ({ carry: { h: wrong.shortened(add(p.cell(h), element)) } }),
        });
        return { h: carry.h };
      },
    });
    expect(await messageOf(gradientsMatch(model, { dims: { T: 3 } }))).toContain("the mistake is in shortened");
  });

  test("leaves a function alone whose gradient is no slope on purpose, and checks all around it", async () => {
    const model = (after: (x: Tensor) => Tensor) =>
      defineModel({
        name: "rounding",
        params: { weights: linear(3, 3) },
        inputs: { x: spec("f32", [2, 3]) },
        forward: (p, { x }) => ({ y: after(quantized(p.weights(x))) }),
      });
    const right = model((x) => tanh(x));
    expect(await messageOf(gradientsMatch(right))).toContain('if it is meant so: { except: ["quantized"] }');
    expect(await messageOf(gradientsMatch(right, { except: ["quantized"] }))).toBe("no error");
    const alsoWrong = model((x) => wrong.doubled(x as Tensor<Dims, "f32">));
    expect(await messageOf(gradientsMatch(alsoWrong, { except: ["quantized"] }))).toContain("is 2 times the slope");
  });

  test("says so where no numbers can be compared", async () => {
    const apply = (x: Tensor) => x.mul(0).sub(1).log();
    expect(await messageOf(gradientsMatch(apply, { inputs: [spec("f32", [2])] }))).toContain("nothing was compared");
  });
});

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

describe("customGradientMatches", () => {
  const inputs = [spec("f32", ["N", "M"])];
  const ofAny = (fn: Elementwise) => (x: Tensor) => fn(x as Tensor<Dims, "f32">);
  const reference = (x: { readonly data: Float64Array }) => x.data.map((value) => value * logistic(value));

  test("says nothing of a function that is right, at any extents", async () => {
    await customGradientMatches(ofAny(swish), { inputs, reference, order: 2 });
    const largest = customGradient({
      name: "largest",
      forward: (x) => [max(x), sub(x, max(x))] as const,
      gradient: ({ operands: [x], results: [y], cotangents: [c, d] }) => {
        const chosen = x.equal(y).cast(x.dtype);
        return [d.add(chosen.mul(c.sub(sum(d))))];
      },
    });
    await customGradientMatches((x) => largest(x), { inputs });
  });

  test("names what is wrong: a value, a gradient, a shape", async () => {
    expect(await messageOf(customGradientMatches(ofAny(swish), { inputs, reference: (x) => x.data }))).toMatch(
      /^customGradientMatches\(function\): result 1 at \[0, 0\] is .*, the reference gives /,
    );
    expect(await messageOf(customGradientMatches(ofAny(wrong.turned), { inputs }))).toContain("has the wrong sign");
    const fixed = (x: Tensor) => x.slice([{ start: 0, end: x.shape[0] === "N" ? 1 : 0, step: 1 }]);
    expect(await messageOf(customGradientMatches(fixed, { inputs: [spec("f32", ["N"])] }))).toBe(
      "customGradientMatches(fixed): with N = 2 result 1 is f32[0], and f32[1] by the symbols",
    );
  });

  test("checks all but the slope where that is wrong on purpose", async () => {
    const plain = (x: Tensor) => quantized(x);
    expect(await messageOf(customGradientMatches(plain, { inputs }))).toContain("the result does not depend on it");
    expect(await messageOf(customGradientMatches(plain, { inputs, slopes: false }))).toBe("no error");
  });
});
