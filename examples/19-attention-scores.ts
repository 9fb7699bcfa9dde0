// Attention with a score function of one's own. Every position is to say which letters stood three and seven places before it. Heads
// that compare letters cannot know that; here each learns how far back to look: a bell around a learned distance is added to its
// scores ("Modeling Localness for Self-Attention Networks", Yang et al. 2018). The function becomes part of the one loop over scores,
// there and back: nothing of queries times keys is ever in memory.
import { strict as assert } from "node:assert";
import {
  argmax,
  compileSync,
  crossEntropy,
  defineModel,
  gather,
  param,
  reshape,
  spec,
  training,
} from "../src/index.ts";
import { embedding, linear, multiHeadAttention } from "../src/nn/index.ts";
import { adam } from "../src/optim/index.ts";
import { draw, lines } from "./support/draw.ts";
import { randomNumbers } from "./support/random.ts";

const [letters, d, heads] = [12, 24, 2];
const [batch, length, steps] = [2, 256, 90];
const back = [3, 7];

const network = defineModel({
  name: "echo",
  params: {
    embed: embedding(letters, d),
    attend: multiHeadAttention(d, heads),
    distance: param([heads], { name: "aroundFive", fill: () => Float64Array.of(4.5, 5.5) }), // μ, both undecided
    narrow: param([heads], { name: "wide", fill: () => Float64Array.of(0.1, 0.1) }), //         n
    output: linear(d, 2 * letters),
  },
  inputs: { said: spec("i32", ["B", "T"]) },
  forward: (p, { said }) => {
    const heard = p.attend(p.embed(said), {
      causal: true,
      // s - n[h] (i - j - μ[h])², highest for the key that stands μ[h] places before the query
      score: (score, { head, query, key }) => {
        const off = query.sub(key).cast("f32").sub(gather(p.distance, head));
        return score.sub(off.mul(off).mul(gather(p.narrow, head)));
      },
    });
    const logits = reshape(p.output(heard), ["B", "T", 2, letters]);
    return { logits, guessed: argmax(logits, 3) };
  },
});

const learning = training(network, {
  inputs: { wanted: spec("i32", ["B", "T", 2]) },
  // Where there is no letter so far back, the label is -1, which is ignored.
  loss: ({ logits }, { wanted }) =>
    crossEntropy(reshape(logits, ["2*B*T", letters]), reshape(wanted, ["2*B*T"]), { ignoreIndex: -1 }),
  optimizer: adam({ learningRate: 0.03 }),
});
const trainer = compileSync(learning, { dims: { B: batch, T: length }, seed: 1 });

const random = randomNumbers(1);
const echoes = () => {
  const said = Int32Array.from({ length: batch * length }, () => Math.floor(letters * random()));
  const wanted = Int32Array.from({ length: said.length * 2 }, (_, at) => {
    const [place, places] = [Math.floor(at / 2), back[at % 2] ?? 0];
    return place % length < places ? -1 : (said[place - places] ?? -1);
  });
  return { said, wanted };
};

const path: object[] = [];
for (let step = 1; step <= steps; step++) {
  const { loss } = trainer.step(echoes());
  const distances = [...(trainer.parameters.get("distance")?.data ?? [])];
  for (const [head, places] of distances.entries()) path.push({ step, head: `head ${head + 1}`, distance: places });
  const places = distances.map((distance) => distance.toFixed(1)).join(" and ");
  if (step % 30 === 0) console.log(`step ${step}: loss ${loss.toFixed(4)}, the heads look ${places} places back`);
}
await draw("attention-scores", lines(path, ["step", "distance", "head"]));

const { said, wanted } = echoes();
const guessed = trainer.predict({ said }).guessed.data;
const asked = [...wanted.keys()].filter((at) => wanted[at] !== -1);
const right = asked.filter((at) => guessed[at] === wanted[at]).length;
const scores = batch * heads * length ** 2;
const largest = Math.max(...Array.from(trainer.program.buffers.values(), (buffer) => buffer.length));
console.log(`${right} of ${asked.length} letters right`);
console.log(`the largest of all tensors, gradients included, has ${largest} elements; there are ${scores} scores`);
assert.ok(right > 0.99 * asked.length, "it does not hear its echoes");
assert.ok(largest < length ** 2, "something of queries times keys is written out");
console.log("each head has found its distance, and no tensor holds a score for each query and key");
