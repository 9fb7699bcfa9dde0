// Closures give the bits that the interpreter of the loop IR gives: on kernels that are hard in one way each, on random
// kernels before and after vectorising, and whatever the length of a chunk.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closureBackend, closureBackendOf } from "../../../src/backends/closure/closure-backend.ts";
import { binary, f32, load } from "../../../src/ir/loop/build.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { printKernel } from "../../../src/ir/loop/print.ts";
import { optimizeKernel } from "../../../src/passes/loop/pipeline.ts";
import { vectorize } from "../../../src/passes/loop/vectorize.ts";
import { elementwiseKernels, foldKernels } from "../../../src/testing/arbitraries/kernel.ts";
import { contentsFor, contentsOf, expectedOf, kernelOf, programOf, resultsOf } from "../../support/kernel-program.ts";
import { loopCases } from "../../support/loop-cases.ts";
import { operatorCases } from "../../support/operator-cases.ts";

/** Two iterations of vectors or eight of scalars to a chunk: every loop of the random kernels takes several. */
const shortChunks = closureBackendOf(8);

describe("hard kernels", () => {
  test.each([...loopCases, ...operatorCases])("%s", (_title, program) => {
    for (const contents of [contentsOf(program, 1), contentsOf(program, 2), contentsOf(program, 3, "ordinary")]) {
      const expected = expectedOf(program, contents);
      for (const backend of [closureBackend, shortChunks])
        expect(resultsOf(program, backend.instantiate(program), contents)).toEqual(expected);
    }
  });
});

const expectRight = (kernel: Kernel, seed: number): void => {
  const program = programOf(kernel);
  const contents = contentsFor(kernel, seed);
  const text = printKernel(kernel);
  const expected = expectedOf(program, contents);
  for (const backend of [closureBackend, shortChunks]) {
    const results = resultsOf(program, backend.instantiate(program), contents);
    expect({ text, results }).toEqual({ text, results: expected });
  }
};

describe("random kernels", () => {
  const runs = { numRuns: 250 };

  test("of elements", () => {
    fc.assert(
      fc.property(elementwiseKernels, fc.nat(), (kernel, seed) => {
        for (const each of [kernel, vectorize.run(kernel), optimizeKernel(kernel)]) expectRight(each, seed);
      }),
      runs,
    );
  });

  test("of folds", () => {
    fc.assert(
      fc.property(foldKernels, fc.nat(), ({ fold }, seed) => {
        for (const each of [fold, vectorize.run(fold), optimizeKernel(fold)]) expectRight(each, seed);
      }),
      runs,
    );
  });
});

describe("programs", () => {
  const scale = kernelOf(
    [
      ["x", "f32", 6, "read"],
      ["out", "f32", 6, "write"],
    ],
    (body) => body.loop(6, (i, inner) => inner.store("out", i, binary("mul", load("f32", "x", i), f32(2)))),
  );
  const program = programOf(scale);

  test("keep what a run leaves in memory for the next", () => {
    const entries = [
      {
        name: "there",
        inputs: [],
        outputs: [],
        updates: [],
        calls: [{ kernel: "kernel", buffers: ["x buffer", "out buffer"] }],
      },
      {
        name: "back",
        inputs: [],
        outputs: [],
        updates: [],
        calls: [{ kernel: "kernel", buffers: ["out buffer", "x buffer"] }],
      },
    ];
    const { memory, run } = closureBackend.instantiate({ ...program, entries });
    const x = new Float32Array(memory, program.memory.offsets.get("x buffer"), 6);
    x.set([1, 2, 3, 4, 5, 6]);
    run("there");
    run("back");
    expect([...x]).toEqual([4, 8, 12, 16, 20, 24]);
  });

  test("find their constants in place", () => {
    const buffers = new Map(program.buffers);
    buffers.set("x buffer", {
      name: "x buffer",
      dtype: "f32",
      length: 6,
      role: "constant",
      data: Float32Array.of(1, -2, 0.5, 8, -0, 3),
    });
    const { memory, run } = closureBackend.instantiate({ ...program, buffers });
    run("main");
    expect([...new Float32Array(memory, program.memory.offsets.get("out buffer"), 6)]).toEqual([2, -4, 1, 16, -0, 6]);
  });

  test("have no other entries than their own", () => {
    const { run } = closureBackend.instantiate(program);
    expect(() => run("missing")).toThrow("no entry missing");
  });
});
