// Products and sums that leave the step: what each pass does to the smallest step that it is about, and which steps it leaves alone.
import { describe, expect, test } from "vitest";
import { hoistFromScans } from "../../../src/passes/recurrence/hoist-from-scans.ts";
import { sinkFromScans } from "../../../src/passes/recurrence/sink-from-scans.ts";
import { changed, scanning } from "./scanning.ts";

describe("hoist-from-scans", () => {
  /** h + f(x) W, where f is some lines that end in a matrix; their last is before the product. */
  const projecting = (element: string, captured: string, ...lines: readonly string[]): string | undefined =>
    changed(
      hoistFromScans,
      scanning({
        given: `%h: f32[2, 5], %x: f32[3, ${element}, %w: f32[${captured}`,
        operands: "%h, %x, %w",
        inputs: `%h: f32[2, 5], %x: f32[${element}, %w: f32[${captured}`,
        lines: [...lines, `binary %h, %${lines.length - 1} {fn = add} : f32[2, 5]`],
        yields: `%${lines.length}, %${lines.length}`,
        results: "f32[2, 5], f32[3, 2, 5]",
        entry: "h = %0, y = %1",
      }),
    );
  const product = (a: string, more = "transposeA = false, transposeB = false"): string =>
    `matmul ${a}, %w {${more}} : f32[2, 5]`;
  /** Ops on all elements at once, then the product over all rows, then the recurrence, which takes one more sequence. */
  const hoisted = (...ops: readonly string[]): string =>
    [...ops, "reshape, matmul, reshape, scan 4 -> 2, [binary add]"].join(", ");

  test.each<
    readonly [
      name: string,
      expected: string | undefined,
      given: readonly [element: string, captured: string, ...lines: readonly string[]],
    ]
  >([
    ["a product", hoisted(), ["2, 4]", "4, 5]", product("%x")]],
    [
      "a product with a transposed matrix",
      hoisted(),
      ["2, 4]", "5, 4]", product("%x", "transposeA = false, transposeB = true")],
    ],
    [
      "no product of a transposed element",
      undefined,
      ["4, 2]", "4, 5]", product("%x", "transposeA = true, transposeB = false")],
    ],
    [
      "a product of what is made of an element alone",
      hoisted("unary tanh"),
      ["2, 4]", "4, 5]", "unary %x {fn = tanh} : f32[2, 4]", product("%0")],
    ],
    ["of an element reshaped", hoisted("reshape"), ["8]", "4, 5]", "reshape %x : f32[2, 4]", product("%0")]],
    [
      "of an element transposed",
      hoisted("transpose"),
      ["4, 2]", "4, 5]", "transpose %x {permutation = [1, 0]} : f32[2, 4]", product("%0")],
    ],
    ["of a row repeated", hoisted("reshape", "broadcast"), ["4]", "4, 5]", "broadcast %x : f32[2, 4]", product("%0")]],
    [
      "of a part of an element",
      hoisted("slice"),
      ["5, 9]", "4, 5]", "slice %x {starts = [1, 2], ends = [5, 9], steps = [2, 2]} : f32[2, 4]", product("%0")],
    ],
    [
      "of an element with a border",
      hoisted("pad"),
      [
        "2, 2]",
        "4, 5]",
        "pad %x {low = [0, 1], high = [0, 0], interior = [0, 1], value = 3} : f32[2, 4]",
        product("%0"),
      ],
    ],
    [
      "of an element times what is captured",
      hoisted("slice", "broadcast", "binary mul"),
      [
        "2, 4]",
        "4, 5]",
        "slice %w {starts = [0, 0], ends = [2, 4], steps = [1, 1]} : f32[2, 4]",
        "binary %x, %0 {fn = mul} : f32[2, 4]",
        product("%1"),
      ],
    ],
    [
      "the last of two products, by way of the first",
      "reshape, matmul, reshape, unary tanh, reshape, matmul, reshape, scan 4 -> 2, [binary add]",
      ["2, 5]", "5, 5]", product("%x"), "unary %0 {fn = tanh} : f32[2, 5]", product("%1")],
    ],
    [
      "of an element times a constant",
      hoisted("constant", "broadcast", "binary mul"),
      ["2, 4]", "4, 5]", "constant {value = 2} : f32[2, 4]", "binary %x, %0 {fn = mul} : f32[2, 4]", product("%1")],
    ],
    [
      "of an element flipped, which no rule knows",
      undefined,
      ["2, 4]", "4, 5]", "flip %x {axes = [1]} : f32[2, 4]", product("%0")],
    ],
    [
      "of what is made of an element flipped",
      undefined,
      ["2, 4]", "4, 5]", "flip %x {axes = [1]} : f32[2, 4]", "unary %0 {fn = tanh} : f32[2, 4]", product("%1")],
    ],
    [
      "no product of what the state is in",
      undefined,
      ["2, 5]", "5, 5]", "binary %x, %h {fn = add} : f32[2, 5]", product("%0")],
    ],
    ["nothing without a product", undefined, ["2, 5]", "5, 5]", "unary %x {fn = tanh} : f32[2, 5]"]],
  ])("%s", (_, expected, given) => expect(projecting(...given)).toBe(expected));
});

