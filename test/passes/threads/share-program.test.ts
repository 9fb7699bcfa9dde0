// Programs of a few kernels written by hand: which calls are shared, what becomes of their buffers, and when that is worth it.
import { describe, expect, test } from "vitest";
import { add, type BlockBuilder, binary, buildBody, f32, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Buffer, Call, Kernel, KernelParameter, Program } from "../../../src/ir/loop/kernel.ts";
import { shareWork } from "../../../src/passes/threads/share-work.ts";

const length = 80;

const kernel = (
  name: string,
  access: Readonly<Record<string, KernelParameter["access"]>>,
  fill: (body: BlockBuilder) => void,
): Kernel => ({
  name,
  parameters: Object.entries(access).map(([parameter, how]) => ({
    name: parameter,
    dtype: "f32",
    length,
    access: how,
  })),
  inPlace: [],
  body: buildBody(fill),
});

const at = (buffer: string, index: Expr | number): Expr => load("f32", buffer, index);

/** 80 times a step, a load and a store: 240 steps, 30 nanoseconds. */
const copy = kernel("copy", { to: "write", from: "read" }, (body) =>
  body.loop(length, (i, inner) => inner.store("to", i, at("from", i))),
);

/** Rows that are doubled by way of scratch memory, which each thread needs for itself. */
const doubleRows = kernel("rows", { to: "write", from: "read", row: "update" }, (body) =>
  body.loop(
    8,
    (i, outer) => {
      const place = (j: Expr): Expr => add(multiply(i, 10), j);
      outer.loop(10, (j, inner) => inner.store("row", j, binary("mul", at("from", place(j)), f32(2))));
      outer.loop(10, (j, inner) => inner.store("to", place(j), at("row", j)));
    },
    { mode: "parallel" },
  ),
);

/** What the second loop reads the first has written, elsewhere: it waits for all of it. */
const turned = kernel("turned", { to: "write", between: "update", from: "read", unused: "update" }, (body) => {
  body.loop(length, (i, inner) => inner.store("between", i, at("from", i)));
  body.loop(length, (i, inner) =>
    inner.store("to", i, at("between", binary("sub", add(multiply(i, 0), length - 1), i))),
  );
});

const programOf = (
  kernels: readonly Kernel[],
  roles: Readonly<Record<string, Buffer["role"]>>,
  ...entries: readonly (readonly Call[])[]
): Program => ({
  name: "program",
  buffers: new Map(Object.entries(roles).map(([name, role]) => [name, { name, dtype: "f32", length, role }])),
  kernels: new Map(kernels.map((each) => [each.name, each])),
  parameters: [],
  entries: entries.map((calls, number) => ({ name: `entry${number}`, inputs: [], outputs: [], updates: [], calls })),
  prepare: [],
});

const call = (name: string, ...buffers: readonly string[]): Call => ({ kernel: name, buffers });

const always = { kernel: 0, entry: 0 };

const shared = (program: Program, least = always, threads = 4): Program => shareWork({ threads, least }).run(program);

const callsOf = ({ entries }: Program): readonly string[] =>
  entries.flatMap(({ calls }) => calls.map(({ kernel: name, buffers }) => [name, ...buffers].join(" ")));

const copiesOf = ({ buffers }: Program): Readonly<Record<string, number>> =>
  Object.fromEntries([...buffers.values()].map(({ name, copies = 1 }) => [name, copies]));

