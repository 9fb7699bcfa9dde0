// W108 to W118: what is written of a node. Each is brought about and shown whole.
import { describe, expect, it } from "vitest";
import { type Case, line, reading } from "../support/rendered.ts";

const attributes: readonly Case[] = [
  {
    code: "W108",
    actual: () => reading(line("  %0 = matmul %x : f32[B, 3]")),
    expected: `error[W108]: matmul: the number of operands differs: 1 vs 2 expected

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = matmul %x : f32[B, 3]
     |        ^^^^^^
  help: matmul has 2 operands.`,
  },
  {
    code: "W108",
    actual: () => reading(line("  %0, %1 = matmul %x, %y : f32[B, 3]")),
    expected: `error[W108]: matmul: the number of results differs: 2 vs 1 expected

  model.weft:2:12
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0, %1 = matmul %x, %y : f32[B, 3]
     |            ^^^^^^
  help: matmul has 1 result.`,
  },
  {
    code: "W108",
    actual: () => reading(line("  %0 = matmul %x, %y : f32[B, 3], f32[B, 3]")),
    expected: `error[W108]: matmul: the number of types differs: 2 vs 1 expected

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = matmul %x, %y : f32[B, 3], f32[B, 3]
     |        ^^^^^^
  help: write one type for each result.`,
  },
  {
    code: "W110",
    actual: () => reading(line("  %0 = reduce %x {fn = sum, axes = [1], keepdims} : f32[B, 1]")),
    expected: `error[W110]: reduce: there is no attribute keepdims

  model.weft:2:41
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = reduce %x {fn = sum, axes = [1], keepdims} : f32[B, 1]
     |                                         ^^^^^^^^
  help: did you mean keepDims?`,
  },
  {
    code: "W110",
    actual: () => reading(line("  %0 = reshape %x {to = [4]} : f32[4*B]")),
    expected: `error[W110]: reshape: there is no attribute to

  model.weft:2:20
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = reshape %x {to = [4]} : f32[4*B]
     |                    ^^
  help: reshape is written without attributes.`,
  },
  {
    code: "W110",
    actual: () => reading(line("  %0 = clamp %x {minimum = 0} : f32[B, 4]")),
    expected: `error[W110]: clamp: there is no attribute minimum

  model.weft:2:18
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = clamp %x {minimum = 0} : f32[B, 4]
     |                  ^^^^^^^
  help: the attributes of clamp are low, high.`,
  },
  {
    code: "W111",
    actual: () => reading(line("  %0 = softmax %x : f32[B, 4]")),
    expected: `error[W111]: softmax: the attribute axis is missing

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = softmax %x : f32[B, 4]
     |        ^^^^^^^
  help: write {axis = ...}: a whole number.`,
  },
  {
    code: "W112",
    actual: () => reading(line("  %0 = softmax %x {axis = [1]} : f32[B, 4]")),
    expected: `error[W112]: softmax: the attribute axis is a whole number, not "[1]"

  model.weft:2:20
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = softmax %x {axis = [1]} : f32[B, 4]
     |                    ^^^^
  help: write axis as a whole number.`,
  },
  {
    code: "W112",
    actual: () => reading(line("  %0 = reduce %x {fn = sum, axes = [B]} : f32[4]")),
    expected: `error[W112]: reduce: the attribute axes is a list of whole numbers such as [1, 2], not "[B]"

  model.weft:2:29
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = reduce %x {fn = sum, axes = [B]} : f32[4]
     |                             ^^^^
  help: write axes as a list of whole numbers such as [1, 2].`,
  },
  {
    code: "W113",
    actual: () => reading(line("  %0 = softmax %x {axis = 1, axis = 0} : f32[B, 4]")),
    expected: `error[W113]: softmax: the attribute axis is given twice

  model.weft:2:30
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = softmax %x {axis = 1, axis = 0} : f32[B, 4]
     |                              ^^^^
  help: keep one of the two.`,
  },
];

const types: readonly Case[] = [
  {
    code: "W109",
    actual: () => reading(line("  %0 = constant {value = 1} : f32[T]")),
    expected: `error[W109]: constant: the symbol T is in no input and no parameter (declared: B)

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = constant {value = 1} : f32[T]
     |        ^^^^^^^^
  help: use a symbol that occurs in the type of an input or parameter, or a number.`,
  },
  {
    code: "W114",
    actual: () => reading(line("  %0 = matmul %x, %y : f32[B, 4]")),
    expected: `error[W114]: matmul: the result types differ: f32[B, 4] written vs f32[B, 3] inferred

  model.weft:2:24
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = matmul %x, %y : f32[B, 4]
     |                        ^^^
  help: write f32[B, 3], or change the operands.`,
  },
  {
    code: "W115",
    actual: () => reading("graph @g(%x: f32[B, 2*]) {}"),
    expected: `error[W115]: graph text: "2*" is no extent: expected a whole number at character 3

  model.weft:1:21
   1 | graph @g(%x: f32[B, 2*]) {}
     |                     ^
  help: write a number, a symbol, or a sum or product of them such as 2*B+1 or floor((H+31)/32).`,
  },
  {
    code: "W115",
    actual: () => reading("graph @g(%x: f32[2*(B+1)]) {}"),
    expected: `error[W115]: graph text: "2*(B+1)" is no extent: parentheses stand only behind floor

  model.weft:1:18
   1 | graph @g(%x: f32[2*(B+1)]) {}
     |                  ^
  help: write a number, a symbol, or a sum or product of them such as 2*B+1 or floor((H+31)/32).`,
  },
  {
    code: "W116",
    actual: () => reading(line('  %w = parameter {name = "w"} : f32[3]\n  entry @step() updates(w = %y)')),
    expected: `error[W116]: entry: the update of "w" has another type: f32[4, 3] vs f32[3]

  model.weft:3:25
   2 |   %w = parameter {name = "w"} : f32[3]
   3 |   entry @step() updates(w = %y)
     |                         ^
  help: a parameter keeps its element type and shape; reshape or cast the new value.`,
  },
];

