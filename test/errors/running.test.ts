// W3xx: feeding, running and reading compiled models. Each is brought about on every backend, and shown whole.
import { describe, expect, it } from "vitest";
import { compileSync, defineModel, gather, param, spec } from "../../src/index.ts";
import { described } from "../support/described.ts";
import { perceptronTraining } from "../support/small-models.ts";

/** What a caller without a type checker passes. */
const untyped = (value: unknown): never => value as never;

const table = defineModel({
  name: "table",
  params: { rows: param([3, 2]) },
  inputs: { index: spec("i32", ["B"]), mask: spec("bool", ["B"]), scale: spec("f32", ["B", 2]) },
  forward: ({ rows }, { index, mask, scale }) => ({
    y: gather(rows, index)
      .mul(scale)
      .mul(mask.cast("f32").reshape(["B", 1])),
  }),
});

const index = Int32Array.of(0, 2);
const mask = Uint8Array.of(1, 0);
const scale = new Float32Array(4);

describe.each(["wasm", "closure", "reference"] as const)("errors of running on %s", (backend) => {
  const model = compileSync(table, { dims: { B: 2 }, backend });
  const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));

  it("W301", () =>
    expect(run({ index, mask })).toMatchInlineSnapshot(`
      "error[W301]: predict: input scale is not fed

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: feed an array for each of "index", "mask", "scale"."
    `));
  it("W302", () =>
    expect(run({ index, mask, scale, indices: index })).toMatchInlineSnapshot(`
      "error[W302]: predict: there is no input indices

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: the inputs are "index", "mask", "scale"."
    `));
  it("W303", () => {
    expect(run({ index, mask, scale: [1, 2, 3, 4] })).toMatchInlineSnapshot(`
      "error[W303]: scale: f32 takes a Float32Array, got a list

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: convert it once, for example with Float32Array.from(values)."
    `);
    expect(run({ index, mask, scale: new Float64Array(4) })).toMatchInlineSnapshot(`
      "error[W303]: scale: f32 takes a Float32Array, got a Float64Array

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: convert it once, for example with Float32Array.from(values)."
    `);
    expect(run({ index: 3, mask, scale })).toMatchInlineSnapshot(`
      "error[W303]: index: i32 takes an Int32Array, got 3

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: convert it once, for example with Int32Array.from(values)."
    `);
  });
  it("W304", () => {
    expect(run({ index, mask, scale: { data: scale, shape: [4] } })).toMatchInlineSnapshot(`
      "error[W304]: scale: shapes differ: expected f32[2, 2], got [4]

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: feed an array of the shape the program was compiled for, or compile for other dims."
    `);
    expect(run({ index, mask, scale: { data: scale, shape: "2x2" } })).toMatchInlineSnapshot(`
      "error[W304]: scale: shapes differ: expected f32[2, 2], got "2x2"

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: feed an array of the shape the program was compiled for, or compile for other dims."
    `);
  });
  it("W305", () =>
    expect(run({ index, mask, scale: new Float32Array(6) })).toMatchInlineSnapshot(`
      "error[W305]: scale: f32[2, 2] has 4 elements, got 6

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: feed as many elements as the shape has, row-major; a partial batch needs a program compiled for its size, or padding."
    `));
  it("W306", () => {
    expect(run({ index: Int32Array.of(0, 3), mask, scale })).toMatchInlineSnapshot(`
      "error[W306]: index: element 1 is 3, outside 0..2

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: class and token indices count from 0 and must be below 3."
    `);
    expect(run({ index: Int32Array.of(-1, 0), mask, scale })).toMatchInlineSnapshot(`
      "error[W306]: index: element 0 is -1, outside 0..2

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: class and token indices count from 0 and must be below 3."
    `);
  });
  it("W307", () =>
    expect(described(() => model.parameters.get(untyped("row")))).toMatchInlineSnapshot(`
      "error[W307]: there is no parameter "row"

        test/errors/running.test.ts
         |     expect(described(() => model.parameters.get(untyped("row")))).toMatchInlineSnapshot(\`
         |                                             ^^^
        help: did you mean "rows"?"
    `));
  it("W308", () =>
    expect(described(() => model.executable.run("step", {}))).toMatchInlineSnapshot(`
      "error[W308]: there is no entry point "step"

        test/errors/running.test.ts
         |     expect(described(() => model.executable.run("step", {}))).toMatchInlineSnapshot(\`
         |                                             ^^^
        help: the entry points are "predict"."
    `));
  it("W307 and W308 of what is no name at all, in a word", () => {
    const said = (call: () => unknown): string => described(call).split("\n")[0] ?? "";
    const given = untyped({ mask });
    expect(said(() => model.parameters.get(given))).toBe("error[W307]: there is no parameter a record");
    expect(said(() => model.executable.run(given, {}))).toBe("error[W308]: there is no entry point a record");
    expect(said(() => model.executable.run(untyped(1n), {}))).toBe("error[W308]: there is no entry point 1");
  });
  it("W309", () =>
    expect(described(() => model.parameters.restore({}))).toMatchInlineSnapshot(`
      "error[W309]: restore: there is no value for "rows"

        test/errors/running.test.ts
         |     expect(described(() => model.parameters.restore({}))).toMatchInlineSnapshot(\`
         |                                             ^^^^^^^
        help: restore what parameters.all() or a saved file of this model gives; { partial: true } keeps the others."
    `));
  it("W310", () =>
    expect(run({ index, mask: Uint8Array.of(1, 2), scale })).toMatchInlineSnapshot(`
      "error[W310]: mask: element 1 is 2, but a bool is 0 or 1

        test/errors/running.test.ts
         |   const run = (feeds: Readonly<Record<string, unknown>>): string => described(() => model(untyped(feeds)));
         |                                                                                     ^^^^^
        help: feed 0 for false and 1 for true: Uint8Array.from(mask, (each) => (each ? 1 : 0))."
    `));

  it("runs what is right, and a refused call has changed nothing", () => {
    model.parameters.set("rows", Float32Array.of(1, 2, 3, 4, 5, 6));
    const feeds = { index, mask, scale: Float32Array.of(1, 10, 1, 1) };
    const { y } = model(feeds);
    run({ index: Int32Array.of(9, 9), mask, scale });
    expect([...y.data]).toEqual([1, 20, 0, 0]);
    expect(model(feeds)).toEqual({ y: { dtype: "f32", shape: [2, 2], data: y.data } });
  });
});