describe("a call that is shared", () => {
  const program = programOf([copy], { x: "input", y: "output" }, [call("copy", "y", "x")]);

  test("takes what says which part to do, of which each thread has a copy", () => {
    const result = shared(program);
    expect(callsOf(result)).toEqual(["copy y x share"]);
    expect(copiesOf(result)).toEqual({ x: 1, y: 1, share: 4 });
    expect(result.buffers.get("share")).toMatchObject({ dtype: "i32", length: 2, role: "constant" });
    expect([...(result.buffers.get("share")?.data ?? [])]).toEqual([0, 1]);
    expect(result.kernels.get("copy")?.parameters.map(({ name }) => name)).toEqual(["to", "from", "share0"]);
    expect(result.sharing).toEqual({ buffer: "share", threads: 4, worthwhile: [true, false] });
  });

  test("takes as long as is worth it: kernels of 30 nanoseconds, in entry points of 60", () => {
    expect(shared(program, { kernel: 30, entry: 0 })).not.toBe(program);
    expect(shared(program, { kernel: 31, entry: 0 })).toBe(program);
    const calls = [call("copy", "y", "x"), call("copy", "z", "y")];
    const two = programOf([copy], { x: "input", y: "output", z: "output" }, calls, calls.slice(1));
    const worthwhile = (entry: number) => shared(two, { kernel: 0, entry }).sharing?.worthwhile;
    expect(worthwhile(30)).toEqual([true, true, false]);
    expect(worthwhile(60)).toEqual([true, false, false]);
    expect(worthwhile(61)).toEqual([false, false, false]);
  });

  test("by itself takes 8 microseconds, in an entry point of 60", () => {
    const long = (count: number): Kernel =>
      kernel("copy", { to: "write", from: "read" }, (body) =>
        body.loop(count, (i, inner) => inner.store("to", i, at("from", i))),
      );
    const plain = (count: number, times: number): Program =>
      shareWork({ threads: 2 }).run(
        programOf(
          [long(count)],
          { x: "input", y: "output" },
          Array.from({ length: times }, () => call("copy", "y", "x")),
        ),
      );
    const steps = (nanoseconds: number): number => Math.ceil((nanoseconds * 8) / 3);
    expect(plain(steps(8_000) - 2, 1).sharing).toBeUndefined();
    expect(plain(steps(8_000), 1).sharing?.worthwhile).toEqual([false, false]);
    expect(plain(steps(12_000), 4).sharing?.worthwhile).toEqual([false, false]);
    expect(plain(steps(12_000), 5).sharing?.worthwhile).toEqual([true, false]);
  });

  test("stands beside calls that are not", () => {
    const first = kernel("first", { to: "write", from: "read" }, (body) => body.store("to", 0, at("from", 0)));
    const calls = [call("copy", "y", "x"), call("first", "z", "x")];
    const result = shared(programOf([copy, first], { x: "input", y: "output", z: "output" }, calls));
    expect(callsOf(result)).toEqual(["copy y x share", "first z x"]);
    expect(copiesOf(result)).toEqual({ x: 1, y: 1, z: 1, share: 4 });
  });

  test("has fewer than 500 parameters", () => {
    const wide = (count: number): Kernel => ({
      ...copy,
      parameters: [
        ...copy.parameters,
        ...Array.from(
          { length: count - 2 },
          (_, number): KernelParameter => ({ name: `p${number}`, dtype: "f32", length, access: "read" }),
        ),
      ],
    });
    const taking = (count: number): Program =>
      programOf([wide(count)], { x: "input", y: "output" }, [
        call("copy", "y", ...Array.from({ length: count - 1 }, () => "x")),
      ]);
    expect(shared(taking(499)).sharing).toBeDefined();
    expect(shared(taking(500)).sharing).toBeUndefined();
  });
});

describe("scratch memory", () => {
  const rows = (role: Buffer["role"], ...more: readonly Call[]): Program =>
    programOf([doubleRows, copy], { x: "input", y: "output", t: role }, [call("rows", "y", "x", "t"), ...more]);

  test("that one call uses is copied for each thread", () => {
    const result = shared(rows("temporary"));
    expect(callsOf(result)).toEqual(["rows y x t share"]);
    expect(copiesOf(result)).toEqual({ x: 1, y: 1, t: 4, share: 4 });
  });

  test("is not what another call reads, nor what leaves the program", () => {
    expect(copiesOf(shared(rows("temporary", call("copy", "y", "t"))))["t"]).toBe(1);
    expect(copiesOf(shared(rows("output")))["t"]).toBe(1);
  });

  test("of a kernel is scratch wherever it is called, or nowhere", () => {
    const both = programOf([doubleRows], { x: "input", y: "output", z: "output", t: "temporary" }, [
      call("rows", "y", "x", "t"),
      call("rows", "z", "x", "y"),
    ]);
    expect(copiesOf(shared(both))["t"]).toBe(1);
  });
});

describe("a kernel in pieces", () => {
  const program = programOf([turned], { x: "input", y: "output", t: "temporary", u: "temporary" }, [
    call("turned", "y", "t", "x", "u"),
  ]);

  test("is several calls, and what none of them mentions is gone", () => {
    const result = shared(program);
    expect(callsOf(result)).toEqual(["turned_part0 t x share", "turned_part1 y t share"]);
    expect(copiesOf(result)).toEqual({ x: 1, y: 1, t: 1, share: 4 });
    expect([...result.kernels.keys()]).toEqual(["turned_part0", "turned_part1"]);
  });

  test("has scratch memory of its own for each thread, if one piece alone uses it", () => {
    const through = kernel("through", { to: "write", between: "update", from: "read", row: "update" }, (body) => {
      body.loop(
        8,
        (i, outer) => {
          const place = (j: Expr): Expr => add(multiply(i, 10), j);
          outer.loop(10, (j, inner) => inner.store("row", j, at("from", place(j))));
          outer.loop(10, (j, inner) => inner.store("between", place(j), at("row", j)));
        },
        { mode: "parallel" },
      );
      body.loop(length, (i, inner) =>
        inner.store("to", i, at("between", binary("sub", add(multiply(i, 0), length - 1), i))),
      );
    });
    const roles = { x: "input", y: "output", t: "temporary", r: "temporary" } as const;
    const result = shared(programOf([through], roles, [call("through", "y", "t", "x", "r")]));
    expect(callsOf(result)).toEqual(["through_part0 t x r share", "through_part1 y t share"]);
    expect(copiesOf(result)).toEqual({ x: 1, y: 1, t: 1, r: 4, share: 4 });
  });

  test("has pieces of the least time, and gains a quarter by all of them", () => {
    expect(callsOf(shared(program, { kernel: 30, entry: 0 }))).toEqual([
      "turned_part0 t x share",
      "turned_part1 y t share",
    ]);
    expect(shared(program, { kernel: 61, entry: 0 })).toBe(program);
    expect(shared(program, { kernel: 45, entry: 0 })).toBe(program);
  });
});
