// W101, W104 to W107, W119 and W130: names, and words where they stand. Each is brought about and shown whole.
import { describe, expect, it } from "vitest";
import { type Case, line, reading } from "../support/rendered.ts";

const names: readonly Case[] = [
  {
    code: "W101",
    actual: () => reading("graph @g(%x: f32[2], %x: i32[]) {}"),
    expected: `error[W101]: the name "x" is given to two inputs or parameters

  model.weft:1:22
   1 | graph @g(%x: f32[2], %x: i32[]) {}
     |                      ^^
  help: give each input and each parameter a name of its own.`,
  },
  {
    code: "W104",
    actual: () => reading(line("  %0 = unary %x {fn = exp} f32[B, 4]")),
    expected: `error[W104]: graph text: expected ":" and the type, found "f32"

  model.weft:2:28
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = unary %x {fn = exp} f32[B, 4]
     |                            ^^^
  help: compare with what printGraph writes for a graph of yours.`,
  },
  {
    code: "W104",
    actual: () => reading("graph @g(%x: f32[B, ]) {}"),
    expected: `error[W104]: graph text: expected an extent, found "]"

  model.weft:1:21
   1 | graph @g(%x: f32[B, ]) {}
     |                     ^
  help: compare with what printGraph writes for a graph of yours.`,
  },
  {
    code: "W104",
    actual: () => reading(line("  %0 = softmax %x {axis = } : f32[B, 4]")),
    expected: `error[W104]: graph text: expected a value for the attribute, found "}"

  model.weft:2:27
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = softmax %x {axis = } : f32[B, 4]
     |                           ^
  help: compare with what printGraph writes for a graph of yours.`,
  },
  {
    code: "W105",
    actual: () => reading(line("  %0 = matmull %x, %y : f32[B, 3]")),
    expected: `error[W105]: graph text: there is no op named "matmull"

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = matmull %x, %y : f32[B, 3]
     |        ^^^^^^^
  help: did you mean matmul?`,
  },
  {
    code: "W105",
    actual: () => reading(line("  %0 = exp %x : f32[B, 4]")),
    expected: `error[W105]: graph text: there is no op named "exp"

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = exp %x : f32[B, 4]
     |        ^^^
  help: scalar functions are attributes: exp is unary {fn = exp}, add is binary {fn = add}.`,
  },
  {
    code: "W106",
    actual: () => reading(line("  %0 = matmul %weights, %y : f32[B, 3]")),
    expected: `error[W106]: graph text: the value %weights is not defined before it is used

  model.weft:2:15
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = matmul %weights, %y : f32[B, 3]
     |               ^^^^^^^^
  help: define it in a line above, or as an input.`,
  },
  {
    code: "W107",
    actual: () => reading(line("  %x = unary %x {fn = exp} : f32[B, 4]")),
    expected: `error[W107]: graph text: the value %x is defined twice

  model.weft:2:3
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %x = unary %x {fn = exp} : f32[B, 4]
     |   ^^
  help: give each result a name of its own; printing numbers them anew.`,
  },
  {
    code: "W119",
    actual: () => reading(line("  entry @main(z = %x, z = %y)")),
    expected: `error[W119]: graph text: the name "z" is given twice, as an output of main

  model.weft:2:23
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   entry @main(z = %x, z = %y)
     |                       ^
  help: give each a name of its own.`,
  },
  {
    code: "W119",
    actual: () => reading(line("  entry @main() entry @main()")),
    expected: `error[W119]: graph text: the name "main" is given twice, as an entry

  model.weft:2:23
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   entry @main() entry @main()
     |                       ^^^^^
  help: give each a name of its own.`,
  },
  {
    code: "W130",
    actual: () => reading(line('  %0 = input {name = "z"} : f32[]')),
    expected: `error[W130]: graph text: an input stands among the nodes

  model.weft:2:8
   1 | graph @g(%x: f32[B, 4], %y: f32[4, 3]) {
   2 |   %0 = input {name = "z"} : f32[]
     |        ^^^^^
  help: declare inputs in the first line: graph @name(%x: f32[B]).`,
  },
];

describe("errors of names in graphs", () => {
  it.each(names)("$code", ({ actual, expected }) => {
    expect(actual()).toBe(expected);
  });
});
