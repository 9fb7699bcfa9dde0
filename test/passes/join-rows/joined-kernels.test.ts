// What joined kernels look like, and what keeps two apart: on programs written by hand.
import { describe, expect, test } from "vitest";
import { add, type BlockBuilder, binary, f32, i32, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Call, Kernel, Program } from "../../../src/ir/loop/kernel.ts";
import { printKernel } from "../../../src/ir/loop/print.ts";
import { joinRows } from "../../../src/passes/join-rows.ts";
import { silent } from "../../../src/passes/pass.ts";
import { at, fillRow, programOf, rowCount, twice, width } from "../../support/row-programs.ts";

const join = (program: Program): Program => joinRows.run(program, silent);

const callsOf = ({ entries }: Program): readonly Call[] => entries.flatMap(({ calls }) => calls);

const countOf = (program: Program): number => callsOf(join(program)).length;

/** target[i, :] = 2 from[i, :] */
const doubling =
  (from: string, target: string, rows = rowCount) =>
  (body: BlockBuilder): void =>
    body.loop(rows, (i, inner) => fillRow(inner, target, i, (k) => twice(at(from, i, k))));

/** A sum of each row, which is all that the next kernel needs of it. */
const summing =
  (from: string, target: string) =>
  (body: BlockBuilder): void =>
    body.loop(rowCount, (i, row) => {
      const sum = row.mutable(f32(0));
      row.loop(width, (k, inner) => inner.assign(sum, binary("add", sum, at(from, i, k))));
      row.store(target, multiply(i, width), sum);
    });

const texts = (program: Program): readonly string[] =>
  [...program.kernels.values()].flatMap((kernel) => printKernel(kernel).trim().split("\n"));

const lengthsOf = ({ buffers }: Program): Readonly<Record<string, number>> =>
  Object.fromEntries([...buffers.values()].map(({ name, length }) => [name, length]));

describe("joined kernels", () => {
  test("do a row after the other; what is between is a row, a cache line behind the last", () => {
    const together = join(programOf(summing("x", "t"), doubling("t", "tt"), doubling("tt", "y")));
    expect(texts(together)).toEqual([
      "kernel k0_to_k1(buffer0: read f32[48], buffer1: update f32[20], buffer2: update f32[36], buffer3: write f32[48]) where buffer3 may be buffer0 {",
      "  for i0 in 0..12 parallel {",
      "    var acc0: f32 = 0.0",
      "    for i1 in 0..4 {",
      "      acc0 = acc0 + buffer0[i0 * 4 + i1]",
      "    }",
      "    buffer1[0] = acc0",
      "    for i3 in 0..4 {",
      "      buffer2[i3] = buffer1[i3] * 2.0",
      "    }",
      "    for i4 in 0..4 {",
      "      buffer3[i0 * 4 + i4] = buffer2[i4] * 2.0",
      "    }",
      "  }",
      "}",
    ]);
    expect(lengthsOf(together)).toEqual({ x: 48, y: 48, t: 20, tt: 36 });
    expect(callsOf(together).map(({ kernel, buffers }) => [kernel, ...buffers])).toEqual([
      ["k0_to_k1", "x", "t", "tt", "y"],
    ]);
  });

  test("keep what is read elsewhere as it is", () => {
    const other = (body: BlockBuilder): void => body.store("z", 0, load("f32", "t", 5));
    const together = join(programOf(doubling("x", "t"), doubling("t", "y"), other));
    expect(lengthsOf(together)).toEqual({ x: 48, y: 48, t: 48, z: 48 });
    expect(callsOf(together)).toHaveLength(2);
  });

  test("say where they come from: all operations, the first place", () => {
    const program = programOf(doubling("x", "t"), doubling("t", "y"));
    const origins = [{ operations: ["mul"] }, { operations: ["add", "mul"], location: { layer: "norm" } }] as const;
    const [entry] = program.entries;
    if (entry === undefined) throw new Error("a program has an entry");
    // Locations hold more where graphs are traced.
    const calls = entry.calls.map((call, number) => ({ ...call, origin: origins[number] })) as readonly Call[];
    const [call] = callsOf(join({ ...program, entries: [{ ...entry, calls }] }));
    expect(call?.origin).toEqual({ operations: ["mul", "add", "mul"], location: { layer: "norm" } });
  });

  test("say nothing of where they come from where their kernels do not", () => {
    const [call] = callsOf(join(programOf(doubling("x", "t"), doubling("t", "y"))));
    expect(call?.origin).toEqual({ operations: [] });
  });

  test("write over an operand where no later row of it is read", () => {
    const shared = (distance: number): readonly string[] => {
      const reading = (body: BlockBuilder): void =>
        body.loop(rowCount - 1, (i, inner) => fillRow(inner, "y", i, (k) => at("x", add(i, distance), k)), { from: 1 });
      const copying = (body: BlockBuilder): void =>
        body.loop(rowCount - 1, (i, inner) => fillRow(inner, "z", i, (k) => at("x", i, k)), { from: 1 });
      const together = join(programOf(reading, copying));
      expect(callsOf(together)).toHaveLength(1);
      const [kernel] = together.kernels.values();
      const names = kernel?.parameters.map((_, position) => callsOf(together)[0]?.buffers[position] ?? "") ?? [];
      return kernel?.inPlace.map(([to, from]) => `${names[to]} over ${names[from]}`) ?? [];
    };
    expect(shared(0)).toEqual(["z over x"]);
    expect(shared(-1)).toEqual([]);
    expect(shared(1)).toEqual([]);
  });

  test("are a program as it was where there is nothing to join", () => {
    const alone = programOf(doubling("x", "y"));
    expect(joinRows.run(alone, silent)).toBe(alone);
  });
});