describe("sink-from-scans", () => {
  /** A step with one state, one sequence a and one sequence b of matrices, and a captured matrix w. */
  const sinking = (lines: readonly string[], yields: string, results: string, entry: string): string | undefined =>
    changed(
      sinkFromScans,
      scanning({
        given: "%h: f32[4, 5], %a: f32[3, 2, 4], %w: f32[4, 5]",
        operands: "%h, %a, %w",
        inputs: "%h: f32[4, 5], %a: f32[2, 4], %w: f32[4, 5]",
        lines,
        yields,
        results,
        entry,
      }),
    );
  const product = "matmul %a, %w {transposeA = false, transposeB = false} : f32[2, 5]";
  const ofProducts = "matmul %a, %0 {transposeA = true, transposeB = false} : f32[4, 5]";
  const both = "f32[4, 5], f32[3, 2, 5]";
  const state = "f32[4, 5]";

  test.each<readonly [name: string, expected: string | undefined, given: Parameters<typeof sinking>]>([
    [
      "a product that only the caller reads",
      "scan 3 -> 1, reshape, matmul, reshape, [unary tanh]",
      [[product, "unary %h {fn = tanh} : f32[4, 5]"], "%1, %0", both, "h = %0, y = %1"],
    ],
    [
      "no product that the step reads",
      undefined,
      [
        [product, "unary %0 {fn = tanh} : f32[2, 5]", "unary %h {fn = tanh} : f32[4, 5]"],
        "%2, %0",
        both,
        "h = %0, y = %1",
      ],
    ],
    [
      "no product of which the rows are not those of all steps",
      undefined,
      [
        [
          "unary %a {fn = exp} : f32[2, 4]",
          "matmul %0, %a {transposeA = true, transposeB = false} : f32[4, 4]",
          "matmul %1, %w {transposeA = false, transposeB = false} : f32[4, 5]",
          "binary %h, %2 {fn = add} : f32[4, 5]",
        ],
        "%3",
        state,
        "h = %0",
      ],
    ],
    [
      "products of rows of all steps, summed",
      "scan 2 -> 1, reshape, reshape, matmul, binary add, [matmul]",
      [[product, ofProducts, "binary %h, %1 {fn = add} : f32[4, 5]"], "%2", state, "h = %0"],
    ],
    [
      "whichever side the state stands on",
      "scan 2 -> 1, reshape, reshape, matmul, binary add, [matmul]",
      [[product, ofProducts, "binary %1, %h {fn = add} : f32[4, 5]"], "%2", state, "h = %0"],
    ],
    [
      "no difference",
      undefined,
      [[product, ofProducts, "binary %1, %h {fn = sub} : f32[4, 5]"], "%2", state, "h = %0"],
    ],
    [
      "no sum of which each step reads what there is",
      undefined,
      [
        [product, ofProducts, "binary %h, %1 {fn = add} : f32[4, 5]", "unary %2 {fn = neg} : f32[4, 5]"],
        "%2, %3",
        "f32[4, 5], f32[3, 4, 5]",
        "h = %0, y = %1",
      ],
    ],
    [
      "no sum of which each step gives what there was",
      undefined,
      [
        [product, ofProducts, "binary %h, %1 {fn = add} : f32[4, 5]"],
        "%2, %h",
        "f32[4, 5], f32[3, 4, 5]",
        "h = %0, y = %1",
      ],
    ],
    ["no doubling", undefined, [["binary %h, %h {fn = add} : f32[4, 5]"], "%0", state, "h = %0"]],
    [
      "a product of what the step computes, which it then gives",
      "scan 3 -> 2, reshape, matmul, reshape, [unary tanh, unary neg]",
      [
        [
          "unary %a {fn = tanh} : f32[2, 4]",
          "matmul %0, %w {transposeA = false, transposeB = false} : f32[2, 5]",
          "unary %h {fn = neg} : f32[4, 5]",
        ],
        "%2, %1",
        both,
        "h = %0, y = %1",
      ],
    ],
    [
      "no product of sums",
      undefined,
      [
        [
          product,
          ofProducts,
          "matmul %a, %0 {transposeA = true, transposeB = false} : f32[4, 5]",
          "binary %1, %2 {fn = mul} : f32[4, 5]",
          "binary %h, %3 {fn = add} : f32[4, 5]",
        ],
        "%4",
        state,
        "h = %0",
      ],
    ],
    [
      "a sum of sums",
      "scan 2 -> 1, reshape, reshape, matmul, reshape, reshape, matmul, binary add, binary add, [matmul]",
      [
        [
          product,
          ofProducts,
          "matmul %a, %0 {transposeA = true, transposeB = false} : f32[4, 5]",
          "binary %1, %2 {fn = add} : f32[4, 5]",
          "binary %h, %3 {fn = add} : f32[4, 5]",
        ],
        "%4",
        state,
        "h = %0",
      ],
    ],
  ])("%s", (_, expected, given) => expect(sinking(...given)).toBe(expected));

  /** A step whose state gathers sums of rows. */
  const gathering = (
    lines: readonly string[],
    yields = `%${lines.length - 1}`,
    results = "f32[4]",
    entry = "h = %0",
  ): string | undefined =>
    changed(
      sinkFromScans,
      scanning({
        given: "%h: f32[4], %a: f32[3, 2, 4], %w: f32[2, 4]",
        operands: "%h, %a, %w",
        inputs: "%h: f32[4], %a: f32[2, 4], %w: f32[2, 4]",
        lines,
        yields,
        results,
        entry,
      }),
    );

  test.each<readonly [name: string, expected: string | undefined, given: Parameters<typeof gathering>]>([
    [
      "a sum of rows",
      "reduce sum, binary add",
      [["reduce %a {axes = [0], fn = sum, keepDims = false} : f32[4]", "binary %h, %0 {fn = add} : f32[4]"]],
    ],
    [
      "a sum of rows that keeps its axis",
      "reduce sum, reshape, reshape, binary add",
      [
        [
          "reduce %a {axes = [0], fn = sum, keepDims = true} : f32[1, 4]",
          "reshape %0 : f32[4]",
          "binary %h, %1 {fn = add} : f32[4]",
        ],
      ],
    ],
    [
      "no maximum",
      undefined,
      [["reduce %a {axes = [0], fn = max, keepDims = false} : f32[4]", "binary %h, %0 {fn = add} : f32[4]"]],
    ],
    [
      "no sum of what is captured",
      undefined,
      [["reduce %w {axes = [0], fn = sum, keepDims = false} : f32[4]", "binary %h, %0 {fn = add} : f32[4]"]],
    ],
    [
      "no sum of something else",
      undefined,
      [
        [
          "reduce %a {axes = [0], fn = max, keepDims = false} : f32[4]",
          "unary %0 {fn = exp} : f32[4]",
          "binary %h, %1 {fn = add} : f32[4]",
        ],
      ],
    ],
    [
      "but where that is there for all steps anyway",
      "scan 2 -> 2, reduce sum, binary add, [reduce max, unary exp]",
      [
        [
          "reduce %a {axes = [0], fn = max, keepDims = false} : f32[4]",
          "unary %0 {fn = exp} : f32[4]",
          "binary %h, %1 {fn = add} : f32[4]",
        ],
        "%2, %1",
        "f32[4], f32[3, 4]",
        "h = %0, y = %1",
      ],
    ],
  ])("%s", (_, expected, given) => expect(gathering(...given)).toBe(expected));

  test("a product that the next step begins with stays", () => {
    const step = scanning({
      given: "%h: f32[2, 5], %a: f32[3, 2, 4], %w: f32[4, 5]",
      operands: "%h, %a, %w",
      inputs: "%h: f32[2, 5], %a: f32[2, 4], %w: f32[4, 5]",
      lines: [product],
      yields: "%0, %0",
      results: "f32[2, 5], f32[3, 2, 5]",
      entry: "h = %0, y = %1",
    });
    expect(changed(sinkFromScans, step)).toBeUndefined();
  });
});
