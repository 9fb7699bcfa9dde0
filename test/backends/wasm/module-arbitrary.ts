// Random well-typed modules: every instruction of the opcode table, in trees that an assembler accepts.
import fc from "fast-check";
import {
  type Instruction,
  type Local,
  localGet,
  plain,
  type ValueType,
  type WasmFunction,
  type WasmModule,
} from "../../../src/backends/wasm/instruction.ts";
import { type MemoryOp, naturalAlignment, type PlainOp, plainOps } from "../../../src/backends/wasm/opcodes.ts";

/** What a plain instruction takes and gives, read off its name. */
interface Type {
  readonly op: PlainOp;
  readonly takes: readonly ValueType[];
  readonly gives: ValueType;
}

const scalarTypes = ["i32", "f32", "f64"] as const;
const comparisons = /\.(eq|ne|lt|gt|le|ge)(_[su])?$/;
const oneOperand = /\.(abs|neg|ceil|floor|trunc|nearest|sqrt|not)$/;
const conversion = /(?:convert|demote|promote|reinterpret|trunc_sat|extend_low)_([if]\d+(?:x\d+)?)/;

const valueType = (prefix: string): ValueType => scalarTypes.find((type) => type === prefix) ?? "v128";

const typeOf = (op: PlainOp): Type => {
  const [prefix = "", name = ""] = op.split(".");
  const own = valueType(prefix);
  const source = conversion.exec(op)?.[1];
  if (/relaxed_n?madd$/.test(op)) return { op, takes: [own, own, own], gives: own };
  if (op === "select") return { op, takes: ["f32", "f32", "i32"], gives: "f32" };
  if (name === "splat") return { op, takes: [prefix === "f32x4" ? "f32" : "i32"], gives: "v128" };
  if (name === "eqz") return { op, takes: ["i32"], gives: "i32" };
  if (name === "any_true") return { op, takes: ["v128"], gives: "i32" };
  if (name === "bitselect") return { op, takes: ["v128", "v128", "v128"], gives: "v128" };
  if (source !== undefined) return { op, takes: [valueType(source)], gives: own };
  if (oneOperand.test(op)) return { op, takes: [own], gives: own };
  if (comparisons.test(op)) return { op, takes: [own, own], gives: own === "v128" ? "v128" : "i32" };
  if (own === "v128" && name.startsWith("sh")) return { op, takes: ["v128", "i32"], gives: "v128" };
  return { op, takes: [own, own], gives: own };
};

const types: readonly ValueType[] = [...scalarTypes, "v128"];
const memoryOps = Object.keys(naturalAlignment) as readonly MemoryOp[];
const memoryType = (op: MemoryOp): ValueType => valueType(op.split(".")[0] ?? "");

/** Locals of a function come in runs of one type, which the encoder joins. */
const localTypes: readonly ValueType[] = ["i32", "i32", "f32", "f64", "f64", "v128", "i32", "v128"];
const parameterTypes: readonly ValueType[] = ["i32", "f32"];

const localOf = (type: ValueType): fc.Arbitrary<number> =>
  fc.constantFrom(...[...parameterTypes, ...localTypes].flatMap((each, index) => (each === type ? [index] : [])));

const lanesOf = (lane: fc.Arbitrary<number>): fc.Arbitrary<[number, number, number, number]> =>
  fc.tuple(lane, lane, lane, lane);

const constants: { readonly [T in ValueType]: fc.Arbitrary<Instruction> } = {
  i32: fc.integer().map((value) => ({ kind: "const", type: "i32", value })),
  f32: fc.float().map((value) => ({ kind: "const", type: "f32", value })),
  f64: fc.double().map((value) => ({ kind: "const", type: "f64", value })),
  v128: fc.oneof(
    lanesOf(fc.integer()).map((lanes): Instruction => ({ kind: "vectorConst", shape: "i32x4", lanes })),
    lanesOf(fc.float()).map((lanes): Instruction => ({ kind: "vectorConst", shape: "f32x4", lanes })),
  ),
};

const immediatesOf = (op: MemoryOp): fc.Arbitrary<{ readonly offset: number; readonly align: number }> =>
  fc.record({
    offset: fc.oneof(fc.constant(0), fc.nat(), fc.constant(2 ** 32 - 1)),
    align: fc.nat({ max: Math.log2(naturalAlignment[op]) }).map((power) => 2 ** power),
  });

type Values = { readonly [T in ValueType]: fc.Arbitrary<Instruction> };

const laneValues = (type: ValueType, of: Values): readonly fc.Arbitrary<Instruction>[] => {
  if (type === "v128") {
    const bytes = fc.array(fc.nat({ max: 31 }), { minLength: 16, maxLength: 16 });
    return [fc.tuple(bytes, of.v128, of.v128).map(([at, a, b]) => ({ kind: "shuffle", bytes: at, operands: [a, b] }))];
  }
  if (type === "f64") return [];
  const op = type === "f32" ? "f32x4.extract_lane" : "i32x4.extract_lane";
  return [fc.tuple(fc.nat({ max: 3 }), of.v128).map(([lane, a]) => ({ kind: "lane", op, lane, operands: [a] }))];
};

