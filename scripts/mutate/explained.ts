// Why some changes are noticed by no test: what stands there cannot be told from what stood there, or only by how long it takes.
import { type Explanation, explain } from "./explanation.ts";
import { opExplanations } from "./op-explained.ts";
import type { Survivor } from "./outcome.ts";
import { printingExplanations } from "./printing-explained.ts";

const attention = explain("src/passes/attention/fuse-attention.ts");
const axes = explain("src/passes/attention/axes.ts");
const recognising = explain("src/passes/attention/recognise.ts");
const forms = explain("src/passes/attention/softmax-forms.ts");
const rowSums = explain("src/passes/attention/row-sums.ts");
const weights = explain("src/passes/attention/match-weights.ts");
const cse = explain("src/passes/cse.ts");
const dce = explain("src/passes/dce.ts");
const differentiation = explain("src/passes/differentiate.ts");
const folding = explain("src/passes/fold-constants.ts");
const fusing = explain("src/passes/fuse-elementwise.ts");
const vectorizing = explain("src/passes/loop/vectorize.ts");
const followers = explain("src/passes/fusion/followers.ts");
const order = explain("src/passes/fusion/running-order.ts");
const joining = explain("src/passes/join-rows/row-pairs.ts");
const inPlace = explain("src/passes/lowering/finish-kernel.ts");
const readers = explain("src/passes/lowering/element-readers.ts");
const scans = explain("src/passes/lowering/lower-scan.ts");
const nesting = explain("src/passes/nest-concats.ts");
const forwarding = explain("src/backends/wasm/forward-values.ts");
const indices = explain("src/passes/loop/simplify-index.ts");
const angles = explain("src/ir/scalar/programs/large-angle.ts");
const merging = explain("src/passes/recurrence/merge-scans.ts");
const hoisting = explain("src/passes/recurrence/hoist-from-scans.ts");
const contracting = explain("src/passes/join-rows/contract-rows.ts");
const work = explain("src/passes/join-rows/work.ts");
const pieces = explain("src/passes/threads/pieces.ts");
const sinking = explain("src/passes/recurrence/sink-from-scans.ts");
const batching = explain("src/passes/recurrence/batch-over-time.ts");
const preparing = explain("src/passes/prepare.ts");
const domain = explain("src/passes/lowering/domain.ts");
const memory = explain("src/passes/lowering/memory.ts");
const group = explain("src/passes/lowering/lower-group.ts");
const passes = explain("src/passes/pass.ts");
const positions = explain("src/passes/simplify/index.ts");
const placing = explain("src/passes/planning/place-blocks.ts");
const rules = explain("src/passes/rules.ts");
const movement = explain("src/passes/simplify/movement.ts");

/** Where types cannot know what always holds. */
const never = "types ask for what is never missing";
const slower = "a short cut is not taken, and all is searched instead";
const twice = "another condition says the same";

