// Training GPT-2, and mistakes in what it is trained with and how it is called.
import { cast, compileSync, crossEntropy, defineModel, mean, repeat, reshape, spec, sub, training } from "weftgraph";
import { embedding, layerNorm, linear } from "weftgraph/nn";
import { adamW } from "weftgraph/optim";

const block = () => ({ norm: layerNorm(768), up: linear(768, 3072) });

const gpt2 = defineModel({
  name: "gpt2",
  params: { tokens: embedding(50257, 768), blocks: repeat(12, block), head: linear(768, 50257) },
  inputs: { ids: spec("i32", ["B", "T"]) },
  forward: (p, { ids }) => ({ logits: p.head(p.tokens(ids)) }),
});

const everyRow = training(gpt2, {
  inputs: { next: spec("i32", ["T"]) },
  loss: ({ logits }, { next }) => sub(mean(logits, { axes: [0, 2] }), cast(next, "f32")),
  //                              ^ W501: training: the loss must be one float, got f32[T]
  optimizer: adamW({ learningRate: 3e-4 }),
});

const floats = training(gpt2, {
  inputs: { next: spec("f32", ["B", "T"]) },
  loss: ({ logits }, { next }) => crossEntropy(reshape(logits, [-1, 50257]), reshape(next, [-1])),
  //                                                                         ^ W248: crossEntropy: the labels must be i32[B*T], not f32[B*T]
  optimizer: adamW({ learningRate: 3e-4 }),
});

const learning = training(gpt2, {
  inputs: { next: spec("i32", ["B", "T"]) },
  loss: ({ logits }, { next }) => crossEntropy(reshape(logits, [-1, 50257]), reshape(next, [-1])),
  optimizer: adamW({ learningRate: 3e-4 }),
});

const misspelt = compileSync(learning, { dims: { B: 2, T: 128 }, bakend: "wasm" });
//                                                               ^ Object literal may only specify known properties, but 'bakend' does not exist in type 'ModelOptions'. Did you mean to write 'backend'?
const unknown = compileSync(learning, { dims: { B: 2, T: 128 }, backend: "webgpu" });
//                                                              ^ Type '"webgpu"' is not assignable to type 'BackendName | undefined'.
const trainer = compileSync(learning, { dims: { B: 2, T: 128 } });

const ids = new Int32Array(256);
trainer.step({ ids: new Float32Array(256), next: ids });
//             ^ W303: ids: i32 takes an Int32Array, got a Float32Array
trainer.step({ ids, next: [1, 2, 3] });
//                  ^ W303: next: i32 takes an Int32Array, got a list
trainer.step({ ids });
//           ^ W301: step: input next is not fed
trainer.step({ ids, next: ids, labels: ids });
//                             ^ W302: step: there is no input labels
trainer.step({ ids, next: ids }).accuracy;
//                               ^ Property 'accuracy' does not exist on type 'StepResult<never>'.
trainer.predict({ ids }).logit;
//                       ^ Property 'logit' does not exist on type
trainer.parameters.get("blocks.0.norm.scale");
//                     ^ Argument of type '"blocks.0.norm.scale"' is not assignable to parameter of type
trainer.parameters.get("block.0.norm.weight");
//                     ^ Argument of type '"block.0.norm.weight"' is not assignable to parameter of type
trainer.parameters.set("head.weight", new Int32Array(768 * 50257));
//                                    ^ W303: head.weight: f32 takes a Float32Array, got an Int32Array
trainer.predict({ ids: new Float32Array(256) });
//                ^ W303: ids: i32 takes an Int32Array, got a Float32Array
trainer.grads({ ids, next: ids }).gradients["head.weights"];
//                                          ^ Property 'head.weights' does not exist on type
compileSync(block, { dims: { B: 2 } });
//          ^ Argument of type '() => { norm: Layer<{ readonly weight: ParamSpec<[768], "f32">; readonly bias: ParamSpec<[768], "f32">; }, LayerNormFunction<768, "layerNorm">>; up: Layer<...>; }' is not assignable to parameter of type 'AnyDescription'.
