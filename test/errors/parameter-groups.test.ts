// W508 and W509: names of parameters that are to be frozen or grouped.
import { describe, expect, it } from "vitest";
import { buffer, defineModel, layer, mean, repeat, spec, type Tensor, training } from "../../src/index.ts";
import { linear } from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";
import { described } from "../support/described.ts";

/** What a caller without a type checker passes. */
const untyped = (value: unknown): never => value as never;

const network = defineModel({
  name: "network",
  params: {
    blocks: repeat(2, () => linear(3, 3)),
    seen: layer({ count: buffer([]) }, () => (x: Tensor) => x),
    output: linear(3, 1),
  },
  inputs: { x: spec("f32", ["B", 3]) },
  forward: (p, { x }) => ({ y: p.output(p.seen(p.blocks.reduce((y, block) => block(y), x))) }),
});

const learning = { loss: ({ y }: { readonly y: Tensor }) => mean(y), optimizer: sgd({ learningRate: 0.1 }) };

const describing = (options: Readonly<Record<string, unknown>>): string =>
  described(() => training(network, untyped({ ...learning, ...options })));

describe("errors of frozen and grouped parameters", () => {
  it("W508", () => {
    expect(describing({ freeze: ["blocks.0", "ouptut"] })).toMatchInlineSnapshot(`
      "error[W508]: training: freeze: no parameter that is trained is named ouptut

        test/errors/parameter-groups.test.ts
         |   described(() => training(network, untyped({ ...learning, ...options })));
         |                   ^^^^^^^^
        help: did you mean "output"?"
    `);
    // A buffer is never trained, and there are two blocks.
    expect(describing({ freeze: ["seen.count"] })).toMatchInlineSnapshot(`
      "error[W508]: training: freeze: no parameter that is trained is named seen.count

        test/errors/parameter-groups.test.ts
         |   described(() => training(network, untyped({ ...learning, ...options })));
         |                   ^^^^^^^^
        help: the parameters that are trained are blocks.0.weight, blocks.0.bias, blocks.1.weight, blocks.1.bias, output.weight, output.bias."
    `);
    expect(describing({ groups: [{ parameters: ["blocks.2"], learningRate: 1 }] })).toMatchInlineSnapshot(`
      "error[W508]: training: groups: no parameter that is trained is named blocks.2

        test/errors/parameter-groups.test.ts
         |   described(() => training(network, untyped({ ...learning, ...options })));
         |                   ^^^^^^^^
        help: did you mean "blocks.0"?"
    `);
  });

  it("W509", () => {
    const groups = [
      { parameters: ["blocks.0", "output"], learningRate: 1 },
      { parameters: ["blocks", "output"], learningRate: 2 },
    ];
    expect(describing({ groups })).toMatchInlineSnapshot(`
      "error[W509]: training: groups: output is named in two groups

        test/errors/parameter-groups.test.ts
         |   described(() => training(network, untyped({ ...learning, ...options })));
         |                   ^^^^^^^^
        help: name it in one of them. Where a longer path is in another group, as blocks.0 beside blocks, that one decides."
    `);
  });

  it("W140: what is no list, no name and no group", () => {
    const first = (options: Readonly<Record<string, unknown>>) => describing(options).split("\n")[0];
    expect([
      first({ freeze: "output" }),
      first({ freeze: [3] }),
      first({ groups: { output: { learningRate: 1 } } }),
      first({ groups: ["output"] }),
      first({ groups: [{ learningRate: 1 }] }),
      first({ groups: [{ parameters: ["output"] }] }),
      first({ groups: [{ parameters: ["output"], learningRate: "fast" }] }),
      first({ groups: [{ parameters: ["output"], optimizer: { learningRate: 1 } }] }),
    ]).toMatchInlineSnapshot(`
      [
        "error[W140]: training: freeze: a list is expected, got "output"",
        "error[W140]: training: freeze: the path of a parameter is expected, got 3",
        "error[W140]: training: groups: a list is expected, got a record",
        "error[W140]: training: groups: a record is expected, got "output"",
        "error[W140]: training: groups: parameters: a list is expected, got undefined",
        "error[W140]: training: groups: a learningRate or an optimizer is expected, got neither",
        "error[W140]: training: groups: learningRate: a finite number or a function of the step is expected, got "fast"",
        "error[W140]: training: groups: the optimizer's update: a function is expected, got undefined",
      ]
    `);
  });
});