export const explanations: readonly Explanation[] = [
  ...opExplanations,
  ...printingExplanations,
  attention("each !== value", "true", "a value stands twice among those that are replaced, by the same"),
  attention("keys === undefined", "false", twice),
  attention(
    "products >= 2 && exponentials >= 1",
    "products >= 2 || exponentials >= 1",
    "attention is looked for where there is none",
  ),
  axes(
    "default: return undefined;",
    "default:",
    "nothing stands behind it, so that nothing is given back all the same",
  ),
  recognising("type?.dtype", "type.dtype", never),
  rowSums("atoms[0]?.name", "atoms[0].name", never),
  rowSums(
    'view.op !== "binary" || first === undefined || second === undefined',
    '(view.op !== "binary" || first === undefined) && second === undefined',
    "only what has two operands is a quotient or a power",
  ),
  rowSums('second.op === "constant"', "true", "only constants have a value"),
  forms(
    "axes[found.axis]?.[0]?.name !== over.name",
    "false",
    "a divisor of the product does not have the axis that it sums over, so that one is missing",
  ),
  forms("second !== undefined", "true", never),
  forms(
    'second !== undefined && view.op === "binary"',
    "true",
    "only what has two operands is a product or a quotient",
  ),
  weights("along[0]?.name", "along[0].name", never),
  cse("same !== undefined", "true", never),
  dce('node.op === "data"', "true", "only constants with contents have a name for them"),
  differentiation("id === undefined", "false", never),
  differentiation("cotangent === undefined", "false", never),
  differentiation(
    "primal === undefined || cotangent === undefined",
    "primal === undefined && cotangent === undefined",
    never,
  ),
  differentiation("true", "false", "inputs of a body are not made of one another"),
  differentiation("first === undefined", "true", "while a body is described, its trace is the current one"),
  differentiation('lower.by === "body"', "false", "a recurrence within a step is done again on the way back: slower"),
  differentiation('lower.by === "element"', "true", "only elements have a kind of work"),
  folding('node.op === "reduce"', "true", "no other op that has such a function comes here"),
  folding('node.op !== "data"', "false", twice),
  folding('throw new TypeError("a constant has one result");', ";", never),
  folding(
    "result === undefined || evaluate === undefined",
    "result === undefined && evaluate === undefined",
    "composites have no meaning of their own here, and are not exact in bits either",
  ),
  folding("node.results[0] !== undefined", "true", never),
  folding('{ throw new TypeError("a constant has one result"); }', "{}", never),
  fusing("[false, false]", "[]", "undefined counts as false"),
  fusing("result !== undefined", "true", never),
  followers("group.anchor === undefined", "false", "a key without a value is as good as none"),
  order("place.jump.depth >= upper.depth", "place.jump.depth > upper.depth", slower),
  order(
    "place.jump !== undefined && place.jump.depth >= upper.depth",
    "place.jump !== undefined || place.jump.depth >= upper.depth",
    slower,
  ),
  order("(parent?.depth ?? -1) + 1", "(parent?.depth ?? -1) - 1", slower),
  order("place !== undefined && place.depth > upper.depth", "false", slower),
  order("first !== undefined", "first === undefined", slower),
  order(
    "parent !== undefined && first !== undefined",
    "parent !== undefined || first !== undefined",
    "a root has neither, and all else has both",
  ),
  order("position > start", "true", slower),
  order("done || value === earlier", "false", slower),
  joining("pairs.length === 0", "false", "a kernel equal to the one that was given"),
  inPlace("(uses[at]?.[1].stores.length ?? 0) > 0", "(uses[at]?.[1].stores.length ?? 0) >= 0", twice),
  scans("result !== undefined && group.outputs.includes(result.id)", "true", "what is not wanted has no buffer"),
  scans("result !== undefined", "true", never),
  domain("axis > 0", "true", "the first axis is joined with nothing from the start"),
  memory("data === undefined", "false", "a key without a value is as good as none"),
  group("value === undefined", "false", never),
  inPlace("(uses[at]?.[1].stores.length ?? 0) > 0", "true", twice),
  scans("buffer === undefined", "false", never),
  scans("result === undefined", "false", never),
  hoisting(
    "results.some(({ id }) => free.has(id))",
    "results.every(({ id }) => free.has(id))",
    "results of one node have the same operands",
  ),
  hoisting("free.has(operand)", "true", "of what is reached, only products are taken"),
  contracting('stmt.kind === "store"', "true", "statements that store nothing name no buffer"),
  work(
    'from.kind === "const" && to.kind === "const"',
    'from.kind === "const" || to.kind === "const"',
    "work over rows has both ends constant",
  ),
  work(
    'from.kind !== "const" || to.kind !== "const" || b.from.kind !== "const"',
    '(from.kind !== "const" || to.kind !== "const") && b.from.kind !== "const"',
    "work over rows has both ends constant",
  ),
  pieces('stmt.kind === "store"', "true", "statements that store nothing name no buffer"),
  sinking('node.op === "binary"', "true", "no other op has a function of that name"),
  batching("{ low: 0, high: 0, interior: 0 }", "{}", "padding that is left out is none"),
  preparing("name !== call.buffers[at]", "true", "a call equal to the one that was given"),
  readers("[]", '["Stryker was here"]', "each input of a body is given"),
  scans("operand === undefined", "false", never),
  passes("[]", '["Stryker was here"]', "there is a first round always"),
  nesting('op !== "concat" || result === undefined', "false", never),
  placing("last - first + 1", "last - first - 1", "one of several orders of placing: the best of them counts"),
  rules("[]", '["Stryker was here"]', "clauses are recorded while modules load"),
  positions(
    "!isKnown(before) || !isKnown(after)",
    "!isKnown(before) && !isKnown(after)",
    "a number is neither above nor below a sum of symbols",
  ),
  rules("operands.length === args.length", "true", "rules that are let through are matched in full"),
  movement("fewer.length < shape.length", "fewer.length <= shape.length", "a reshape to itself is gone before"),
  movement("kept === undefined || left === undefined", "false", "both are missing together"),
  movement("kept === undefined", "false", twice),
  movement("start === undefined", "false", never),
  fusing("root === undefined", "false", "nobody asks for the group of what has no root"),
  vectorizing('to.kind === "const"', "true", "a number is not above one that is not known"),
  movement("end === undefined", "false", never),
  merging("value !== undefined", "true", never),
  sinking("b === undefined", "false", never),
  indices('each.kind === "binary"', "true", "only what has two operands is a quotient or a remainder"),
  forwarding("at >= 0", "true", "nothing stands in front of the first statement, which ends it as well"),
  angles("shifted .slice(0, digitCount)", "shifted", "one digit more, too small to show behind the rounding"),
];

/** Why a change is not noticed; undefined where nobody has said so. */
export const whyUnnoticed = ({ file, text, put, before, isRun }: Survivor): string | undefined => {
  const isInvariant = /invariant\([^;]*$/.test(before) || /^(default: )?invariant\(/.test(text);
  if (isInvariant && put !== "false") return "what must hold does";
  if (text.includes("?.") && text.replaceAll("?.", ".") === put) return "it would throw where something is missing";
  if (!isRun && before.endsWith("?? ")) return never;
  return explanations.find((each) => each.file === file && each.text === text && each.put === put)?.why;
};
