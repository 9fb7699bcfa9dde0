// How many loops a kernel has over folded axes, and how often it computes a value that is read often.
import { expect, test } from "vitest";
import { lowered } from "./lowered.ts";

test("axes that are folded are one loop if what is computed on the way reads them alike", () => {
  const loopsOver = (shape: string): readonly string[] => {
    const text = lowered(`(%x: f32[2, 3, 4], %b: f32[${shape}]) {
      %0 = broadcast %b : f32[2, 3, 4]
      %1 = binary %x, %0 {fn = mul} : f32[2, 3, 4]
      %2 = reduce %1 {axes = [1, 2], fn = sum, keepDims = false} : f32[2]
      entry @folded(y = %2)
    }`);
    return [...text.matchAll(/for r\d+ in 0\.\.(\d+)/g)].map(([, extent = ""]) => extent);
  };
  expect(loopsOver("2, 1, 1")).toEqual(["12"]);
  expect(loopsOver("3, 4")).toEqual(["12"]);
  expect(loopsOver("4")).toEqual(["3", "4"]);
});

test("a value that others read twice each is described once, however many there are", () => {
  const doublings = Array.from({ length: 60 }, (_, at) => {
    const before = at === 0 ? "%x" : `%${at - 1}`;
    return `%${at} = binary ${before}, ${before} {fn = add} : f32[2]`;
  });
  const text = lowered(`(%x: f32[2]) {
    ${doublings.join("\n")}
    entry @doubled(y = %59)
  }`);
  expect(text.match(/ = v\d+ \+ v\d+/g)).toHaveLength(59);
});
