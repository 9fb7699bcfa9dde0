// Which calls are taken out of entry points, and what becomes of their buffers: on programs of two kernels written by hand.
import { describe, expect, test } from "vitest";
import { buildBody, load } from "../../src/ir/loop/build.ts";
import type { Buffer, Call, EntryPoint, Kernel, KernelParameter, Program } from "../../src/ir/loop/kernel.ts";
import { prepare } from "../../src/passes/prepare.ts";

const kernel = (name: string, ...access: readonly KernelParameter["access"][]): Kernel => ({
  name,
  parameters: access.map((how, at) => ({ name: `b${at}`, dtype: "f32", length: 8, access: how })),
  inPlace: [],
  body: buildBody((body) => body.store("b0", 0, load("f32", "b1", 0))),
});

const kernels = [
  kernel("pack", "write", "read"),
  kernel("both", "write", "read", "read"),
  kernel("addTo", "update", "read"),
  kernel("make", "write"),
];

const call = (name: string, ...buffers: readonly string[]): Call => ({ kernel: name, buffers });

interface Given {
  readonly lengths?: Readonly<Record<string, number>>;
  readonly updates?: readonly string[];
}

/** Parameters begin with p, constants with c, inputs with x, outputs with y, and temporaries with t. */
const roles: Readonly<Record<string, Buffer["role"]>> = {
  p: "parameter",
  c: "constant",
  x: "input",
  y: "output",
  t: "temporary",
};

const programOf = (entries: readonly (readonly Call[])[], { lengths = {}, updates = [] }: Given = {}): Program => {
  const names = [...new Set(entries.flat().flatMap(({ buffers }) => buffers))];
  return {
    name: "program",
    buffers: new Map(
      names.map((name) => [
        name,
        { name, dtype: "f32", length: lengths[name] ?? 8, role: roles[name[0] ?? ""] ?? "temporary" },
      ]),
    ),
    kernels: new Map(kernels.map((each) => [each.name, each])),
    parameters: names
      .filter((name) => name.startsWith("p"))
      .map((name) => ({ name, buffer: name, type: { dtype: "f32", shape: [8] } })),
    entries: entries.map((calls, at): EntryPoint => ({ name: `entry${at}`, inputs: [], outputs: [], updates, calls })),
    prepare: [],
  };
};

const textOf = ({ kernel: name, buffers }: Call): string => [name, ...buffers].join(" ");

/** The calls that are prepared, those left in each entry point, and the buffers that persist. */
const prepared = (entries: readonly (readonly Call[])[], given?: Given) => {
  const program = programOf(entries, given);
  const after = prepare.run(program);
  if (after === program) return undefined;
  return {
    prepare: after.prepare.map(textOf),
    entries: after.entries.map(({ calls }) => calls.map(textOf)),
    kept: [...after.buffers.values()].filter(({ role }) => role === "prepared").map(({ name }) => name),
    buffers: [...after.buffers.keys()],
  };
};

describe("calls that are prepared", () => {
  test("read parameters and constants alone, or what is prepared of these", () => {
    expect(
      prepared([[call("pack", "t0", "p0"), call("both", "t1", "t0", "c0"), call("both", "y0", "x0", "t1")]]),
    ).toEqual({
      prepare: ["pack t0 p0", "both t1 t0 c0"],
      entries: [["both y0 x0 t1"]],
      kept: ["t1"],
      buffers: ["t0", "p0", "t1", "c0", "y0", "x0"],
    });
  });

  test("are made once for all entry points, which then read one buffer", () => {
    const entry = (temporary: string, output: string): readonly Call[] => [
      call("pack", temporary, "p0"),
      call("both", output, "x0", temporary),
    ];
    expect(prepared([entry("t0", "y0"), entry("t1", "y1")])).toEqual({
      prepare: ["pack t0 p0"],
      entries: [["both y0 x0 t0"], ["both y1 x0 t0"]],
      kept: ["t0"],
      buffers: ["t0", "p0", "y0", "x0", "y1"],
    });
  });

  test("are others where the kernel or an operand is another", () => {
    const entries = [
      [
        call("pack", "t0", "p0"),
        call("pack", "t1", "p1"),
        call("both", "t2", "p0", "p0"),
        call("both", "y0", "t0", "t1"),
        call("both", "y1", "t2", "x0"),
      ],
    ];
    expect(prepared(entries)?.prepare).toEqual(["pack t0 p0", "pack t1 p1", "both t2 p0 p0"]);
  });
});

describe("calls that stay", () => {
  const use = call("both", "y0", "x0", "t0");

  test.each<readonly [name: string, calls: readonly Call[], given: Given]>([
    ["what reads an input", [call("both", "t0", "p0", "x0"), use], {}],
    ["what reads a parameter that some entry point changes", [call("pack", "t0", "p0"), use], { updates: ["p0"] }],
    ["what leaves the program", [call("pack", "y1", "p0"), call("both", "y0", "x0", "y1")], {}],
    ["what adds to a buffer", [call("addTo", "t0", "p0"), use], {}],
    ["a buffer that two calls write", [call("pack", "t0", "p0"), call("pack", "t0", "x0"), use], {}],
    [
      "what is more than twice as large as what it is made of",
      [call("pack", "t0", "p0"), use],
      { lengths: { p0: 100_000, t0: 216_385 } },
    ],
    ["a large table made of nothing", [call("make", "t0"), use], { lengths: { t0: 16_385 } }],
  ])("%s", (_, calls, given) => expect(prepared([calls], given)).toBeUndefined());

  test.each<readonly [name: string, calls: readonly Call[], given: Given]>([
    [
      "but twice as large, and a small table more, is kept",
      [call("pack", "t0", "p0"), use],
      { lengths: { p0: 100_000, t0: 216_384 } },
    ],
    ["and a small table of nothing", [call("make", "t0"), use], { lengths: { t0: 16_384 } }],
    ["and another parameter than the one that is changed", [call("pack", "t0", "p0"), use], { updates: ["p1"] }],
  ])("%s", (_, calls, given) => expect(prepared([calls], given)?.entries).toEqual([["both y0 x0 t0"]]));
});
