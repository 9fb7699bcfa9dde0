// Random calls of methods of tensors: what other families ask of functions of the same names, asked of the first operand.
import * as fc from "fast-check";
import { type Call, Given } from "../calls.ts";
import { contraction } from "./contraction.ts";
import { elementwise } from "./elementwise.ts";
import { movement } from "./movement.ts";
import { reductions } from "./reduction.ts";

/** The functions that are methods as well. */
const methods: ReadonlySet<string> = new Set<Call["name"]>([
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "logicalAnd",
  "equal",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "neg",
  "abs",
  "sign",
  "exp",
  "log",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "relu",
  "gelu",
  "silu",
  "logicalNot",
  "select",
  "cast",
  "sum",
  "mean",
  "max",
  "min",
  "prod",
  "softmax",
  "argmax",
  "matmul",
  "reshape",
  "transpose",
  "broadcastTo",
  "slice",
  "pad",
  "concat",
  "flip",
  "gather",
  "scatterAdd",
  "oneHot",
]);

/** The same call of a method; of a list of tensors the first one is asked to take the others. */
const asMethod = ({ name, given }: Call): Call => {
  const [first, ...rest] = given;
  if (!Array.isArray(first)) return { name, given, isMethod: true };
  const [head, ...others] = first as readonly unknown[];
  return { name, given: [head, others, ...rest], isMethod: true };
};

const ofMethods = (family: fc.Arbitrary<Call> | undefined): fc.Arbitrary<Call> =>
  (family ?? fc.constantFrom<Call>())
    .filter(
      ({ name, given: [first] }) =>
        methods.has(name) && (first instanceof Given || (Array.isArray(first) && first.length > 0)),
    )
    .map(asMethod);

/** Families of calls, by name. */
export const methodCalls: Readonly<Record<string, fc.Arbitrary<Call>>> = {
  "methods of each element": fc.oneof(
    ofMethods(elementwise["binary"]),
    ofMethods(elementwise["comparison"]),
    ofMethods(elementwise["unaries"]),
    ofMethods(elementwise["select"]),
  ),
  "methods of products": ofMethods(contraction["matmul"]),
  "methods of axes": fc.oneof(
    ofMethods(reductions["reduce"]),
    ofMethods(reductions["alongAxis"]),
    ofMethods(movement["flip"]),
    ofMethods(movement["transpose"]),
  ),
  "methods of shapes": fc.oneof(
    ofMethods(movement["reshape"]),
    ofMethods(movement["broadcastTo"]),
    ofMethods(movement["joined"]),
    ofMethods(movement["slice"]),
    ofMethods(movement["pad"]),
  ),
  "methods of indices": fc.oneof(
    ofMethods(movement["gather"]),
    ofMethods(movement["scatter"]),
    ofMethods(movement["oneHot"]),
  ),
};

/** The names of all methods that functions have. */
export const methodNames: readonly string[] = [...methods];
