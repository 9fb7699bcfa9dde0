// Minus zero where whole numbers are meant, as arithmetic of the describing program may leave it: it is zero.
import { expect, it } from "vitest";
import { compileSync, defineModel, pad, spec } from "../../src/index.ts";

it.each(["wasm", "closure", "reference"] as const)("is zero in whole numbers on %s", (backend) => {
  const model = defineModel({
    name: "zeros",
    params: {},
    inputs: { x: spec("i32", [2]) },
    forward: (_, { x }) => ({ product: x.mul(-0), padded: pad(x, [{ high: 1 }], -0) }),
  });
  const { product, padded } = compileSync(model, { backend })({ x: Int32Array.of(3, -4) });
  expect(product.data).toEqual(Int32Array.of(0, 0));
  expect(padded.data).toEqual(Int32Array.of(3, -4, 0));
});
