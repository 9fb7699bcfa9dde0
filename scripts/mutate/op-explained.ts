// Changes of ops that no test notices, and why none could: what is computed is the same, or what differs is never reached.
import { type Explanation, explain } from "./explanation.ts";

const op = (name: string): ReturnType<typeof explain> => explain(`src/ir/ops/${name}.ts`);

const band = op("attention-band");
const geometry = op("window-geometry");
const inputGradient = op("convolution-input-gradient");

const oneReason = "the order in which rows of a plane are read; the sum of each result has an order of its own";

export const opExplanations: readonly Explanation[] = [
  op("depthwise-convolution")("a - b", "a + b", oneReason),
  band("coefficient > 0", "coefficient >= 0", "sums hold no terms of factor 0"),
  band('condition.fn === "not"', "true", "there is no other function of one condition"),
  band(
    "extents.queries - 1",
    "extents.queries + 1",
    "it tells only whether sums can leave 32 bits, from which extents are far",
  ),
  band(
    "Math.max(extents.keys - 1, 0)",
    "Math.min(extents.keys - 1, 0)",
    "it tells only whether sums can leave 32 bits, from which extents are far",
  ),
  band('part.kind === "var"', "true", "only variables have names"),
  op("attention-blocks")(
    "scratch.factors !== undefined && factor !== undefined",
    "scratch.factors !== undefined || factor !== undefined",
    "a body has both or neither",
  ),
  inputGradient("rows.phases * columns.phases > 1", "true", "axes of extent 1 are added, which change nothing"),
  geometry(
    "isKnown(extent) && isKnown(result)",
    "isKnown(extent) || isKnown(result)",
    "the number of windows is known where the extent is",
  ),
  op("attention-gradient-passes")(
    "toReads[number]?.(body, index)",
    "toReads[number](body, index)",
    "a body gives a gradient for each read that is wanted",
  ),
  op("contraction")("a.shape.length > 2", "a.shape.length >= 2", "a matrix is taken as the rows that it is"),
  op("attention-typing")("keys === undefined", "false", "values come after keys, and are asked for as well"),
  op("recurrence-gradients")("[]", '["Stryker was here"]', "lists are cut into as many pieces as are named"),
  op("recurrence-gradients")("flow === undefined", "false", "there are as many flows as values"),
  op("recurrence")("actual === undefined", "false", "the number of operands has been compared before"),
  op("attention-arbitrary")("products === undefined", "false", "a body is given as many tensors as it takes"),
  op("leaf")("[]", '["Stryker was here"]', "nothing is differentiated that has no operands"),
  op("indexing")("[]", '["Stryker was here"]', "nothing is differentiated that has no operands"),
  op("concat")("{ start: 0, end: extent, step: 1 }", "{}", "what is not said of an axis is that it is whole"),
];
