// The bound rule of every op that lowers, in one table: a missing row does not compile. Composites are bounded through what they
// are made of.
import type { Attrs, CoreOp } from "../../ir/ops/index.ts";
import { type OpKind, opOf } from "../../ir/ops/index.ts";
import { attentionGradientsRule, attentionRule } from "./attention-rules.ts";
import { binaryRule, castRule, clampRule, compareRule, selectRule } from "./elementwise-rules.ts";
import { argmaxRule, growing, maxPoolGradientRule, reduceRule } from "./fold-rules.ts";
import { convolutionRule, linearRule } from "./linear-rules.ts";
import { exactRule, moving, oneHotRule, randomBitsRule } from "./movement-rules.ts";
import { scanRule } from "./recurrence-rules.ts";
import type { BoundRule } from "./rule.ts";
import { unaryRule } from "./unary-rule.ts";

const rules: { readonly [K in CoreOp]: BoundRule<Attrs<K>> } = {
  input: exactRule,
  parameter: exactRule,
  data: exactRule,
  constant: exactRule,
  iota: exactRule,
  unary: unaryRule,
  binary: binaryRule,
  compare: compareRule,
  select: selectRule,
  cast: castRule,
  clamp: clampRule,
  reduce: reduceRule,
  argmax: argmaxRule,
  reshape: moving("reshape"),
  transpose: moving("transpose"),
  broadcast: moving("broadcast"),
  flip: moving("flip"),
  slice: moving("slice"),
  pad: moving("pad", { filled: { value: 0 } }),
  concat: moving("concat"),
  dynamicSlice: moving("dynamicSlice", { places: [1] }),
  dynamicUpdateSlice: moving("dynamicUpdateSlice", { places: [2] }),
  gather: moving("gather", { places: [1] }),
  scatterAdd: linearRule("scatterAdd", { factors: [1], places: [0] }),
  oneHot: oneHotRule,
  takeAlongAxis: moving("takeAlongAxis", { places: [1] }),
  addAlongAxis: linearRule("addAlongAxis", { factors: [1], places: [0] }),
  cumsum: linearRule("cumsum", { factors: [0] }),
  randomBits: randomBitsRule,
  matmul: linearRule("matmul", { factors: [0, 1] }),
  windows: moving("windows", { filled: { value: 0 } }),
  foldWindows: linearRule("foldWindows", { factors: [0] }),
  maxPool2d: growing("maxPool2d"),
  maxPool2dGradient: maxPoolGradientRule,
  conv2d: convolutionRule("conv2d"),
  conv2dWeightGradient: convolutionRule("conv2dWeightGradient"),
  scan: scanRule,
  attention: attentionRule,
  attentionGradients: attentionGradientsRule,
};

// Each rule takes its own op's attributes; which op a node is of is known at run time only.
const table: ReadonlyMap<string, BoundRule<object>> = new Map(
  Object.entries(rules).map(([kind, rule]): [string, BoundRule<object>] => [kind, rule as BoundRule<object>]),
);

/** The rule of an op; undefined for a composite. */
export const ruleOf = (kind: OpKind): BoundRule<object> | undefined =>
  opOf(kind).lower.by === "ops" ? undefined : table.get(kind);
