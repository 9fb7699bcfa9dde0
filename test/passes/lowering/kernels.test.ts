// The kernels, calls and buffers that small graphs are lowered to, word by word.
import { expect, test } from "vitest";
import { lowered } from "./lowered.ts";

test("elementwise ops have one loop over all elements, and a row that is repeated has two", () => {
  expect(
    lowered(`(%x: f32[2, 3, 4], %b: f32[3, 4], %c: f32[2, 1, 1]) {
      %0 = broadcast %b : f32[2, 3, 4]
      %1 = broadcast %c : f32[2, 3, 4]
      %2 = binary %x, %0 {fn = add} : f32[2, 3, 4]
      %3 = binary %x, %1 {fn = mul} : f32[2, 3, 4]
      %4 = unary %x {fn = neg} : f32[2, 3, 4]
      entry @rows(y = %2)
      entry @planes(y = %3)
      entry @all(y = %4)
    }`),
  ).toMatchInlineSnapshot(`
    "program g {
      input x0: f32[24]
      input x1: f32[12]
      input x2: f32[2]
      output y0: f32[24]
      output y1: f32[24]
      output y2: f32[24]
    }

    entry rows(x in x0, b in x1) -> (y in y0) {
      add(x0, x1, y0)
    }

    entry planes(x in x0, c in x2) -> (y in y1) {
      mul(x0, x2, y1)
    }

    entry all(x in x0) -> (y in y2) {
      neg(x0, y2)
    }

    kernel add(buffer0: read f32[24], buffer1: read f32[12], buffer2: write f32[24]) where buffer2 may be buffer0 {
      for i0 in 0..2 {
        for i1 in 0..12 vector {
          let x0: f32 = buffer0[i0 * 12 + i1]
          let x1: f32 = buffer1[i1 / 4 * 4 + i1 % 4]
          let v0: f32 = x0 + x1
          buffer2[i0 * 12 + i1] = v0
        }
      }
    }

    kernel mul(buffer0: read f32[24], buffer1: read f32[2], buffer2: write f32[24]) where buffer2 may be buffer0 {
      for i0 in 0..2 {
        for i1 in 0..12 vector {
          let x0: f32 = buffer0[i0 * 12 + i1]
          let x1: f32 = buffer1[i0]
          let v0: f32 = x0 * x1
          buffer2[i0 * 12 + i1] = v0
        }
      }
    }

    kernel neg(buffer0: read f32[24], buffer1: write f32[24]) where buffer1 may be buffer0 {
      for i0 in 0..24 vector {
        let x0: f32 = buffer0[i0]
        let v0: f32 = -x0
        buffer1[i0] = v0
      }
    }
    "
  `);
});

test("what moves elements keeps every axis", () => {
  expect(
    lowered(`(%x: f32[2, 3], %b: f32[2, 1]) {
      %0 = transpose %x {permutation = [1, 0]} : f32[3, 2]
      %1 = unary %0 {fn = neg} : f32[3, 2]
      %2 = broadcast %b : f32[3, 2, 4]
      %3 = unary %2 {fn = neg} : f32[3, 2, 4]
      %4 = reduce %x {axes = [1], fn = sum, keepDims = false} : f32[2]
      entry @turned(y = %1)
      entry @repeated(y = %3)
      entry @summed(y = %4)
    }`),
  ).toMatchInlineSnapshot(`
    "program g {
      input x0: f32[6]
      input x1: f32[2]
      output y0: f32[6]
      output y1: f32[24]
      output y2: f32[2]
    }

    entry turned(x in x0) -> (y in y0) {
      neg(x0, y0)
    }

    entry repeated(b in x1) -> (y in y1) {
      neg_2(x1, y1)
    }

    entry summed(x in x0) -> (y in y2) {
      sum(x0, y2)
    }

    kernel neg(buffer0: read f32[6], buffer1: write f32[6]) {
      for i0 in 0..3 {
        for i1 in 0..2 vector {
          let x0: f32 = buffer0[i1 * 3 + i0]
          let v0: f32 = -x0
          buffer1[i0 * 2 + i1] = v0
        }
      }
    }

    kernel neg_2(buffer0: read f32[2], buffer1: write f32[24]) {
      for i0 in 0..3 {
        for i1 in 0..2 {
          for i2 in 0..4 vector {
            let x0: f32 = buffer0[i1]
            let v0: f32 = -x0
            buffer1[(i0 * 2 + i1) * 4 + i2] = v0
          }
        }
      }
    }

    kernel sum(buffer0: read f32[6], buffer1: write f32[2]) {
      for i0 in 0..2 vector {
        var acc0: f32 = 0.0
        for r0 in 0..3 vector {
          let x0: f32 = buffer0[i0 * 3 + r0]
          acc0 = acc0 + x0
        }
        let v0: f32 = acc0
        buffer1[i0] = v0
      }
    }
    "
  `);
});

