// Random calls of functions of each element, of one operand, of two that broadcast, and of three.
import * as fc from "fast-check";
import { unary } from "../../../../src/ir/scalar/unary.ts";
import { anyDType, anyShape, type Call, call, callOf, type FunctionName, near, shape, tensor } from "../calls.ts";

/** Every function of one number that is in the table of them. */
const scalarFunctions = Object.keys(unary).map((fn) => (fn === "not" ? "logicalNot" : fn)) as [
  // A test of its own finds them among the functions.
  FunctionName,
  ...FunctionName[],
];

const unaries = callOf([...scalarFunctions, "stopGradient"], fc.tuple(tensor(anyShape(0), anyDType)));

const sloped = callOf(
  ["leakyRelu", "elu"],
  fc.oneof(fc.tuple(tensor(anyShape(0), anyDType)), fc.tuple(tensor(shape(0, 2), anyDType), fc.constantFrom(0.1, 1))),
);

const operands = (least: number) =>
  anyShape(least).chain((like) =>
    fc.tuple(tensor(near(like), anyDType), anyDType).chain(([left, other]) =>
      fc.tuple(
        fc.constant(left),
        fc.oneof(
          {
            weight: 4,
            arbitrary: tensor(near(like), fc.constantFrom(left.dtype, left.dtype, left.dtype, left.dtype, other)),
          },
          { weight: 1, arbitrary: fc.constantFrom(0, 1) },
        ),
      ),
    ),
  );

const binary = callOf(
  [
    "add",
    "sub",
    "mul",
    "div",
    "remainder",
    "pow",
    "maximum",
    "minimum",
    "atan2",
    "logicalAnd",
    "logicalOr",
    "logicalXor",
    "shiftLeft",
    "shiftRight",
  ],
  operands(0),
);

const comparison = callOf(["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"], operands(0));

const select = call(
  "select",
  anyShape(0, 3).chain((like) =>
    fc.tuple(
      tensor(near(like), fc.constantFrom("bool", "bool", "bool", "bool", "bool", "i32")),
      fc.oneof({ weight: 3, arbitrary: tensor(near(like)) }, { weight: 1, arbitrary: fc.constant(1) }),
      fc.oneof({ weight: 3, arbitrary: tensor(near(like)) }, { weight: 1, arbitrary: fc.constant(0) }),
    ),
  ),
);

const conversion = fc.oneof(
  call("cast", fc.tuple(tensor(anyShape(0), anyDType), anyDType)),
  call("clamp", fc.tuple(tensor(anyShape(0), anyDType), fc.constantFrom(0, 1), fc.constantFrom(1, 6))),
);

/** Families of calls, by name. */
export const elementwise: Readonly<Record<string, fc.Arbitrary<Call>>> = {
  unaries,
  sloped,
  binary,
  comparison,
  select,
  conversion,
};
