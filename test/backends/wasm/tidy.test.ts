// What is done to a function after it is emitted: unread locals, values moved to their use, shared places.
import { describe, expect, test } from "vitest";
import { forwardValues } from "../../../src/backends/wasm/forward-values.ts";
import {
  type Instruction,
  i32Const,
  type Local,
  localGet,
  localSet,
  localTee,
  plain,
} from "../../../src/backends/wasm/instruction.ts";
import { printWat } from "../../../src/backends/wasm/print-wat.ts";
import { removeUnread } from "../../../src/backends/wasm/remove-unread.ts";
import { shareLocals } from "../../../src/backends/wasm/share-locals.ts";

const [p, a, b, c] = [0, 1, 2, 3];
const load = (address: Instruction): Instruction => ({
  kind: "memory",
  op: "i32.load",
  offset: 0,
  align: 4,
  operands: [address],
});
const store = (address: Instruction, value: Instruction): Instruction => ({
  kind: "memory",
  op: "i32.store",
  offset: 0,
  align: 4,
  operands: [address, value],
});
const sum = (left: Instruction, right: Instruction): Instruction => plain("i32.add", left, right);
const loop = (...body: Instruction[]): Instruction => ({ kind: "block", op: "loop", body });

const parameters: readonly Local[] = [{ name: "p", type: "i32" }];
const i32 = (...names: string[]): readonly Local[] => names.map((name) => ({ name, type: "i32" }));

/** The statements as text, one a line. */
const text = (body: readonly Instruction[], locals: readonly Local[] = i32("a", "b", "c")): readonly string[] =>
  printWat({
    memory: { pages: 1 },
    functions: [{ name: "f", parameters, locals, body }],
    exports: [],
    data: [],
  })
    .replaceAll(/\(local \$\w+ \w+\)/g, "")
    .split("\n")
    .slice(5)
    .map((line) => line.trim().replace(/\){2}$/, ")"))
    .filter((line) => line !== "");

describe("unread locals", () => {
  test("go with what was computed for them alone", () => {
    const body = [
      localSet(a, i32Const(1)),
      localSet(b, sum(localGet(a), i32Const(2))),
      localSet(c, sum(localGet(b), i32Const(1))),
      store(localGet(p), i32Const(3)),
    ];
    expect(removeUnread(body)).toEqual(body.slice(3));
  });

  test("go even if they advance themselves", () => {
    const advance = localSet(a, sum(localGet(a), i32Const(4)));
    expect(removeUnread([localSet(a, i32Const(0)), loop(advance)])).toEqual([loop()]);
  });

  test("leave behind what is written on the way to them", () => {
    const body = [localSet(a, sum(localTee(b, i32Const(1)), i32Const(2))), store(localGet(p), localGet(b))];
    expect(removeUnread(body)).toEqual([localSet(b, i32Const(1)), body[1]]);
    expect(removeUnread([store(localGet(p), localTee(a, i32Const(1)))])).toEqual([store(localGet(p), i32Const(1))]);
  });
});

describe("values", () => {
  test("move to where they are read once", () => {
    const body = [
      localSet(a, load(localGet(p))),
      localSet(b, sum(localGet(a), i32Const(1))),
      store(localGet(p), localGet(b)),
    ];
    expect(forwardValues(body)).toEqual([store(localGet(p), sum(load(localGet(p)), i32Const(1)))]);
  });

  test("are written on the way where they are read again", () => {
    const body = [localSet(a, load(localGet(p))), store(localGet(p), sum(localGet(a), localGet(a)))];
    expect(forwardValues(body)).toEqual([store(localGet(p), sum(localTee(a, load(localGet(p))), localGet(a)))]);
  });

  test.each<[string, readonly Instruction[]]>([
    ["a store, if they were loaded", [store(localGet(p), i32Const(1))]],
    ["a write to what they read", [localSet(c, i32Const(8))]],
    ["a loop", [loop()]],
    ["a call", [{ kind: "call", function: 0, operands: [] }]],
  ])("do not move past %s", (_, between) => {
    const body = [localSet(a, load(localGet(c))), ...between, store(localGet(p), localGet(a))];
    expect(forwardValues(body)).toEqual(body);
  });

  test("do not move past a write within the statement that reads them", () => {
    const body = [localSet(a, sum(localGet(b), i32Const(1))), store(localTee(b, localGet(p)), localGet(a))];
    expect(forwardValues(body)).toEqual(body);
  });

  test("do not move into loops", () => {
    const body = [localSet(a, load(localGet(p))), loop(store(localGet(p), localGet(a)))];
    expect(forwardValues(body)).toEqual(body);
  });
});

describe("places", () => {
  const share = (names: readonly Local[], body: readonly Instruction[]) => {
    const shared = shareLocals(parameters, names, body);
    return { names: shared.locals.map(({ name }) => name), lines: text(shared.body, shared.locals) };
  };
  const use = (local: number): readonly Instruction[] => [
    localSet(local, i32Const(local)),
    store(localGet(p), localGet(local)),
  ];

  test("are shared by locals of one name that are never alive together", () => {
    const { names, lines } = share(i32("acc0", "acc1", "acc2"), [loop(...use(a)), loop(...use(b)), ...use(c)]);
    expect(names).toEqual(["acc0"]);
    expect(lines.filter((line) => line.includes("local.set"))).toHaveLength(3);
  });

  test("are not shared by locals of other names or types, or alive together", () => {
    expect(share(i32("x0", "y0"), [...use(a), ...use(b)]).names).toEqual(["x0", "y0"]);
    const together = [localSet(a, i32Const(1)), loop(...use(b)), store(localGet(p), localGet(a))];
    expect(share(i32("x0", "x1"), together).names).toEqual(["x0", "x1"]);
  });

  test("what lives around a loop keeps its place in it", () => {
    const body = [
      localSet(a, i32Const(0)),
      loop(localSet(a, sum(localGet(a), i32Const(1))), ...use(b)),
      store(localGet(p), i32Const(1)),
    ];
    expect(share(i32("x0", "x1"), body).names).toEqual(["x0", "x1"]);
  });

  test("of one type stand together, and those that nothing uses are gone", () => {
    const locals: readonly Local[] = [
      { name: "v", type: "v128" },
      { name: "i", type: "i32" },
      { name: "gone", type: "f32" },
    ];
    const zero: Instruction = { kind: "vectorConst", shape: "i32x4", lanes: [0, 0, 0, 0] };
    const shared = shareLocals(parameters, locals, [localSet(a, zero), localSet(b, i32Const(1))]);
    expect(shared).toEqual({ locals: [locals[1], locals[0]], body: [localSet(2, zero), localSet(1, i32Const(1))] });
  });
});
