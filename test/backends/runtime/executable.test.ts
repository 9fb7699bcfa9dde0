// The runtime over backends: what it is fed is copied in, what it gives is copied out, and a backend is only asked to run.
import { describe, expect, it } from "vitest";
import { closureBackend } from "../../../src/backends/closure/closure-backend.ts";
import { makeExecutable, makeExecutableAsync } from "../../../src/backends/runtime/executable.ts";
import { checkedFeed, hostArray } from "../../../src/backends/runtime/host-array.ts";
import { wasmBackend } from "../../../src/backends/wasm/instantiate.ts";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
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

describe.each(["wasm", "closure", "reference"] as const)("first values of parameters on %s", (backend) => {
  const counter = parseGraph(`graph @counter() {
  %a = parameter {name = "a"} : f32[2]
  %b = parameter {name = "b"} : f32[2]
  %0 = binary %a, %b {fn = add} : f32[2]
  entry @main(y = %0) updates(a = %0)
}`);
  const begun = () => {
    const made: string[] = [];
    const { executable } = compileGraph(counter, { backend });
    for (const [at, name] of ["a", "b"].entries())
      executable.begin(name, () => {
        made.push(name);
        return Float32Array.of(at + 1, 0);
      });
    return { executable, made };
  };

  it("are made once, by the first run", () => {
    const { executable, made } = begun();
    expect(made).toEqual([]);
    expect(executable.run("main", {})["y"]?.data).toEqual(Float32Array.of(3, 0));
    expect(executable.run("main", {})["y"]?.data).toEqual(Float32Array.of(5, 0));
    expect(made).toEqual(["a", "b"]);
  });

  it("are made of what is read, and not of what is set before", () => {
    const { executable, made } = begun();
    expect(executable.read("b").data).toEqual(Float32Array.of(2, 0));
    executable.write("a", Float32Array.of(0, 7));
    expect(executable.run("main", {})["y"]?.data).toEqual(Float32Array.of(2, 7));
    expect(made).toEqual(["b"]);
  });

  it("are refused like any other value, and asked for again", () => {
    const { executable } = begun();
    executable.begin("a", () => Float32Array.of(1));
    expect(() => executable.run("main", {})).toThrow("W305: a: f32[2] has 2 elements, got 1");
    expect(() => executable.run("main", {})).toThrow("W305: a: f32[2] has 2 elements, got 1");
    executable.write("a", Float32Array.of(1, 1));
    expect(executable.run("main", {})["y"]?.data).toEqual(Float32Array.of(3, 1));
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
    expect(() => checkedFeed("x", type, feed)).toThrow("W303: x: f32 takes a Float32Array, got "),
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
