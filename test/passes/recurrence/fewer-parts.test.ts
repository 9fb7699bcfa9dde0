// Recurrences with fewer parts: what each pass does to the smallest step that it is about, and which steps it leaves alone.
import { describe, expect, test } from "vitest";
import { absorbMovement } from "../../../src/passes/recurrence/absorb-movement.ts";
import { mergeScans } from "../../../src/passes/recurrence/merge-scans.ts";
import { trimScans } from "../../../src/passes/recurrence/trim-scans.ts";
import { changed, scanning } from "./scanning.ts";

describe("trim-scans", () => {
  const trimming = (
    lines: readonly string[],
    yields: string,
    results: string,
    entry: string,
    operands = "%h, %a, %w, %v",
  ): string | undefined =>
    changed(
      trimScans,
      scanning({
        given: "%h: f32[4], %a: f32[3, 4], %w: f32[4], %v: f32[4]",
        operands,
        inputs: "%h: f32[4], %a: f32[4], %w: f32[4], %v: f32[4]",
        lines,
        yields,
        results,
        entry,
      }),
    );
  const step = [
    "binary %h, %a {fn = add} : f32[4]",
    "binary %0, %w {fn = mul} : f32[4]",
    "binary %1, %v {fn = add} : f32[4]",
  ];
  const all = "f32[4], f32[3, 4], f32[3, 4]";

  test.each<readonly [name: string, expected: string | undefined, given: Parameters<typeof trimming>]>([
    ["nothing where all is needed", undefined, [step, "%2, %1, %0", all, "h = %0, y = %1, z = %2"]],
    [
      "an output that nobody reads",
      "scan 4 -> 2, [binary add, binary mul, binary add]",
      [step, "%2, %1, %0", all, "h = %0, z = %2"],
    ],
    [
      "a state that nobody reads stays where a step needs it",
      "scan 4 -> 2, [binary add, binary mul, binary add]",
      [step, "%2, %1, %0", all, "y = %1"],
    ],
    [
      "a state that no step needs",
      "scan 1 -> 1, [unary exp]",
      [
        ["unary %a {fn = exp} : f32[4]", ...step.map((line) => line.replace("%1", "%2").replace("%0", "%1"))],
        "%3, %0",
        "f32[4], f32[3, 4]",
        "y = %1",
      ],
    ],
    [
      "a state that never changes",
      "scan 3 -> 1, [binary add, binary mul]",
      [step, "%h, %1", "f32[4], f32[3, 4]", "h = %0, y = %1"],
    ],
    [
      "an output that is given twice",
      "scan 4 -> 2, [binary add, binary mul, binary add]",
      [step, "%2, %1, %1", all, "h = %0, y = %1, z = %2"],
    ],
    [
      "an output that is the sequence",
      "scan 4 -> 2, [binary add, binary mul, binary add]",
      [step, "%2, %1, %a", all, "h = %0, y = %1, z = %2"],
    ],
    [
      "what is captured twice",
      "scan 3 -> 3, [binary add, binary mul, binary add]",
      [step, "%2, %1, %0", all, "h = %0, y = %1, z = %2", "%h, %a, %w, %w"],
    ],
    [
      "what is captured for nothing",
      "scan 3 -> 2, [binary add, binary mul]",
      [step.slice(0, 2), "%1, %0", "f32[4], f32[3, 4]", "h = %0, y = %1"],
    ],
  ])("%s", (_, expected, given) => expect(trimming(...given)).toBe(expected));
});

describe("absorb-movement", () => {
  const absorbing = (before: string): string | undefined =>
    changed(
      absorbMovement,
      `graph @g(%h: f32[2, 4], %x: f32[3, 2, 4], %b: f32[4], %c: f32[4, 2], %d: f32[8]) {
        %0 = ${before} : f32[2, 4]
        %1, %2 = scan %h, %x, %0 {body = (%h: f32[2, 4], %x: f32[2, 4], %w: f32[2, 4]) {
          %0 = binary %h, %x {fn = add} : f32[2, 4]
          %1 = binary %0, %w {fn = mul} : f32[2, 4]
          yield %1, %0
        }, carried = 1, sequences = 1, length = 3} : f32[2, 4], f32[3, 2, 4]
        entry @main(h = %1, y = %2)
      }`,
    );

  test.each<readonly [before: string, expected: string | undefined]>([
    ["broadcast %b", "scan 3 -> 2, [broadcast, binary add, binary mul]"],
    ["transpose %c {permutation = [1, 0]}", "scan 3 -> 2, [transpose, binary add, binary mul]"],
    ["reshape %d", "scan 3 -> 2, [reshape, binary add, binary mul]"],
    ["constant {value = 2}", "scan 2 -> 2, [constant, binary add, binary mul]"],
    ["unary %h {fn = neg}", undefined],
    ["flip %h {axes = [0]}", undefined],
  ])("%s", (before, expected) => expect(absorbing(before)).toBe(expected));
});

describe("merge-scans", () => {
  const merging = (first: string, second: string, more = "", operands = "%h, %x"): string | undefined => {
    const scan = (results: string, taken: string, lines: string, options: string): string =>
      `${results} = scan ${taken} {body = (%h: f32[4], %x: f32[4]) {
        ${lines}
      }, carried = 1, sequences = 1, length = 3${options}} : f32[4], f32[3, 4]`;
    return changed(
      mergeScans,
      `graph @g(%h: f32[4], %g: f32[4], %x: f32[3, 4]) {
        ${scan("%0, %1", "%h, %x", first, "")}
        ${scan("%2, %3", operands, second, more)}
        entry @main(h = %0, y = %1, i = %2, z = %3)
      }`,
    );
  };
  const sum = "%0 = binary %h, %x {fn = add} : f32[4]";
  const giving = (more: string, yields: string): string => `${sum}\n${more}\nyield ${yields}`;
  const tanh = giving("%1 = unary %0 {fn = tanh} : f32[4]", "%0, %1");
  const exp = giving("%1 = unary %0 {fn = exp} : f32[4]", "%0, %1");
  const asItIs = giving("", "%0, %0");

  test.each<readonly [name: string, expected: string | undefined, given: Parameters<typeof merging>]>([
    [
      "two that carry the same state are one, which gives what both do",
      "scan 2 -> 3, [binary add, unary tanh, unary exp]",
      [tanh, exp],
    ],
    ["what both give is given once", "scan 2 -> 2, [binary add, unary tanh]", [tanh, tanh]],
    [
      "a state and an output that are one value are two results",
      "scan 2 -> 3, [binary add, unary tanh]",
      [tanh, asItIs],
    ],
    ["not two of other states", undefined, [tanh, giving("%1 = unary %0 {fn = tanh} : f32[4]", "%1, %1")]],
    ["not two that begin otherwise", undefined, [tanh, exp, "", "%g, %x"]],
    ["not one that goes backwards and one that does not", undefined, [tanh, exp, ", reverse"]],
  ])("%s", (_, expected, given) => expect(merging(...given)).toBe(expected));
});
