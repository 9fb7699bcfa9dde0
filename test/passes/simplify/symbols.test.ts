// Rules on extents that are not known yet: whatever they turn out to be, what a rule has made is what was written.
import { describe, expect, test } from "vitest";
import { parseGraph } from "../../../src/ir/text/index.ts";
import { simplify } from "../../../src/passes/pipelines.ts";
import { bindSymbols } from "../../../src/passes/specialize.ts";
import { allBits, feedsFor, opsOf, run } from "../support.ts";

/** The ops that compute, after the rules; the result is the same for every extent. */
const simplified = (inputs: string, ...lines: readonly string[]): readonly string[] => {
  const body = lines.map((line, at) => `%${at} = ${line}`).join("\n");
  const graph = parseGraph(`graph @g(${inputs}) {\n${body}\nentry @main(y = %${lines.length - 1})\n}`);
  const after = simplify.run(graph);
  for (const B of [1, 2, 5]) {
    const [written, made] = [graph, after].map((each) => bindSymbols(each, { B }));
    if (written === undefined || made === undefined) throw new Error("two graphs are bound");
    const feeds = feedsFor(written, B, "special");
    expect(allBits(run(made, feeds).outputs)).toEqual(allBits(run(written, feeds).outputs));
  }
  return opsOf(after).filter((op) => op !== "input");
};

const slice = (starts: string, ends: string, type: string, steps = "1"): string =>
  `slice %0 {starts = [${starts}], ends = [${ends}], steps = [${steps}]} : f32[${type}]`;

const pad = "pad %x {low = [1], high = [2], interior = [0], value = 3} : f32[B + 3]";
const joined = "concat %a, %x, %b {axis = 0} : f32[B + 5]";
const three = "%a: f32[2], %x: f32[B], %b: f32[3]";

describe("extents that are not known", () => {
  test.each<readonly [name: string, ops: readonly string[], given: Parameters<typeof simplified>]>([
    ["the middle of a padding", [], ["%x: f32[B]", pad, slice("1", "B + 1", "B")]],
    ["a part of the padding behind", ["pad", "slice"], ["%x: f32[B]", pad, slice("1", "B + 3", "B + 2")]],
    ["a part of the padding before", ["pad", "slice"], ["%x: f32[B]", pad, slice("0", "B + 1", "B + 1")]],
    ["nothing of the first", ["pad", "slice"], ["%x: f32[B]", pad, slice("2", "B + 2", "B")]],
    ["the first piece", [], [three, joined, slice("0", "2", "2")]],
    ["a part of the first piece", ["slice"], [three, joined, slice("1", "2", "1")]],
    ["a piece behind one of any length", ["concat", "slice"], [three, joined, slice("2", "3", "1")]],
    ["more than the first piece", ["concat", "slice"], [three, joined, slice("1", "3", "2")]],
    ["everything", [], ["%x: f32[B]", "slice %x {starts = [0], ends = [B], steps = [1]} : f32[B]"]],
    [
      "a slice of a slice",
      ["slice"],
      [
        "%x: f32[B + 6]",
        "slice %x {starts = [1], ends = [B + 6], steps = [1]} : f32[B + 5]",
        slice("2", "B + 3", "B + 1"),
      ],
    ],
    [
      "every second of a slice",
      ["slice"],
      [
        "%x: f32[B + 6]",
        "slice %x {starts = [1], ends = [B + 6], steps = [1]} : f32[B + 5]",
        slice("0", "4", "2", "2"),
      ],
    ],
    [
      "a slice of every second",
      ["slice"],
      ["%x: f32[B + 6]", "slice %x {starts = [1], ends = [7], steps = [2]} : f32[3]", slice("1", "3", "2")],
    ],
    [
      "a slice of every second, of rows of any length",
      ["slice", "slice"],
      [
        "%x: f32[8, B]",
        "slice %x {starts = [0, 0], ends = [8, B], steps = [2, 1]} : f32[4, B]",
        "slice %0 {starts = [1, 0], ends = [3, B], steps = [1, 1]} : f32[2, B]",
      ],
    ],
    ["all rows in order", [], ["%x: f32[B, 2]", "iota {axis = 0} : i32[B]", "gather %x, %0 {axis = 0} : f32[B, 2]"]],
    [
      "some rows in order",
      ["iota", "gather"],
      ["%x: f32[B, 2]", "iota {axis = 0} : i32[1]", "gather %x, %0 {axis = 0} : f32[1, 2]"],
    ],
    [
      "one row",
      ["constant", "gather"],
      ["%x: f32[B, 2]", "constant {value = 0} : i32[]", "gather %x, %0 {axis = 0} : f32[2]"],
    ],
    ["a reshape to itself", [], ["%x: f32[B, 2]", "reshape %x : f32[B, 2]"]],
    ["two reshapes", ["reshape"], ["%x: f32[B, 2]", "reshape %x : f32[2 * B]", "reshape %0 : f32[2, B]"]],
    ["a transpose of a unit", ["reshape"], ["%x: f32[B, 1]", "transpose %x {permutation = [1, 0]} : f32[1, B]"]],
    [
      "a transpose of what may be a unit",
      ["transpose"],
      ["%x: f32[B, 2]", "transpose %x {permutation = [1, 0]} : f32[2, B]"],
    ],
    [
      "units dropped",
      ["reshape", "transpose"],
      ["%x: f32[B, 1, 2]", "transpose %x {permutation = [2, 1, 0]} : f32[2, 1, B]", "reshape %0 : f32[2, B]"],
    ],
    ["a broadcast to itself", [], ["%x: f32[B]", "broadcast %x : f32[B]"]],
    ["a broadcast to any extent", ["broadcast"], ["%x: f32[1], %b: f32[B]", "broadcast %x : f32[B]"]],
    ["a sum over one", ["reshape"], ["%x: f32[B, 1]", "reduce %x {axes = [1], fn = max, keepDims = false} : f32[B]"]],
    [
      "a sum over what may be one",
      ["reduce max"],
      ["%x: f32[B, 2]", "reduce %x {axes = [0], fn = max, keepDims = false} : f32[2]"],
    ],
    [
      "a sum over what is repeated",
      ["broadcast", "reduce max"],
      ["%x: f32[B]", "broadcast %x : f32[3, B]", "reduce %0 {axes = [1], fn = max, keepDims = false} : f32[3]"],
    ],
    ["a padding by nothing", [], ["%x: f32[B]", "pad %x {low = [0], high = [0], interior = [0], value = 3} : f32[B]"]],
    [
      "a piece of no length",
      ["concat"],
      ["%a: f32[0], %x: f32[B], %b: f32[3]", "concat %a, %x, %b {axis = 0} : f32[B + 3]"],
    ],
  ])("%s", (_, ops, given) => expect(simplified(...given)).toEqual(ops));
});
