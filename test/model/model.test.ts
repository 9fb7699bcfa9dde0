// Descriptions: what a model says becomes a graph, names and initial values, and nothing else.
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/index.ts";
import { defineModel, layer, param, repeat, spec } from "../../src/index.ts";
import { verifyGraph } from "../../src/ir/graph/verify.ts";
import { printGraph } from "../../src/ir/text/print.ts";
import { modelGraph } from "../../src/model/model.ts";
import { bindSpecs, flattenSpecs } from "../../src/model/parameter.ts";
import { linear } from "../../src/nn/index.ts";

describe("modelGraph", () => {
  const scale = defineModel({
    name: "scale",
    params: { factor: param(["N"]) },
    inputs: { x: spec("f32", ["B", "1*N"]) },
    forward: ({ factor }, { x }) => ({ y: x.mul(factor) }),
  });

  it("has the inputs, the parameters and the outputs of the description", () => {
    expect(printGraph(modelGraph(scale))).toMatchInlineSnapshot(`
      "graph @scale(%x: f32[B, N]) {
        %0 = parameter {name = "factor"} : f32[N]
        %1 = broadcast %0 : f32[B, N]
        %2 = binary %x, %1 {fn = mul} : f32[B, N]
        entry @predict(y = %2)
      }
      "
    `);
    expect(verifyGraph(modelGraph(scale))).toEqual([]);
  });

  it("is the same for the same description, which is frozen", () => {
    expect(printGraph(modelGraph(scale))).toBe(printGraph(modelGraph(scale)));
    expect([scale, scale.inputs.x, scale.params.factor].every(Object.isFrozen)).toBe(true);
  });

  it("knows where inputs and parameters were written", () => {
    const places = [...modelGraph(scale).nodes.values()].flatMap(({ op, location }) =>
      op === "input" || op === "parameter" ? [location?.()?.file] : [],
    );
    expect(places).toEqual([import.meta.filename, import.meta.filename]);
  });
});

describe("trees of parameters", () => {
  const block = layer(
    { inner: linear(2, 2), gain: param([2]) },
    ({ inner, gain }) =>
      (x: Tensor) =>
        inner(x).mul(gain),
  );
  const tree = { blocks: repeat(2, () => block), table: param(["V", 4]), pair: [param([1]), param([2])] } as const;

  it("are flattened in the order they are written, under paths", () => {
    expect(flattenSpecs(tree).map(([path, { shape }]) => `${path} [${shape.join()}]`)).toEqual([
      "blocks.0.inner.weight [2,2]",
      "blocks.0.inner.bias [2]",
      "blocks.0.gain [2]",
      "blocks.1.inner.weight [2,2]",
      "blocks.1.inner.bias [2]",
      "blocks.1.gain [2]",
      "table [V,4]",
      "pair.0 [1]",
      "pair.1 [2]",
    ]);
  });

  it("keep names that mean something elsewhere", () => {
    const names = ["__proto__", "constructor", "kind", "length", "a.b", ""];
    const hostile = Object.fromEntries(names.map((name) => [name, param([1])]));
    expect(flattenSpecs(hostile).map(([path]) => path)).toEqual(names);
    // Tensors stand where the specifications stood: here each is its own path.
    const bound = bindSpecs(hostile, (path) => path as never) as object;
    expect(Object.entries(bound)).toEqual(names.map((name) => [name, name]));
    expect(Object.getPrototypeOf(bound)).toBe(Object.prototype);
  });
});
