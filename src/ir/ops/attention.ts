// Scaled dot-product attention (Vaswani et al. 2017, "Attention Is All You Need", equation 1) as one op that keeps no scores:
//
//   s = body(q k^T),   y = (softmax(s) f) v
//
// What makes scores of products is a body: scale, soft cap, bias, masks (-infinity where attending is forbidden), whatever
// looks at one pair of query and key at a time, and may give factors f of the weights too (dropout). A row in which
// everything is forbidden gives 0, and takes no gradient. The second result is l = ln(sum(e^s)) of each row.
import { invariant } from "../diagnostics/invariant.ts";
import { type DType, isFloat } from "../types/dtype.ts";
import type { Tensor } from "../types/tensor.ts";
import { arbitraryAttention } from "./attention-arbitrary.ts";
import { attentionGradients } from "./attention-gradients.ts";
import { buildAttention } from "./attention-kernel.ts";
import { evaluateAttention } from "./attention-meaning.ts";
import { type AttentionAttrs, inferAttention } from "./attention-typing.ts";
import type { Body } from "./body.ts";
import { defineOp, type OpDefinition, type VjpContext } from "./op.ts";

type Context = VjpContext<AttentionAttrs, "many", "many">;

/** The body of the way back, and which of its reads get a gradient. */
interface Backward {
  readonly body: Body;
  readonly wanted: readonly number[];
}

/**
 * (products, dS, dF if there are factors, reads...) -> (scores, factors, and from dS and dF the cotangents of products and of
 * the float reads that some flow reaches), all elementwise: reads are repeated to the shape of the scores first.
 */
const describeBackward = (
  { attrs: { body }, bodies, operands }: Context,
  dtypes: readonly DType[],
  reads: readonly Tensor[],
): Backward => {
  const [scores, factors] = body.outputs;
  const [products] = body.inputs;
  invariant(scores !== undefined && products !== undefined, "a body of attention takes products and gives scores");
  const flowTypes = factors === undefined ? [scores] : [scores, factors];
  const { score } = bodies.pointwise(body);
  let wanted: readonly number[] = [];
  const captured = operands.slice(3).map(({ type }) => type);
  const types = [products, ...flowTypes, ...captured, ...reads.map(({ type }) => type)];
  const described = bodies.describe(types, ([product, ...given], { constant }) => {
    invariant(product !== undefined, "products are given");
    const rest = given.slice(flowTypes.length);
    const whole = rest.slice(captured.length).map((read) => read.broadcastTo(scores.shape));
    const asRead = whole.map((read, at) => read.cast(dtypes[at] ?? read.dtype));
    const { outputs } = bodies.inline(score, [product, ...rest.slice(0, captured.length), ...asRead]);
    const floats = whole.flatMap((read, at) => (isFloat(read.dtype) ? [{ read, at }] : []));
    const cotangents = outputs.flatMap((output, at) => (given[at] === undefined ? [] : [[output, given[at]] as const]));
    const [toProducts, ...toReads] = bodies.pullBack(cotangents, [product, ...floats.map(({ read }) => read)]);
    const reached = floats.flatMap(({ at }, position) => {
      const gradient = toReads[position] ?? null;
      return gradient === null ? [] : [{ at: captured.length + at, gradient }];
    });
    wanted = reached.map(({ at }) => at);
    return [...outputs, toProducts ?? constant(0, scores), ...reached.map(({ gradient }) => gradient)];
  });
  return { body: described, wanted };
};

/** The way back with no inputs but those that it reads, or wants a gradient of; and the values that are left for these. */
const pruned = (
  { attrs, bodies }: Context,
  { body, wanted }: Backward,
  given: readonly Tensor[],
): Backward & { readonly given: readonly Tensor[] } => {
  const leading = 1 + attrs.body.outputs.length;
  const read = new Set([...bodies.inputsRead(body).map((at) => at - leading), ...wanted]);
  const kept = [...given.keys()].filter((at) => read.has(at));
  const positions = [...Array.from({ length: leading }, (_, at) => at), ...kept.map((at) => at + leading)];
  return {
    body: bodies.withInputs(body, positions),
    wanted: wanted.map((at) => kept.indexOf(at)),
    given: kept.flatMap((at) => given[at] ?? []),
  };
};

const gradients = (context: Context): readonly (Tensor | null)[] => {
  const { attrs, operands, cotangents, bodies, emit } = context;
  const captured = operands.slice(3);
  const asRead = bodies.inline(bodies.pointwise(attrs.body).reads, captured).outputs;
  // Cotangents are of the type of the scores, so what is read as another float is converted on both sides.
  const [scores] = attrs.body.outputs;
  const reads = asRead.map((read) => (isFloat(read.dtype) ? read.cast(scores?.dtype ?? read.dtype) : read));
  const dtypes = asRead.map(({ dtype }) => dtype);
  const backward = describeBackward(context, dtypes, reads);
  const { body, wanted, given } = pruned(context, backward, [...captured, ...reads]);
  const [flow, sums] = cotangents;
  invariant(flow !== undefined && sums !== undefined, "attention has two results");
  const factors = attrs.body.outputs.length > 1;
  const operandsBack = [...operands.slice(0, 3), flow, sums, ...given];
  const made = emit(attentionGradients, operandsBack, { body, factors, wanted });
  const ofReads = wanted.flatMap((at, position) => {
    const [read, gradient] = [given[at], made[3 + position]];
    return read === undefined || gradient === undefined ? [] : [[read, gradient] as const];
  });
  return [...made.slice(0, 3), ...bodies.pullBack(ofReads, captured)];
};

/** Queries [..., Lq, D], keys [..., Lk, D], values [..., Lk, E], captured values -> [..., Lq, E] and sums [..., Lq]. */
export const attention: OpDefinition<AttentionAttrs, "many", "many"> = defineOp({
  kind: "attention",
  summary: "softmax(body(q k^T)) v without keeping a score; batch axes of queries may share those of keys and values.",
  formula: "s = body(q k^T), y = (softmax(s) f) v, l = ln(sum(e^s)) over keys; y = 0 where every s is -infinity",
  shapes:
    "q [A..., Lq, D], k [C..., Lk, D], v [B_i...], ... -> [A..., Lq, N], [A..., Lq]; v [E..., Lk, N]; batch extents of k and v divide those of q; last what the body captures",
  gradient:
    "dv = (P f)^T c, g = f (c v^T), t = P (g - sum(g P)), and with what the body makes of t, r: dq = r k, dk = r^T q",
  arity: "many",
  resultArity: "many",
  attributes: { body: "body" },
  infer: inferAttention,
  evaluate: (operands, { body }, run) => evaluateAttention(operands, body, run),
  vjp: gradients,
  lower: { by: "kernel", buffers: { allBut: [] }, build: buildAttention },
  arbitrary: arbitraryAttention,
});

/** Attention and its derivative. */
export const attending: {
  readonly attention: typeof attention;
  readonly attentionGradients: typeof attentionGradients;
} = { attention, attentionGradients };