test("a parameter is updated in its own memory, or by way of a copy", () => {
  expect(
    lowered(`(%g: f32[3]) {
      %p = parameter {name = "p"} : f32[3]
      %q = parameter {name = "q"} : f32[3]
      %0 = binary %p, %g {fn = sub} : f32[3]
      %1 = flip %q {axes = [0]} : f32[3]
      %2 = binary %q, %1 {fn = add} : f32[3]
      entry @step() updates(p = %0, q = %2)
    }`),
  ).toMatchInlineSnapshot(`
    "program g {
      input x0: f32[3]
      parameter w0: f32[3]
      parameter w1: f32[3]
      temporary t1: f32[3]
    }

    entry step(g in x0) -> () updates p, q {
      sub(w0, x0, w0)
      add(w1, t1)
      copy(t1, w1)
    }

    kernel sub(buffer0: read f32[3], buffer1: read f32[3], buffer2: write f32[3]) where buffer2 may be buffer0, buffer2 may be buffer1 {
      for i0 in 0..3 vector {
        let x0: f32 = buffer0[i0]
        let x1: f32 = buffer1[i0]
        let v0: f32 = x0 - x1
        buffer2[i0] = v0
      }
    }

    kernel add(buffer0: read f32[3], buffer1: write f32[3]) {
      for i0 in 0..3 vector {
        let x0: f32 = buffer0[i0]
        let x1: f32 = buffer0[2 - i0]
        let v0: f32 = x0 + x1
        buffer1[i0] = v0
      }
    }

    kernel copy(buffer0: read f32[3], buffer1: write f32[3]) where buffer1 may be buffer0 {
      for i0 in 0..3 vector {
        buffer1[i0] = buffer0[i0]
      }
    }
    "
  `);
});

const product = `(%x: f32[1, 8], %w: f32[8, 4], %b: f32[4], %z: i32[1, 4]) {
      %p = parameter {name = "p"} : f32[1, 4]
      %0 = matmul %x, %w {transposeA = false, transposeB = false} : f32[1, 4]
      %1 = broadcast %b : f32[1, 4]
      %2 = binary %0, %1 {fn = add} : f32[1, 4]
      %3 = cast %2 : i32[1, 4]`;

test("the raw product lies in the output, in its own, or in scratch memory", () => {
  const memory = (entry: string): readonly string[] =>
    lowered(`${product}\n${entry}\n}`)
      .split("\n")
      .filter((line) => /^ {2}(\w+ [a-z]\d: |matmul)|^kernel matmul|entry/.test(line));
  expect(memory("entry @main(y = %2)")).toMatchInlineSnapshot(`
    [
      "  input x0: f32[8]",
      "  input x1: f32[32]",
      "  input x2: f32[4]",
      "  parameter w0: f32[4]",
      "  output y0: f32[4]",
      "  temporary t0: f32[64]",
      "entry main(x in x0, w in x1, b in x2) -> (y in y0) {",
      "  matmul_add(x0, t0, y0, x2)",
      "kernel matmul_add(buffer0: read f32[8], buffer1: read f32[64], buffer2: update f32[4], buffer3: read f32[4]) {",
    ]
  `);
  expect(memory("entry @main(x = %0, y = %2)")).toMatchInlineSnapshot(`
    [
      "  input x0: f32[8]",
      "  input x1: f32[32]",
      "  input x2: f32[4]",
      "  parameter w0: f32[4]",
      "  output y0: f32[4]",
      "  output y1: f32[4]",
      "  temporary t0: f32[64]",
      "entry main(x in x0, w in x1, b in x2) -> (x in y0, y in y1) {",
      "  matmul_add(x0, t0, y0, x2, y1)",
      "kernel matmul_add(buffer0: read f32[8], buffer1: read f32[64], buffer2: update f32[4], buffer3: read f32[4], buffer4: write f32[4]) {",
    ]
  `);
  expect(memory("entry @main(y = %3)")).toMatchInlineSnapshot(`
    [
      "  input x0: f32[8]",
      "  input x1: f32[32]",
      "  input x2: f32[4]",
      "  parameter w0: f32[4]",
      "  output y0: i32[4]",
      "  temporary t0: f32[4]",
      "  temporary t1: f32[64]",
      "entry main(x in x0, w in x1, b in x2) -> (y in y0) {",
      "  matmul_add_cast(x0, t1, t0, x2, y0)",
      "kernel matmul_add_cast(buffer0: read f32[8], buffer1: read f32[64], buffer2: update f32[4], buffer3: read f32[4], buffer4: write i32[4]) {",
    ]
  `);
  expect(memory("entry @main() updates(p = %2)")).toMatchInlineSnapshot(`
    [
      "  input x0: f32[8]",
      "  input x1: f32[32]",
      "  input x2: f32[4]",
      "  parameter w0: f32[4]",
      "  temporary t1: f32[4]",
      "  temporary t2: f32[64]",
      "entry main(x in x0, w in x1, b in x2) -> () updates p {",
      "  matmul_add(x0, t2, t1, x2, w0)",
      "kernel matmul_add(buffer0: read f32[8], buffer1: read f32[64], buffer2: update f32[4], buffer3: read f32[4], buffer4: write f32[4]) {",
    ]
  `);
});

