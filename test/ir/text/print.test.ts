import { describe, expect, it } from "vitest";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";

/** A text that uses every form of the grammar, as it is printed. */
const canonical = `graph @"every form"(%x: f32[B, 4], %"my input": i32[2*B+1], %"0": bool[]) {
  %0 = parameter {name = "hidden.weight"} : f32[4, 3]
  %1 = parameter {name = "rate"} : f32[]
  %2 = constant {value = -0} : f32[]
  %3 = constant {value = inf} : f32[4]
  %4 = data {id = "i32x2-ec9ef2e0b96b9cf4"} : i32[2]
  %5 = matmul %x, %0 : f32[B, 3]
  %6 = matmul %0, %x {transposeA, transposeB} : f32[3, B]
  %7 = unary %5 {fn = exp} : f32[B, 3]
  %8 = reduce %7 {fn = sum, axes = [1], keepDims} : f32[B, 1]
  %9 = reduce %7 {fn = sum, axes = [0, 1]} : f32[]
  %10 = reshape %8 : f32[B]
  %11 = slice %x {starts = [0, 1], ends = [B, 3], steps = [1, 2]} : f32[B, 1]
  %12 = cast %x : i32[B, 4]
  %13 = iota {axis = 0} : i32[2*B+1, 2]
  %14 = randomBits %4 : i32[floor((B+31)/32)]
  %15 = concat %x, %x, %x {axis = 1} : f32[B, 12]
  entry @main(probabilities = %7, "the sum" = %9)
  entry @step() updates(rate = %2, "hidden.weight" = %0)
  contents "i32x2-ec9ef2e0b96b9cf4" : i32 = "AQAAAP////8="
}
`;

describe("printGraph", () => {
  it("prints every form as it is read", () => {
    expect(printGraph(parseGraph(canonical))).toBe(canonical);
  });

  it("reads free forms, and prints them canonically", () => {
    const free = `
      // A comment, and a value with a name of its own.
      graph @"free"(%"x": f32[T*B,4,], // no
    `;
    expect(() => parseGraph(free)).toThrow("W104");
    const graph = parseGraph(
      `// A comment.
      graph @"free"(%"x":f32[T*B,4]){ // another
        entry@main("sum"=%total)
        %total = reduce %y{keepDims=false,axes=[1],fn=sum}:f32[B*T]
      }`.replace("%y", "%x"),
    );
    expect(printGraph(graph)).toBe(
      [
        "graph @free(%x: f32[B*T, 4]) {",
        "  %0 = reduce %x {fn = sum, axes = [1]} : f32[B*T]",
        "  entry @main(sum = %0)",
        "}",
        "",
      ].join("\n"),
    );
  });

  it("numbers by order, parameters first, whatever the ids", () => {
    const builder = graphBuilder();
    const x = builder.input("x", { dtype: "f32", shape: [] });
    const [y] = builder.emit("unary", [x], { fn: "exp" });
    const w = builder.parameter("w", { dtype: "f32", shape: [] });
    const [z] = builder.emit("binary", [w, y ?? x], { fn: "mul" });
    const graph = builder.finish("g", [{ name: "main", outputs: [{ name: "z", value: z ?? x }], updates: [] }]);
    expect(printGraph(graph)).toBe(
      [
        "graph @g(%x: f32[]) {",
        '  %0 = parameter {name = "w"} : f32[]',
        "  %1 = unary %x {fn = exp} : f32[]",
        "  %2 = binary %0, %1 {fn = mul} : f32[]",
        "  entry @main(z = %2)",
        "}",
        "",
      ].join("\n"),
    );
  });

  it("leaves contents out for people", () => {
    const text = printGraph(parseGraph(canonical), { contents: "elided" });
    expect(text).toContain('\n  contents "i32x2-ec9ef2e0b96b9cf4" : i32 = elided\n');
    expect(() => parseGraph(text)).toThrow('W117: data: the contents of "i32x2-ec9ef2e0b96b9cf4" are elided');
  });

  it("prints an empty graph", () => {
    expect(printGraph(graphBuilder().finish("", []))).toBe('graph @""() {\n}\n');
    expect(printGraph(parseGraph('graph @""() {\n}\n'))).toBe('graph @""() {\n}\n');
  });
});