describe("kernels stay apart", () => {
  const withOrigins = (program: Program, ...origins: readonly object[]): Program => ({
    ...program,
    entries: program.entries.map((entry) => ({
      ...entry,
      // As graphs leave them.
      calls: entry.calls.map((call, number) => ({ ...call, origin: origins[number] }) as Call),
    })),
  });
  const withKernels = (program: Program, change: (kernel: Kernel) => Kernel): Program => ({
    ...program,
    kernels: new Map([...program.kernels].map(([name, kernel]) => [name, change(kernel)])),
  });
  const two = (): Program => programOf(doubling("x", "y"), doubling("x", "z"));

  test("but two that read one buffer do not", () => expect(countOf(two())).toBe(1));

  test("where they have no buffer in common", () => {
    expect(
      countOf(
        programOf(doubling("x", "y"), (body) => body.loop(rowCount, (i, row) => fillRow(row, "z", i, () => f32(1)))),
      ),
    ).toBe(2);
  });

  test("over another number of rows, or from another one on", () => {
    expect(countOf(programOf(doubling("x", "y", 11), doubling("x", "z")))).toBe(2);
    const later = (body: BlockBuilder): void =>
      body.loop(rowCount, (i, inner) => fillRow(inner, "z", i, (k) => at("x", i, k)), { from: 1 });
    expect(countOf(programOf(doubling("x", "y"), later))).toBe(2);
  });

  test("where a row needs a later one", () => {
    const backwards = (body: BlockBuilder): void =>
      body.loop(rowCount, (i, inner) => fillRow(inner, "y", i, (k) => at("t", binary("sub", i32(rowCount - 1), i), k)));
    expect(countOf(programOf(doubling("x", "t"), backwards))).toBe(2);
  });

  test("but of which one takes two rows at a time do not, and the other goes over them within", () => {
    const pairs = (body: BlockBuilder): void =>
      body.loop(
        rowCount,
        (i, inner) => {
          for (const row of [i, add(i, 1)]) fillRow(inner, "y", row, (k) => at("x", row, k));
        },
        { step: 2 },
      );
    const together = join(programOf(pairs, doubling("x", "z")));
    expect(texts(together).filter((line) => /^ +(for|buffer)/.test(line))).toEqual([
      "  for i0 in 0..12 step 2 {",
      "    for i1 in 0..4 {",
      "      buffer1[i0 * 4 + i1] = buffer0[i0 * 4 + i1]",
      "    for i2 in 0..4 {",
      "      buffer1[(i0 + 1) * 4 + i2] = buffer0[(i0 + 1) * 4 + i2]",
      "    for i5 in 0..2 {",
      "      for i4 in 0..4 {",
      "        buffer2[(i0 + i5) * 4 + i4] = buffer0[(i0 + i5) * 4 + i4] * 2.0",
    ]);
  });

  test("but of which one takes three rows at a time from the second on do not", () => {
    const later =
      (target: string, step: number) =>
      (body: BlockBuilder): void =>
        body.loop(
          10,
          (i, inner) => {
            for (let row = 0; row < step; row++) fillRow(inner, target, add(i, row), (k) => at("x", add(i, row), k));
          },
          { from: 1, step },
        );
    expect(countOf(programOf(later("y", 3), later("z", 1)))).toBe(1);
  });

  test("over one row", () => expect(countOf(programOf(doubling("x", "y", 1), doubling("x", "z", 1)))).toBe(2));

  test("of two layers", () => {
    const layers = (...names: readonly (string | undefined)[]): number =>
      countOf(withOrigins(two(), ...names.map((layer) => ({ operations: ["mul"], location: { layer } }))));
    expect(layers("a", "b")).toBe(2);
    expect(layers("a", "a")).toBe(1);
    expect(layers("a", undefined)).toBe(1);
    expect(layers(undefined, "b")).toBe(1);
  });

  test("where one is a product", () => {
    const made = (first: string, second: string): number =>
      countOf(withOrigins(two(), { operations: [first] }, { operations: ["add", second] }));
    expect(made("matmul", "mul")).toBe(2);
    expect(made("mul", "matmul")).toBe(2);
    expect(made("mul", "mul")).toBe(1);
  });

  test("where a row has loops in loops", () => {
    const deep = (body: BlockBuilder): void =>
      body.loop(rowCount, (i, row) =>
        row.loop(2, (j, half) =>
          half.loop(2, (k, inner) => inner.store("z", add(multiply(i, width), add(multiply(j, 2), k)), at("x", i, k))),
        ),
      );
    expect(countOf(programOf(doubling("x", "y"), deep))).toBe(2);
  });

  test("where one is more than values and a loop", () => {
    const storing = (body: BlockBuilder): void => {
      body.store("z", 0, load("f32", "x", 0));
      body.loop(rowCount, (i, inner) => fillRow(inner, "y", i, (k) => at("x", i, k)));
    };
    const changing = (body: BlockBuilder): void => {
      const sum = body.mutable(f32(0));
      body.loop(rowCount, (i, inner) => {
        inner.assign(sum, binary("add", sum, at("x", i, i32(0))));
        inner.store("z", multiply(i, width), sum);
      });
    };
    const naming = (body: BlockBuilder): void => {
      const first = body.name(load("f32", "x", 0));
      body.loop(rowCount, (i, inner) => fillRow(inner, "z", i, () => first));
    };
    expect(countOf(programOf(storing, doubling("x", "w")))).toBe(2);
    expect(countOf(programOf(doubling("x", "y"), changing))).toBe(2);
    expect(countOf(programOf(doubling("x", "y"), naming))).toBe(1);
  });

  test("where one of them is marked and the other not", () => {
    const marked = (body: BlockBuilder): void =>
      body.loop(rowCount, (i, inner) => fillRow(inner, "z", i, (k) => at("x", i, k)), { mode: "parallel" });
    expect(countOf(programOf(doubling("x", "y"), marked))).toBe(2);
  });

  test("of more than 800 statements and parts", () => {
    // Each addition is two parts, and all else in both kernels 29.
    const long =
      (terms: number) =>
      (body: BlockBuilder): void =>
        body.loop(rowCount, (i, row) => {
          const one = at("x", i, i32(0));
          row.store(
            "z",
            i,
            Array.from({ length: terms }).reduce<typeof one>((sum) => binary("add", sum, f32(1.5)), one),
          );
        });
    expect([385, 386].map((terms) => countOf(programOf(doubling("x", "y"), long(terms))))).toEqual([1, 2]);
  });

  test("of rows that take more than 128 KiB together", () => {
    const large = (rowBytes: number): number => {
      const length = (rowBytes / 4) * rowCount;
      const program = withKernels(two(), (kernel) => ({
        ...kernel,
        parameters: kernel.parameters.map((parameter) => ({ ...parameter, length })),
      }));
      return countOf({
        ...program,
        buffers: new Map([...program.buffers].map(([name, buffer]) => [name, { ...buffer, length }])),
      });
    };
    // x, y and z.
    expect(large(43_688)).toBe(1);
    expect(large(43_692)).toBe(2);
  });

  test("where a buffer is given twice", () => {
    const program = two();
    const [entry] = program.entries;
    const calls = entry?.calls.map((call) => ({ ...call, buffers: call.buffers.map(() => "y") })) ?? [];
    const joined = joinRows.run({ ...program, entries: entry === undefined ? [] : [{ ...entry, calls }] }, silent);
    expect(callsOf(joined)).toHaveLength(2);
  });
});
