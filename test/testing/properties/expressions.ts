// Random expressions over matrices of one shape and their sums, in which numbers that rules look for are common.
import fc from "fast-check";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { ValueId } from "../../../src/ir/graph/graph.ts";
import type { GraphCase } from "../../../src/testing/arbitraries/graph.ts";
import { randomArray, type ValueProfile } from "../../../src/testing/arbitraries/values.ts";

const shape = [2, 2];
const unaryFns = ["neg", "abs", "relu", "exp", "square"] as const;
const binaryFns = ["add", "sub", "mul", "div", "max", "min"] as const;
const numbers = [0, -0, 1, -1];

const steps = fc.array(fc.tuple(fc.nat(6), fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 20 });

/** Every step is a matrix, and what nothing reads is an output. */
export const expressions: fc.Arbitrary<GraphCase> = fc
  .tuple(steps, fc.nat(), fc.constantFrom<ValueProfile>("special", "special", "normal", "whole"))
  .map(([choices, seed, profile]) => {
    const builder = graphBuilder();
    const type = { dtype: "f32", shape } as const;
    const values: ValueId[] = [builder.input("x", type), builder.input("y", type)];
    const read = new Set<ValueId>();
    const at = (pick: number): ValueId => {
      const value = values[pick % values.length] ?? builder.constant(0, "f32", shape);
      read.add(value);
      return value;
    };
    const emit = (...[op, operands, attrs]: Parameters<typeof builder.emit>): ValueId =>
      builder.emit(op, operands, attrs)[0] ?? at(0);
    for (const [kind, fn, a, b] of choices) {
      const [left, right] = [at(a), at(b)];
      const number = builder.constant(numbers[b % numbers.length] ?? 0, "f32", shape);
      const binary = { fn: binaryFns[fn % binaryFns.length] ?? "add" };
      if (kind === 0) values.push(emit("unary", [left], { fn: unaryFns[fn % unaryFns.length] ?? "neg" }));
      else if (kind < 3) values.push(emit("binary", [left, number], binary));
      else if (kind === 3) values.push(emit("transpose", [left], { permutation: fn % 2 === 0 ? [1, 0] : [0, 1] }));
      else if (kind === 4) {
        const summed = emit("reduce", [left], { fn: fn % 2 === 0 ? "sum" : "max", axes: [b % 2], keepDims: true });
        values.push(emit("broadcast", [summed], { shape }));
      } else values.push(emit("binary", [left, right], binary));
    }
    const outputs = values
      .filter((value) => !read.has(value))
      .map((value, position) => ({ name: `y${position}`, value }));
    const feeds = { x: randomArray(type, seed, profile), y: randomArray(type, seed + 1, profile) };
    return { graph: builder.finish("expression", [{ name: "main", outputs, updates: [] }]), feeds, parameters: {} };
  });

const digits = fc.array(fc.stringMatching(/^1[01][0-9]?[0-9]$/), { minLength: 1, maxLength: 12 });

/** Many values, and differences of those whose numbers, written one after the other, read alike: of 1 and 12, of 11 and 2. */
export const crowds: fc.Arbitrary<GraphCase> = fc.tuple(digits, fc.nat()).map(([texts, seed]) => {
  const builder = graphBuilder();
  const type = { dtype: "f32", shape: [1] } as const;
  const names = Array.from({ length: 120 }, (_, at) => `x${at}`);
  const values = names.map((name) => builder.input(name, type));
  const outputs = texts.flatMap((text) =>
    Array.from({ length: text.length - 1 }, (_, at) => [text.slice(0, at + 1), text.slice(at + 1)] as const)
      .map(([left, right]) => [values[Number(left)], values[Number(right)]] as const)
      .flatMap(([left, right]) =>
        left === undefined || right === undefined ? [] : builder.emit("binary", [left, right], { fn: "sub" }),
      ),
  );
  const named = [...new Set(outputs)].map((value, at) => ({ name: `y${at}`, value }));
  const feeds = Object.fromEntries(names.map((name, at) => [name, randomArray(type, seed + at, "normal")]));
  return { graph: builder.finish("crowd", [{ name: "main", outputs: named, updates: [] }]), feeds, parameters: {} };
});
