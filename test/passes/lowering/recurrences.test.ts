// The kernels, calls and buffers that recurrences are lowered to, word by word.
import { expect, test } from "vitest";
import { lowered } from "./lowered.ts";

test("a recurrence goes over steps, backwards if asked; what is the same in all comes before, what is given twice is copied", () => {
  const scan = (more: string, entry: string): string =>
    lowered(`(%s: f32[2], %x: f32[3, 2], %w: f32[2]) {
      %0, %1, %2 = scan %s, %x, %w {body = (%h: f32[2], %x: f32[2], %w: f32[2]) {
        %0 = cumsum %w {axis = 0, reverse = false} : f32[2]
        %1 = flip %0 {axes = [0]} : f32[2]
        %2 = binary %h, %x {fn = add} : f32[2]
        %3 = binary %2, %1 {fn = mul} : f32[2]
        yield %3, %2, %2
      }, carried = 1, sequences = 1, length = 3${more}} : f32[2], f32[3, 2], f32[3, 2]
      entry @main(${entry})
    }`);
  expect(scan("", "s = %0, y = %1, z = %2")).toMatchInlineSnapshot(`
    "program g {
      input x0: f32[2]
      input x1: f32[6]
      input x2: f32[2]
      output y0: f32[2]
      output y1: f32[6]
      output y2: f32[6]
      temporary t0: f32[2]
    }

    entry main(s in x0, x in x1, w in x2) -> (s in y0, y in y1, z in y2) {
      cumsum(x2, t0)
      scan(x0, y0, x1, t0, y1, y2)
    }

    kernel cumsum(buffer0: read f32[2], buffer1: write f32[2]) where buffer1 may be buffer0 {
      let x0: f32 = buffer0[0]
      var sum0: f32 = x0
      buffer1[0] = sum0
      for row0 in 1..2 {
        let x1: f32 = buffer0[row0]
        sum0 = sum0 + x1
        buffer1[row0] = sum0
      }
    }

    kernel scan(buffer0: read f32[2], buffer1: update f32[2], buffer2: read f32[6], buffer3: read f32[2], buffer4: update f32[6], buffer5: write f32[6]) {
      for i0 in 0..2 vector {
        buffer1[i0] = buffer0[i0]
      }
      for step0 in 0..3 {
        for i1 in 0..2 vector {
          let x0: f32 = buffer1[i1]
          let x1: f32 = buffer2[step0 * 2 + i1]
          let v0: f32 = x0 + x1
          let x2: f32 = buffer3[1 - i1]
          let v1: f32 = v0 * x2
          buffer4[step0 * 2 + i1] = v0
          buffer1[i1] = v1
        }
        for i2 in 0..2 vector {
          buffer5[step0 * 2 + i2] = buffer4[step0 * 2 + i2]
        }
      }
    }
    "
  `);
  expect(scan(", reverse", "z = %2")).toMatchInlineSnapshot(`
    "program g {
      input x0: f32[2]
      input x1: f32[6]
      input x2: f32[2]
      output y0: f32[6]
      temporary t0: f32[2]
      temporary t1: f32[2]
    }

    entry main(s in x0, x in x1, w in x2) -> (z in y0) {
      cumsum(x2, t1)
      scan(x0, t0, x1, t1, y0)
    }

    kernel cumsum(buffer0: read f32[2], buffer1: write f32[2]) where buffer1 may be buffer0 {
      let x0: f32 = buffer0[0]
      var sum0: f32 = x0
      buffer1[0] = sum0
      for row0 in 1..2 {
        let x1: f32 = buffer0[row0]
        sum0 = sum0 + x1
        buffer1[row0] = sum0
      }
    }

    kernel scan(buffer0: read f32[2], buffer1: update f32[2], buffer2: read f32[6], buffer3: read f32[2], buffer4: write f32[6]) where buffer4 may be buffer2 {
      for i0 in 0..2 vector {
        buffer1[i0] = buffer0[i0]
      }
      for step0 in 0..3 {
        for i1 in 0..2 vector {
          let x0: f32 = buffer1[i1]
          let x1: f32 = buffer2[(2 - step0) * 2 + i1]
          let v0: f32 = x0 + x1
          let x2: f32 = buffer3[1 - i1]
          let v1: f32 = v0 * x2
          buffer4[(2 - step0) * 2 + i1] = v0
          buffer1[i1] = v1
        }
      }
    }
    "
  `);
});
