// Attention written by hand becomes the op that keeps no scores. First softmax gets one form (softmax-forms.ts), then each
// matrix product is tried as weights x values. Where no attention is found the graph stays as it was, softmax and all.
import { order } from "../../ir/graph/analysis.ts";
import { edit } from "../../ir/graph/edit.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import type { Pass } from "../pass.ts";
import { rewrite } from "../rewrite.ts";
import type { RuleSet } from "../rules.ts";
import { uniform } from "../simplify/movement.ts";
import { emitAttention } from "./attention-op.ts";
import { conditions, masks } from "./mask-rules.ts";
import { recogniseAttention } from "./recognise.ts";
import { softmaxForms } from "./softmax-forms.ts";

/** The rules that this pass applies, to the graph and to the bodies that it makes. */
export const attentionRules: readonly RuleSet[] = [softmaxForms, conditions, masks];

/** Whether there could be any: an exponential between two products. */
const mayHoldAttention = (graph: Graph): boolean => {
  let [products, exponentials] = [0, 0];
  for (const node of graph.nodes.values()) {
    if (node.op === "matmul") products++;
    if (node.op === "softmax" || (node.op === "unary" && node.attrs.fn === "exp")) exponentials++;
  }
  return products >= 2 && exponentials >= 1;
};

/** Makes one op of attention written by hand. */
export const fuseAttention: Pass<Graph, Graph> = {
  name: "fuse-attention",
  summary: "Makes one op, which keeps no scores, of attention written by hand.",
  run: (graph, observer) => {
    if (!mayHoldAttention(graph)) return graph;
    const { graph: plain, patches: renamed, fired } = rewrite(graph, [uniform, softmaxForms]);
    const recognised = order(plain).flatMap((node) => recogniseAttention(plain, node) ?? []);
    if (recognised.length === 0) return graph;
    const { graph: fused, patches } = edit(plain, (editor) => {
      for (const attention of recognised) editor.replace(attention.result.value, emitAttention(editor, attention));
    });
    observer?.changed([...renamed, ...patches]);
    for (const [rule, times] of fired) observer?.fired(rule, times);
    observer?.fired("attention", recognised.length);
    return fused;
  },
};