const valuesOf = (type: ValueType, of: Values): fc.Arbitrary<Instruction> =>
  fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    constants[type],
    localOf(type).map(localGet),
    ...plainOps
      .map(typeOf)
      .filter(({ gives }) => gives === type)
      .map(({ op, takes }) => fc.tuple(...takes.map((each) => of[each])).map((operands) => plain(op, ...operands))),
    ...memoryOps
      .filter((op) => op.includes("load") && memoryType(op) === type)
      .map((op) =>
        fc
          .tuple(immediatesOf(op), of.i32)
          .map(([at, base]): Instruction => ({ kind: "memory", op, ...at, operands: [base] })),
      ),
    fc
      .tuple(localOf(type), of[type])
      .map(([local, value]): Instruction => ({ kind: "local", op: "local.tee", local, operands: [value] })),
    fc
      .tuple(of.i32, of[type], of[type])
      .map(([condition, a, b]): Instruction => ({ kind: "if", result: type, condition, then: [a], otherwise: [b] })),
    ...laneValues(type, of),
  );

/** Values of each type, nested a few levels deep. */
const values: Values = fc.letrec<{ [T in ValueType]: Instruction }>((tie) => {
  const of: Values = { i32: tie("i32"), f32: tie("f32"), f64: tie("f64"), v128: tie("v128") };
  return { i32: valuesOf("i32", of), f32: valuesOf("f32", of), f64: valuesOf("f64", of), v128: valuesOf("v128", of) };
});

const storeOf = (op: MemoryOp): fc.Arbitrary<Instruction> =>
  fc
    .tuple(immediatesOf(op), values.i32, values[memoryType(op)])
    .map(([at, base, value]) => ({ kind: "memory", op, ...at, operands: [base, value] }));

const assignmentTo = (type: ValueType): fc.Arbitrary<Instruction> =>
  fc
    .tuple(localOf(type), values[type])
    .map(([local, value]) => ({ kind: "local", op: "local.set", local, operands: [value] }));

/** Branches go to one of the two blocks that stand around every body. */
const target = fc.nat({ max: 1 });

const simpleStatements: readonly fc.Arbitrary<Instruction>[] = [
  fc.constantFrom(...types).chain(assignmentTo),
  fc.constantFrom(...memoryOps.filter((op) => op.includes("store"))).chain(storeOf),
  fc
    .tuple(fc.constantFrom("memory.copy" as const, "memory.fill" as const), values.i32, values.i32, values.i32)
    .map(([op, a, b, c]) => ({ kind: "bulk", op, operands: [a, b, c] })),
  fc
    .tuple(target, values.i32)
    .map(([depth, condition]) => ({ kind: "branch", op: "br_if", depth, operands: [condition] })),
  target.map((depth) => ({ kind: "branch", op: "br", depth, operands: [] })),
  fc.tuple(values.i32, values.f32).map(([a, b]) => ({ kind: "call", function: 0, operands: [a, b] })),
];

const statements = fc.letrec<{ one: Instruction; body: readonly Instruction[] }>((tie) => ({
  body: fc.array(tie("one"), { maxLength: 3 }),
  one: fc.oneof(
    { depthSize: "small" },
    ...simpleStatements,
    fc
      .tuple(fc.constantFrom("block" as const, "loop" as const), tie("body"))
      .map(([op, body]): Instruction => ({ kind: "block", op, body })),
    fc
      .tuple(values.i32, tie("body"), tie("body"))
      .map(([condition, then, otherwise]): Instruction => ({ kind: "if", condition, then, otherwise })),
  ),
}));

const named = (prefix: string, each: readonly ValueType[]): readonly Local[] =>
  each.map((type, index) => ({ name: `${prefix}${index}`, type }));

const block = (op: "block" | "loop", body: readonly Instruction[]): Instruction => ({ kind: "block", op, body });

const functionOf = (name: string, hasResult: boolean): fc.Arbitrary<WasmFunction> =>
  fc.tuple(statements.body, values.v128).map(([body, result]) => ({
    name,
    comment: `${name}\n(module) is "random"`,
    parameters: named("p", parameterTypes),
    ...(hasResult ? { result: "v128" as const } : {}),
    locals: named("l", localTypes),
    body: [block("block", [block("loop", body)]), ...(hasResult ? [result] : [])],
  }));

/** Modules of one to three functions with data, own or imported memory, exports or none. */
export const modules: fc.Arbitrary<WasmModule> = fc
  .record({
    functions: fc.tuple(functionOf("first", false), functionOf("second", true), functionOf("third", false)),
    count: fc.integer({ min: 1, max: 3 }),
    pages: fc.constantFrom(0, 1, 200, 65536),
    imported: fc.boolean(),
    exported: fc.boolean(),
    data: fc.array(fc.record({ offset: fc.nat({ max: 2 ** 32 - 1 }), bytes: fc.uint8Array({ maxLength: 200 }) }), {
      maxLength: 3,
    }),
  })
  .map(({ functions, count, pages, imported, exported, data }) => ({
    comment: "random",
    memory: {
      pages,
      ...(imported ? { importedAs: { module: "env", name: "memory" } } : {}),
      ...(exported ? { exportedAs: "memory" } : {}),
    },
    functions: functions.slice(0, count),
    exports: exported ? [{ name: "entry0", function: 0 }] : [],
    data: data.map((segment) => ({ ...segment, comment: "some\nbytes" })),
  }));
