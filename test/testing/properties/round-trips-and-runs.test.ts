// Files give back what they were given, passes may be run in any order, and one graph has one result: in another order of passes,
// another run, another number of threads. What is broken on purpose is caught. (Other processes, and another Node, are where emitted
// modules are tested: test/codegen/standalone-module.test.ts.)
import { describe, expect, test } from "vitest";
import { generate } from "../../../src/codegen/index.ts";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { dce } from "../../../src/passes/dce.ts";
import { compilation, compilationFor } from "../../../src/passes/pipelines.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import {
  type CompileFor,
  deterministic,
  exactPasses,
  type GraphCase,
  type GraphProperty,
  pipelineConfluent,
  serializeRoundTrip,
  type TensorFormat,
} from "../../../src/testing/index.ts";
import { parametersOf, safetensors } from "../../../src/testing/properties/serialize-round-trip.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../../src/training/checkpoint-bytes.ts";
import { expressions } from "./expressions.ts";
import { expectCaught, expectHolds } from "./holding.ts";

const cases = graphs({ maxSteps: 6, maxElements: 256 });

/** A checkpoint whose parameters are the tensors. */
const checkpoint: TensorFormat = {
  name: "checkpoint",
  write: (parameters) =>
    encodeCheckpoint(
      { step: 1, epoch: 0, position: 0, parameters, best: parameters, steps: [], epochs: [] },
      { program: "none" },
    ),
  read: (bytes) => decodeCheckpoint(bytes, "checkpoint").state.parameters,
};

describe("files", () => {
  test.each([safetensors, checkpoint].map((format) => [format.name, format] as const))("%s", async (_, format) => {
    await expectHolds(serializeRoundTrip(format), cases, 60);
  });

  test("weights of an emitted module are the parameters of the case", async () => {
    const emitted = ({ graph }: GraphCase): TensorFormat => ({
      name: "emitted weights",
      write: (tensors) => {
        const compiled = compileGraph(graph, { backend: "closure" });
        for (const [name, { data }] of Object.entries(tensors)) compiled.executable.write(name, data);
        const files = generate({ compiled, executable: compiled.executable }, { name: "model", format: "js" });
        const weights = files.find(({ name }) => name === "model.safetensors")?.contents;
        return weights instanceof Uint8Array ? weights : new Uint8Array();
      },
      read: safetensors.read,
    });
    const property: GraphProperty = {
      name: "emitted weights",
      check: (drawn) => serializeRoundTrip(emitted(drawn), parametersOf).check(drawn),
    };
    await expectHolds(property, graphs({ maxSteps: 4 }), 25);
  });

  const broken: readonly (readonly [name: string, format: TensorFormat])[] = [
    [
      "a tensor that is lost",
      { ...safetensors, read: (bytes) => Object.fromEntries(Object.entries(safetensors.read(bytes)).slice(1)) },
    ],
    [
      "numbers that went through double precision, without the payload of NaN",
      {
        ...safetensors,
        write: (tensors) =>
          safetensors.write(
            Object.fromEntries(
              Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
                name,
                {
                  dtype,
                  shape,
                  data:
                    dtype === "f32"
                      ? Float32Array.from(data, (value) => (Number.isNaN(value) ? Number.NaN : value))
                      : data,
                },
              ]),
            ),
          ),
      },
    ],
  ];
  test.each(broken)("%s is caught", async (_, format) => {
    expect((await expectCaught(serializeRoundTrip(format), cases, 20)).what).toBeDefined();
  });
});

describe("any order of passes", () => {
  test("gives the same bits", async () => {
    await expectHolds(pipelineConfluent(), cases, 40);
    await expectHolds(pipelineConfluent(), expressions, 40);
  });

  test("a pass that is right only behind another one is caught", async () => {
    const careless = {
      ...dce,
      name: "careless",
      run: (graph: Graph): Graph =>
        [...graph.nodes.values()].some(({ op, operands }) => op === "binary" && operands[0] === operands[1])
          ? { ...graph, entries: graph.entries.map((entry) => ({ ...entry, outputs: [] })) }
          : graph,
    };
    await expectCaught(pipelineConfluent([...exactPasses, careless]), expressions, 200);
  });
});

describe("one graph has one result", () => {
  test("in every run, and on any number of threads", async () => {
    await expectHolds(deterministic(), cases, 30);
  });

  test("a compiler that depends on when it is called, or on threads, is caught", async () => {
    let calls = 0;
    const counting: CompileFor = (graph) => {
      calls += 1;
      const { memory, ...program } = compilation.run(graph);
      const bytes = memory.bytes + (calls % 2) * 65536;
      return { ...program, memory: { ...memory, bytes } };
    };
    expect((await expectCaught(deterministic(counting), cases, 5)).what).toContain("another program");
    const careless: CompileFor = (graph, threads) => {
      const program = compilationFor({ numerics: "exact", threads, least: { kernel: 0, entry: 0 } }).run(graph);
      // What other threads should do is left out.
      const { sharing, ...alone } = program;
      return sharing === undefined
        ? program
        : {
            ...alone,
            sharing: { ...sharing, buffer: "nobody" },
            entries: program.entries.map((entry) => ({ ...entry, calls: entry.calls.slice(0, -1) })),
          };
    };
    expect((await expectCaught(deterministic(careless), cases, 100)).what).toContain("threads");
  });
});