const contents: readonly Case[] = [
  {
    code: "W117",
    actual: () => reading(line('  %0 = data {id = "table"} : f32[2]')),
    expected: `error[W117]: data: there are no contents named "table"

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = data {id = "table"} : f32[2]
     |        ^^^^
  help: add a line at the end of the graph: contents "id" : f32 = "...", the elements' bytes in base64.`,
  },
  {
    code: "W117",
    actual: () => reading(line('  %0 = data {id = "t"} : f32[2] contents "t" : f32 = elided')),
    expected: `error[W117]: data: the contents of "t" are elided

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = data {id = "t"} : f32[2] contents "t" : f32 = elided
     |        ^^^^
  help: print the graph with its contents: printGraph(graph), without contents: "elided".`,
  },
  {
    code: "W118",
    actual: () => reading(line('  %0 = data {id = "t"} : f32[2] contents "t" : f32 = "AACAPw=="')),
    expected: `error[W118]: data: the contents of "t" have 4 bytes instead of 8 (f32[2])

  model.weft:2:54
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = data {id = "t"} : f32[2] contents "t" : f32 = "AACAPw=="
     |                                                      ^^^^^^^^^^
  help: write the elements in row-major order, little-endian, in base64.`,
  },
  ...(
    [
      ['i32 = "AACAPwAAAEA="', "f32[2]", "are of type i32"],
      ['f32 = "AACAPw"', "f32[2]", "are not in base64"],
      ['f32 = "AACAPwAAAEA="', "f32[B]", "cannot fill symbolic extents"],
      ['bool = "AAI="', "bool[2]", "have a byte above 1"],
    ] as const
  ).map(([table, type, what]): Case => {
    const text = `graph @g(%x: f32[B]) {\n%0 = data {id = "t"} : ${type}\ncontents "t" :\n${table}\n}`;
    const column = table.indexOf('"') + 1;
    return {
      code: "W118",
      actual: () => reading(text),
      expected: `error[W118]: data: the contents of "t" ${what} (${type})

  model.weft:4:${column}
   3 | contents "t" :
   4 | ${table}
     | ${" ".repeat(column - 1)}${"^".repeat(table.length - column + 1)}
  help: write the elements in row-major order, little-endian, in base64.`,
    };
  }),
];

describe("errors of nodes in text", () => {
  it.each([...attributes, ...types, ...contents])("$code", ({ actual, expected }) => {
    expect(actual()).toBe(expected);
  });

  it("points into the text where a typing rule refuses, with the types of the operands", () => {
    const text = line("  %0 = binary %x, %y {fn = add} : f32[B, 4]");
    expect(reading(text)).toBe(`error[W201]: add: shapes differ: f32[B, 4] vs f32[4, 3]

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = binary %x, %y {fn = add} : f32[B, 4]
     |        ^^^^^^
  operand 1  f32[B, 4]  from model.weft:1:10
  operand 2  f32[4, 3]  from model.weft:1:25
  help: elementwise ops of the graph take operands of one shape; broadcast one to the shape of the other.`);
  });

  it("points into the text even where the text records another place, and names that too", () => {
    const text = line('  %0 = softmax %x {axis = 2} : f32[B, 4] loc("model.ts":12:18)');
    expect(reading(text)).toBe(`error[W205]: softmax: axis 2 is outside a shape of 2 axes ([B, 4])

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = softmax %x {axis = 2} : f32[B, 4] loc("model.ts":12:18)
     |        ^^^^^^^
  operand 1       f32[B, 4]  from model.weft:1:10
  recorded place             from model.ts:12:18
  help: use a whole number from -2 to 1; negative axes count from the end.`);
  });

  it("refuses an update of what is no parameter", () => {
    expect(reading(line("  entry @step() updates(x = %x)"))).toBe(`error[W123]: the graph has no parameter named "x"

  model.weft:2:25
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   entry @step() updates(x = %x)
     |                         ^
  help: use the name under which the parameter was declared; printing the graph shows all of them.`);
  });
});