describe.each(["wasm", "closure", "reference"] as const)("where results shall go, on %s", (backend) => {
  const model = compileSync(table, { dims: { B: 2 }, backend });
  const run = (into: unknown): string => described(() => model({ index, mask, scale }, untyped({ into })));

  it("W313", () =>
    expect(run({ z: new Float32Array(4) })).toMatchInlineSnapshot(`
      "error[W313]: predict: there is no result z

        test/errors/running.test.ts
         |   const run = (into: unknown): string => described(() => model({ index, mask, scale }, untyped({ into })));
         |                                                          ^^^^^
        help: the results are "y"."
    `));
  it("arrays that do not fit are refused like feeds", () => {
    expect(run({ y: new Float64Array(4) })).toContain("error[W303]: y: f32 takes a Float32Array, got a Float64Array");
    expect(run({ y: new Float32Array(3) })).toContain("error[W305]: y: f32[2, 2] has 4 elements, got 3");
    expect(run({ y: { data: new Float32Array(4), shape: [4] } })).toContain("error[W304]: y: shapes differ");
    expect(run(3)).toContain("error[W140]: predict: into: a record of arrays is expected, got 3");
  });
  it("nothing is computed where one of them does not fit", () => {
    const y = new Float32Array(4).fill(7);
    expect(run({ y, other: y })).toContain("W313");
    expect([...y]).toEqual([7, 7, 7, 7]);
  });
});

