import fc from "fast-check";
import { attentionSpellings } from "../src/testing/arbitraries/attention-spellings.ts";
import { attentionCase } from "../src/testing/arbitraries/spell-attention.ts";
import { rewrite } from "../src/passes/rewrite.ts";
import { uniform } from "../src/passes/simplify/movement.ts";
import { softmaxForms } from "../src/passes/attention/softmax-forms.ts";
import { order } from "../src/ir/graph/analysis.ts";
import { recogniseAttention } from "../src/passes/attention/recognise.ts";
import { printGraph } from "../src/ir/text/print.ts";
import { optimize } from "../src/passes/pipelines.ts";
let bad = 0; const n = Number(process.argv[2] ?? 200);
const optimised = process.argv[3] === "opt";
for (const spelling of fc.sample(attentionSpellings(), { numRuns: n, seed: 5 })) {
  try {
  let { graph } = attentionCase(spelling, 1);
  if (optimised) graph = optimize.run(graph);
  const plain = rewrite(graph, [uniform, softmaxForms]).graph;
  const found = order(plain).flatMap((node) => recogniseAttention(plain, node) ?? []);
  if (found.length !== 1) {
    if (bad++ < 4) { console.log(JSON.stringify(spelling), found.length); console.log(printGraph(plain)); }
  } else if (process.argv[3] === "show" && bad++ < 4) { console.log(JSON.stringify(spelling)); console.log(printGraph(graph)); console.log(found[0]?.body.text, found[0]); }
  } catch (e) { if (bad++ < 4) { console.log(JSON.stringify(spelling)); console.log(e); } }
}
console.log({ bad, n });
