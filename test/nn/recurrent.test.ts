// Recurrent networks against PyTorch: each case described with the layer, values and all gradients compared.
import { describe, test } from "vitest";
import { crossEntropy, reshape } from "../../src/ir/functions/index.ts";
import { embedding, gru, linear, lstm, rnn } from "../../src/nn/index.ts";
import { expectCompiled, expectMeaning, type Network, network } from "./golden-network.ts";

const results = ({ output, hidden, cell }: { output: object; hidden: object; cell?: object }) =>
  ({ y: output, hn: hidden, ...(cell === undefined ? {} : { cn: cell }) }) as never;

const cases: Readonly<Record<string, Network>> = {
  rnn_tanh: network(rnn(3, 4), (layer, input) => results(layer(input("x"), { hidden: input("h0") }))),
  rnn_relu: network(rnn(3, 4, { nonlinearity: "relu" }), (layer, input) =>
    results(layer(input("x"), { hidden: input("h0") })),
  ),
  rnn_tanh_2layer_bi: network(rnn(3, 4, { layers: 2, bidirectional: true }), (layer, input) =>
    results(layer(input("x"), { hidden: input("h0") })),
  ),
  lstm: network(lstm(3, 4), (layer, input) => results(layer(input("x"), { hidden: input("h0"), cell: input("c0") }))),
  lstm_2layer: network(lstm(3, 4, { layers: 2 }), (layer, input) =>
    results(layer(input("x"), { hidden: input("h0"), cell: input("c0") })),
  ),
  lstm_nobias: network(lstm(3, 4, { bias: false }), (layer, input) =>
    results(layer(input("x"), { hidden: input("h0"), cell: input("c0") })),
  ),
  lstm_zero_init_batch_first: network(lstm(3, 4, { batchFirst: true }), (layer, input) => results(layer(input("x")))),
  bilstm: network(lstm(3, 4, { bidirectional: true }), (layer, input) =>
    results(layer(input("x"), { hidden: input("h0"), cell: input("c0") })),
  ),
  bilstm_2layer: network(lstm(3, 4, { layers: 2, bidirectional: true }), (layer, input) =>
    results(layer(input("x"), { hidden: input("h0"), cell: input("c0") })),
  ),
  bilstm_lengths: network(lstm(3, 4, { bidirectional: true }), (layer, input) =>
    results(layer(input("x"), { lengths: input("lengths") })),
  ),
  gru: network(gru(3, 4), (layer, input) => results(layer(input("x"), { hidden: input("h0") }))),
  gru_2layer: network(gru(3, 4, { layers: 2 }), (layer, input) => results(layer(input("x"), { hidden: input("h0") }))),
  bigru: network(gru(3, 4, { bidirectional: true }), (layer, input) =>
    results(layer(input("x"), { hidden: input("h0") })),
  ),
  gru_zero_init_batch_first: network(gru(3, 4, { batchFirst: true }), (layer, input) => results(layer(input("x")))),
  bilstm_tagger: network(
    { emb: embedding(10, 5), rnn: lstm(5, 6, { bidirectional: true, batchFirst: true }), out: linear(12, 4) },
    (p, input) => ({ logits: p.out(p.rnn(p.emb(input("ids"))).output) }),
    ({ logits }, input) => crossEntropy(reshape(logits ?? input("ids"), [-1, 4]), reshape(input("tags"), [-1])),
  ),
};

describe.each(Object.entries(cases))("%s", (name, described) => {
  test("outputs, loss and gradients in double precision", () => expectMeaning(name, described));
  test("outputs, loss and gradients in f32 WebAssembly", () => expectCompiled(name, described));
});
