// `weft explain`: codes with their sentence and examples, passes with their rules, ops and scalar functions with their formulas.
import { describe, expect, test } from "vitest";
import { say } from "./support.ts";

describe("weft explain", () => {
  test("a code, in whatever case", async () => {
    const { out } = await say("explain", "w601");
    expect(out).toBe(`W601: no such command

says
  weft has no command "{command}"

The first word after weft says what to do; \`weft --help\` lists the commands.

example
  weft print model.ts  // not weft show model.ts
`);
  });

  test("a code whose sentence the type checker says as well", async () => {
    expect((await say("explain", "W203")).out).toMatchInlineSnapshot(`
      "W203: matmul: inner dimensions differ

      says
        matmul: inner dimensions differ: {first} vs {second} ({left} x {right})

      A matrix product sums over the last axis of the left operand and the second-to-last axis of the right one, so the two must have the same extent.

      example
        matmul(x, w)  // x: f32[B, 784], w: f32[768, 10] is wrong; w: f32[784, 10] is right
      "
    `);
  });

  test("a pass with what it runs, and with its rules", async () => {
    expect((await say("explain", "optimize")).out).toMatch(/^pass optimize: .*\n\nruns\n {2}simplify: /);
    expect((await say("explain", "simplify")).out).toMatch(/\n\nrules\n {2}\w+\/\w+\n/);
  });

  test("an op with its attributes", async () => {
    expect((await say("explain", "gather")).out).toMatch(
      /^op gather: .*\n\nformula {3}y\[.*\nshapes {4}table \[.*\ngradient {2}dtable\[.*\nlowering {2}.*\n\nattributes\n {2}axis {2}a whole number\n$/,
    );
  });

  test("a scalar function of several tables", async () => {
    const { out } = await say("explain", "max");
    expect(out).toMatch(/^binary \{fn = max\}: .*\n/);
    expect(out).toMatch(/\n\nreduce \{fn = max\}: .*\n/);
  });

  test("without a name, all there are", async () => {
    const { out } = await say("explain");
    for (const name of ["W203", "plan-buffers", "conv2d", "tanh"]) expect(out).toContain(name);
  });
});
