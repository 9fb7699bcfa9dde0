// What the coverage matrix would find: a wrong gradient, an unexplained hole, an idle explanation. And what the reference
// pages take from sources and definitions, held against what the modules export and what the rules give.
import { describe, expect, test } from "vitest";
import type { Explanation } from "../../scripts/matrix/explanations.ts";
import { complaints } from "../../scripts/matrix/holes.ts";
import { measureRow } from "../../scripts/matrix/measure.ts";
import { type Subject, subjects, usesOf } from "../../scripts/matrix/uses.ts";
import { derivativeOf } from "../../scripts/reference/derivative.ts";
import { filesBehind, functionsIn, namesFrom } from "../../scripts/reference/exports.ts";
import { layerExamples } from "../../scripts/reference/layer-examples.ts";
import { layerFunctions } from "../../scripts/reference/layers-page.ts";
import { differentiableOperands, madeOf } from "../../scripts/reference/op-facts.ts";
import { readShapeRule } from "../../scripts/reference/shape-rule.ts";
import * as functions from "../../src/ir/functions/index.ts";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";

const all = subjects();

const subject = (name: string): Subject => {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
};

const wholeNumbers: Explanation = { rows: "every", dtypes: ["i32", "u8", "bool"], reason: "whole" };

describe("complaints", () => {
  test("are none of a row that is right and explained", async () => {
    expect(complaints([await measureRow(subject("clamp"))], [wholeNumbers])).toEqual([]);
  });

  test("name a gradient that is not the slope, by element type and backend", async () => {
    const { op, ...rest } = subject("unary tanh");
    const wrong = { ...rest, op: { ...op, vjp: doubled(op.vjp) } };
    expect(complaints([await measureRow(wrong)], [])).toEqual([
      expect.stringMatching(
        /^unary tanh, gradient, f32 on reference: u0d0 along a direction is .*, and the slope there/,
      ),
      expect.stringMatching(/^unary tanh, gradient, f64 on reference: /),
    ]);
  });

  test("name a hole that nobody explains", async () => {
    expect(complaints([await measureRow(subject("unary floor"))], [])).toEqual([
      "unary floor has no gradient of f32, and scripts/matrix/explanations.ts does not say why",
      "unary floor has no gradient of f64, and scripts/matrix/explanations.ts does not say why",
    ]);
  });

  test("name an explanation of what is no hole, or no row", async () => {
    const idle: Explanation = { rows: ["unary exp", "argmax"], dtypes: ["f32"], reason: "because" };
    expect(complaints([await measureRow(subject("unary exp"))], [idle])).toEqual([
      "there is no row argmax to say of: because",
      "unary exp of f32 is no hole, of which is said: because",
    ]);
  });
});

/** A derivative rule that gives twice what it should. */
const doubled =
  (vjp: Exclude<Subject["op"]["vjp"], string>): Exclude<Subject["op"]["vjp"], string> =>
  (context) =>
    vjp(context).map((gradient) => gradient?.mul(2) ?? null);

describe("uses", () => {
  test.each([
    ["unary exp", "i32", "W204"],
    ["matmul", "bool", "W204"],
    ["randomBits", "f32", "W222"],
  ] as const)("%s refuses %s with %s", (name, dtype, code) => {
    expect(usesOf(subject(name), dtype)).toEqual({ refused: code });
  });

  test("put the element type where it varies, and leave indices alone", () => {
    const uses = usesOf(subject("gather"), "u8");
    const found = "accepted" in uses ? uses.accepted.map(({ operands }) => operands.map(({ dtype }) => dtype)) : [];
    expect(found.length).toBeGreaterThan(3);
    expect([...new Set(found.map(String))]).toEqual(["u8,i32"]);
  });
});

describe("what ops say of themselves", () => {
  test.each(all.filter(({ name, kind }) => name === kind).map((each) => [each.name, each] as const))(
    "%s states a gradient for the operands that its rule gives one for",
    (_, each) => {
      const named = [...(each.op.gradient ?? "").matchAll(/\bd(\w+?)(?:_k)?(?=(?:\[[^=]*\])? =)/g)];
      const { operands } = readShapeRule(each.op.shapes);
      const reached = [...differentiableOperands(each)].map(
        (position) => operands[position]?.name ?? operands[0]?.name,
      );
      expect(new Set(named.map(([, name]) => name))).toEqual(new Set(reached));
    },
  );

  test("composites are expanded", () => {
    expect(madeOf(subject("logSoftmax"))).toEqual([
      "reduce max",
      "binary sub",
      "unary decay",
      "reduce sum",
      "unary log",
      "broadcast",
    ]);
    expect(madeOf(subject("matmul"))).toEqual([]);
  });
});

describe("derivatives in print", () => {
  test.each([
    ["unary", "tanh", ["1 - y^2"]],
    ["unary", "sqrt", ["0.5 / sqrt(x)"]],
    ["unary", "erfc", ["-1.1284 e^(-x^2)"]],
    ["unary", "hardsigmoid", ["0.16667 [x > -3 and x < 3]"]],
    ["unary", "floor", ["0"]],
    ["binary", "div", ["1 / y", "-z / y"]],
    ["binary", "pow", ["0 where y = 0, y x^(y - 1) elsewhere", "0 where x = 0 and y >= 0, z ln(x) elsewhere"]],
    ["compare", "eq", []],
  ])("%s %s: %s", (op, fn, formulas) => {
    expect(derivativeOf(op, fn)).toEqual(formulas);
  });
});

describe("what sources say", () => {
  const listed = (index: string) =>
    filesBehind(index).flatMap((file) => {
      const names = namesFrom(index, file);
      return functionsIn(file).filter(({ name }) => names === undefined || names.has(name));
    });

  test.each([
    ["src/ir/functions/index.ts", functions],
    ["src/nn/index.ts", nn],
    ["src/optim/index.ts", optim],
  ] as const)("every function of %s is found, with a comment", (index, module) => {
    const found = listed(index);
    const exported = Object.entries(module).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
    // An index of an index hands on by name what that does.
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(exported));
    expect(found.filter(({ doc }) => doc === "")).toEqual([]);
  });

  test("every layer has an example, and every example is of a layer", () => {
    const names = layerExamples.map(({ name }) => name);
    const all = layerFunctions();
    const layers = all.filter(({ text }) => /Layer</.test(text)).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(layers));
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect(layerExamples.find(({ name }) => name === "conv2d")).toEqual({
      name: "conv2d",
      text: "conv2d(4, 6, [3, 5], { groups: 2 })",
      parameters: [
        ["weight", "[6, 2, 3, 5]"],
        ["bias", "[6]"],
      ],
    });
  });

  test("calls are written as they are made", () => {
    const calls = listed("src/ir/functions/index.ts").map(({ call }) => call);
    expect(calls).toEqual(
      expect.arrayContaining([
        "relu(x)",
        "log(x)",
        "maximum(a, b)",
        "sum(x, { axes?, keepDims? })",
        "matmul(a, b, { transposeA?, transposeB? })",
        "pad(x, padding, value?)",
      ]),
    );
    const losses = listed("src/nn/losses/index.ts").map(({ call }) => call);
    expect(losses).toContain("multiMargin(scores, labels, { p?, weights?, margin?, reduction? })");
    expect(losses).toContain("huber(predictions, targets, { delta?, reduction? })");
  });
});