describe.each(["wasm", "closure", "reference"] as const)("where results of a training shall go, on %s", (backend) => {
  const trainer = compileSync(perceptronTraining, { dims: { B: 2 }, backend });
  const feeds = { features: new Float32Array(12), label: Int32Array.of(0, 1) };
  const step = (into: unknown): string => described(() => trainer.step(feeds, untyped({ into })));
  const grads = (into: unknown): string => described(() => trainer.grads(feeds, untyped({ into })));

  it("W313, of what callers see", () => {
    expect(step({ finite: new Uint8Array(1) })).toContain("error[W313]: step: there is no result finite");
    expect(step({ gradients: {} })).toContain('help: the results are "loss", "right".');
    expect(grads({ right: new Int32Array(1) })).toContain('help: the results are "loss", "gradients".');
    expect(grads({ gradients: { weight: new Float32Array(1) } })).toContain(
      "error[W313]: grads: there is no result weight",
    );
    expect(grads({ gradients: { weight: 1 } })).toContain('help: the results are "hidden.weight", "hidden.bias"');
  });
  it("arrays that do not fit are refused like those of other results", () => {
    expect(step({ loss: new Int32Array(1) })).toContain(
      "error[W303]: loss: f32 takes a Float32Array, got an Int32Array",
    );
    expect(step({ loss: new Float32Array(2) })).toContain("error[W305]: loss: f32[] has 1 elements, got 2");
    expect(step({ loss: "0" })).toContain('error[W303]: loss: f32 takes a Float32Array, got "0"');
    expect(grads({ gradients: { "hidden.bias": new Float32Array(3) } })).toContain("W305");
    expect(grads({ gradients: { "hidden.bias": { data: new Float32Array(8), shape: [2, 4] } } })).toContain("W304");
  });
  it("what is no record", () => {
    expect(step(3)).toContain("error[W140]: step: into: a record of arrays is expected, got 3");
    expect(grads({ gradients: 3 })).toContain(
      "error[W140]: grads: into: gradients: a record of arrays is expected, got 3",
    );
    expect(step(Object.freeze({ loss: 0 }))).toContain("error[W140]: step: into: a record that may change is expected");
    expect(described(() => trainer.step(feeds, untyped({ onto: {} })))).toContain("W142");
  });
  it("no step is taken where one of them does not fit", () => {
    step({ loss: new Float32Array(2) });
    step({ other: new Float32Array(1) });
    expect(trainer.steps()).toBe(0);
  });
});

it("W311: too much memory", () => {
  const wide = defineModel({
    name: "wide",
    params: {},
    inputs: { x: spec("f32", ["B", 1]) },
    forward: (_, { x }) => ({ y: x.exp(), z: x.neg() }),
  });
  expect(described(() => compileSync(wide, { dims: { B: 2 ** 30 } }))).toMatchInlineSnapshot(`
    "error[W311]: the program needs 8.00 GiB of memory; 32-bit addresses reach 4 GiB

      test/errors/running.test.ts
       |   expect(described(() => compileSync(wide, { dims: { B: 2 ** 30 } }))).toMatchInlineSnapshot(\`
       |                          ^^^^^^^^^^^
      help: compile for a smaller batch or shorter sequences."
  `);
});

it("W312: nothing to profile", () => {
  const model = compileSync(table, { dims: { B: 2 }, backend: "reference" });
  expect(described(() => model.profile({ index, mask, scale }))).toMatchInlineSnapshot(`
    "error[W312]: profile: the reference backend has no kernels

      test/errors/running.test.ts
       |   expect(described(() => model.profile({ index, mask, scale }))).toMatchInlineSnapshot(\`
       |                                ^^^^^^^
      help: compile with { backend: "wasm" } or { backend: "closure" }."
  `);
});
