// Attention written by hand becomes the op that keeps no scores. First softmax gets one form (softmax-forms.ts), then each
// matrix product is tried as weights x values. Only what is attention is put into the graph as it was: every other softmax stays as
// it is written, for the one form is rounded elsewhere, and makes NaN of a whole row in which one number is infinite.
import { order } from "../../ir/graph/analysis.ts";
import { edit } from "../../ir/graph/edit.ts";
import type { Graph, ValueId } from "../../ir/graph/graph.ts";
import type { Pass } from "../pass.ts";
import { rewrite } from "../rewrite.ts";
import type { RuleSet } from "../rules.ts";
import { uniform } from "../simplify/movement.ts";
import { type Arranged, emitAttention, type RecognisedAttention } from "./attention-op.ts";
import { conditions, masks } from "./mask-rules.ts";
import { recogniseAttention } from "./recognise.ts";
import { softmaxForms } from "./softmax-forms.ts";

/** The rules that this pass applies, to the graph and to the bodies that it makes. */
export const attentionRules: readonly RuleSet[] = [softmaxForms, conditions, masks];

/** What brings softmax to one form. */
const oneForm: readonly RuleSet[] = [uniform, softmaxForms];

/** Whether there could be any attention: an exponential between two products. */
export const mayHoldAttention = (graph: Graph): boolean => {
  let [products, exponentials] = [0, 0];
  for (const node of graph.nodes.values()) {
    if (node.op === "matmul") products++;
    if (node.op === "softmax" || (node.op === "unary" && node.attrs.fn === "exp")) exponentials++;
  }
  return products >= 2 && exponentials >= 1;
};

/** A recognised attention, and the values of the graph that its result stands for. */
interface Placed {
  readonly attention: RecognisedAttention;
  readonly results: readonly ValueId[];
}

/** For each value the ones of the graph that it stands for: itself, if it is one, and those that rules replaced by it. */
type Originals = (value: ValueId) => readonly ValueId[];

const originalsIn = (graph: Graph, replaced: ReadonlyMap<ValueId, ValueId>): Originals => {
  const found = new Map<ValueId, ValueId[]>();
  const last = (value: ValueId): ValueId => {
    const next = replaced.get(value);
    return next === undefined ? value : last(next);
  };
  for (const { results } of graph.nodes.values())
    for (const { id } of results) {
      const known = found.get(last(id));
      if (known === undefined) found.set(last(id), [id]);
      else known.push(id);
    }
  return (value) => {
    const all = found.get(value) ?? [];
    return all.includes(value) ? [value, ...all.filter((each) => each !== value)] : all;
  };
};

/** What was recognised after rules were applied, said of the values before; undefined where it is made of what only the rules made. */
const saidOf = (originals: Originals, attention: RecognisedAttention): Placed | undefined => {
  const moved = ({ value, movements }: Arranged): readonly Arranged[] =>
    originals(value)
      .slice(0, 1)
      .map((own) => ({ value: own, movements }));
  const [queries, keys, values] = [attention.queries, attention.keys, attention.values].flatMap(moved);
  const captured = attention.captured.flatMap((value) => originals(value).slice(0, 1));
  const results = originals(attention.result.value);
  const isWhole = captured.length === attention.captured.length && results.length > 0;
  if (queries === undefined || keys === undefined || values === undefined || !isWhole) return undefined;
  // What only the rules made keeps weights that were not divided yet, of which a row with a NaN is NaN by hand, too.
  const keeping = attention.keeping.flatMap((each) =>
    originals(each.weights).length === 0 ? [] : moved(each.condition).map((condition) => ({ ...each, condition })),
  );
  return { attention: { ...attention, queries, keys, values, captured, keeping }, results };
};

/** Makes one op of attention written by hand. */
export const fuseAttention: Pass<Graph, Graph> = {
  name: "fuse-attention",
  summary: "Makes one op, which keeps no scores, of attention written by hand.",
  run: (graph, observer) => {
    if (!mayHoldAttention(graph)) return graph;
    const { graph: plain, patches: renamed, fired, replaced } = rewrite(graph, oneForm);
    const recognised = order(plain).flatMap((node) => recogniseAttention(plain, node) ?? []);
    if (recognised.length === 0) return graph;
    const originals = originalsIn(graph, replaced);
    const said = recognised.flatMap((attention) => saidOf(originals, attention) ?? []);
    const isWhole = said.length === recognised.length;
    const placed = isWhole ? said : recognised.map((attention) => ({ attention, results: [attention.result.value] }));
    const { graph: fused, patches } = edit(isWhole ? graph : plain, (editor) => {
      for (const { attention, results } of placed) {
        const made = emitAttention(editor, attention);
        for (const result of results) editor.replace(result, made);
      }
    });
    observer?.changed(isWhole ? patches : [...renamed, ...patches]);
    for (const [rule, times] of fired) observer?.fired(rule, times);
    observer?.fired("attention", recognised.length);
    return fused;
  },
};
