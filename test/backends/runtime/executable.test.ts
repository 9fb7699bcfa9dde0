// The runtime over backends: what it is fed is copied in, what it gives is copied out, and a backend is only asked to run.
import { describe, expect, it } from "vitest";
import { closureBackend } from "../../../src/backends/closure/closure-backend.ts";
import { makeExecutable, makeExecutableAsync } from "../../../src/backends/runtime/executable.ts";
import { checkedFeed, hostArray } from "../../../src/backends/runtime/host-array.ts";
import { wasmBackend } from "../../../src/backends/wasm/instantiate.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";

describe.each([wasmBackend, closureBackend])("an executable on $name", (backend) => {
  const { program } = planGraph(
    parseGraph(`graph @counter(%x: f32[2], %unread: f32[2]) {
  %0 = unary %x {fn = neg} : f32[2]
  entry @main(y = %0, x = %x)
}`),
  );
  const facts = { names: ["x", "unread"], ranges: new Map(), states: new Map() };

  it("runs entries by name, on copies", () => {
    const executable = makeExecutable(program, backend, facts);
    expect([executable.backend, executable.entries]).toEqual([backend.name, ["main"]]);
    const x = Float32Array.of(1, -2);
    const { y, x: same } = executable.run("main", { x });
    expect(y).toEqual({ dtype: "f32", shape: [2], data: Float32Array.of(-1, 2) });
    expect(same?.data).toEqual(x);
    expect(same?.data).not.toBe(x);
  });

  it("takes inputs that an entry does not read, and does not ask for them", () => {
    const executable = makeExecutable(program, backend, facts);
    const x = Float32Array.of(0, 1);
    expect(executable.run("main", { x, unread: x })).toEqual(executable.run("main", { x }));
  });

  it("is the same when it is made in the background", async () => {
    const x = Float32Array.of(3, 4);
    const executable = await makeExecutableAsync(program, backend, facts);
    expect(executable.run("main", { x })).toEqual(makeExecutable(program, backend, facts).run("main", { x }));
  });
});

describe("feeds", () => {
  const type = { dtype: "f32", shape: [2] } as const;

  it("are taken as they are, bare or with their shape", () => {
    const data = Float32Array.of(1, 2);
    expect([
      checkedFeed("x", type, data),
      checkedFeed("x", type, { data }),
      checkedFeed("x", type, { data, shape: [2] }),
    ]).toEqual([data, data, data]);
  });

  it("may come from another realm: classes are compared by name", async () => {
    const { runInNewContext } = await import("node:vm");
    const foreign: unknown = runInNewContext("Float32Array.of(1, 2)");
    expect(foreign instanceof Float32Array).toBe(false);
    expect([...checkedFeed("x", type, foreign)]).toEqual([1, 2]);
  });

  it.each([
    undefined,
    null,
    3,
    "12",
    [1, 2],
    {},
    { data: [1, 2] },
    new DataView(new ArrayBuffer(8)),
    new Float64Array(2),
  ])("are refused when they are of another class (%#)", (feed) =>
    expect(() => checkedFeed("x", type, feed)).toThrow("W303: x: f32[2] takes a Float32Array, got "),
  );

  it("are refused when their memory was given away", () => {
    const data = Float32Array.of(1, 2);
    structuredClone(data, { transfer: [data.buffer] });
    expect(() => checkedFeed("x", type, data)).toThrow("W305: x: f32[2] has 2 elements, got 0");
  });

  it("are made fresh for results", () => {
    expect(hostArray({ dtype: "bool", shape: [] })).toEqual({ dtype: "bool", shape: [], data: Uint8Array.of(0) });
  });
});