test("what follows an op with kernels of its own is done for each region that it has finished", () => {
  expect(
    lowered(`(%x: f32[2, 3, 4], %b: f32[4]) {
      %0 = cumsum %x {axis = 1, reverse = false} : f32[2, 3, 4]
      %1 = broadcast %b : f32[2, 3, 4]
      %2 = binary %0, %1 {fn = mul} : f32[2, 3, 4]
      entry @main(y = %2)
    }`),
  ).toMatchInlineSnapshot(`
    "program g {
      input x0: f32[24]
      input x1: f32[4]
      output y0: f32[24]
    }

    entry main(x in x0, b in x1) -> (y in y0) {
      cumsum_mul(x0, y0, x1)
    }

    kernel cumsum_mul(buffer0: read f32[24], buffer1: update f32[24], buffer2: read f32[4]) {
      for i0 in 0..2 {
        for i1 in 0..4 vector {
          let x0: f32 = buffer0[i0 * 3 * 4 + i1]
          buffer1[i0 * 3 * 4 + i1] = x0
        }
        for row0 in 1..3 {
          for i2 in 0..4 vector {
            let x1: f32 = buffer0[(i0 * 3 + row0) * 4 + i2]
            buffer1[(i0 * 3 + row0) * 4 + i2] = buffer1[(i0 * 3 + (row0 - 1)) * 4 + i2] + x1
          }
        }
      }
      for i3 in 0..2 {
        for i4 in 0..3 {
          for i5 in 0..4 vector {
            let x2: f32 = buffer1[(i3 * 3 + i4) * 4 + i5]
            let x3: f32 = buffer2[i5]
            let v0: f32 = x2 * x3
            buffer1[(i3 * 3 + i4) * 4 + i5] = v0
          }
        }
      }
    }
    "
  `);
});

const loopsOf = (lines: string): readonly string[] =>
  lowered(lines)
    .split("\n")
    .filter((line) => line.includes("for "))
    .map((line) => line.trim().replace(/i\d+ /, ""));

test("axes of one position are no loops, and the last loop that there is asks for vectors", () => {
  const loops = loopsOf(`(%x: f32[3, 4, 1]) {
      %0 = cumsum %x {axis = 0, reverse = false} : f32[3, 4, 1]
      %1 = unary %0 {fn = neg} : f32[3, 4, 1]
      entry @main(y = %1)
    }`);
  expect(loops.slice(-2)).toEqual(["for in 0..3 {", "for in 0..4 vector {"]);
});

test("what is one number everywhere leaves one loop one", () => {
  const loops = loopsOf(`(%x: f32[3, 4]) {
      %0 = constant {value = 2} : f32[3, 4]
      %1 = binary %x, %0 {fn = mul} : f32[3, 4]
      entry @main(y = %1)
    }`);
  expect(loops).toEqual(["for in 0..12 vector {"]);
});

test("equal kernels are one, called with other buffers", () => {
  expect(
    lowered(`(%x: f32[4], %z: f32[4]) {
      %0 = unary %x {fn = abs} : f32[4]
      %1 = unary %z {fn = abs} : f32[4]
      %2 = binary %x, %z {fn = sub} : f32[4]
      %3 = binary %x, %x {fn = sub} : f32[4]
      entry @main(a = %0, b = %1)
      entry @other(a = %2, b = %3, c = %x)
    }`),
  ).toMatchInlineSnapshot(`
    "program g {
      input x0: f32[4]
      input x1: f32[4]
      output y0: f32[4]
      output y1: f32[4]
      output y2: f32[4]
      output y3: f32[4]
      output y4: f32[4]
    }

    entry main(x in x0, z in x1) -> (a in y0, b in y1) {
      abs(x0, y0)
      abs(x1, y1)
    }

    entry other(x in x0, z in x1) -> (a in y2, b in y3, c in y4) {
      sub(x0, x1, y2)
      sub_2(x0, y3)
      copy(x0, y4)
    }

    kernel abs(buffer0: read f32[4], buffer1: write f32[4]) where buffer1 may be buffer0 {
      for i0 in 0..4 vector {
        let x0: f32 = buffer0[i0]
        let v0: f32 = abs(x0)
        buffer1[i0] = v0
      }
    }

    kernel sub(buffer0: read f32[4], buffer1: read f32[4], buffer2: write f32[4]) where buffer2 may be buffer0, buffer2 may be buffer1 {
      for i0 in 0..4 vector {
        let x0: f32 = buffer0[i0]
        let x1: f32 = buffer1[i0]
        let v0: f32 = x0 - x1
        buffer2[i0] = v0
      }
    }

    kernel sub_2(buffer0: read f32[4], buffer1: write f32[4]) where buffer1 may be buffer0 {
      for i0 in 0..4 vector {
        let x0: f32 = buffer0[i0]
        let v0: f32 = x0 - x0
        buffer1[i0] = v0
      }
    }

    kernel copy(buffer0: read f32[4], buffer1: write f32[4]) where buffer1 may be buffer0 {
      for i0 in 0..4 vector {
        buffer1[i0] = buffer0[i0]
      }
    }
    "
  `);
});
