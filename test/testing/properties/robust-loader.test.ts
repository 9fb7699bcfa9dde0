import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../../src/formats/index.ts";
import { parseGraph } from "../../../src/ir/text/index.ts";
import { robustLoader } from "../../../src/testing/index.ts";
import { belowFrom, mutatedBytes } from "../../hostile/mutate.ts";

const file = encodeSafetensors({ bias: { dtype: "f32", shape: [2], data: Float32Array.of(1, 2) } });

/** Mutants of a file, from seeds. */
const mutants = fc.nat().map((seed) => mutatedBytes(file, [file], belowFrom(seed)));

const failing = async (load: (input: string) => unknown): Promise<string> => {
  const { failed, errorInstance } = await fc.check(robustLoader(load, fc.string()), { numRuns: 50 });
  return failed && errorInstance instanceof Error ? errorInstance.message : "it holds";
};

describe("robustLoader", () => {
  it("holds for the readers of this library", async () => {
    await fc.assert(robustLoader(decodeSafetensors, mutants), { numRuns: 500 });
    await fc.assert(
      robustLoader((text: string) => parseGraph(text), fc.string()),
      { numRuns: 200 },
    );
  });

  it("holds for a reader that refuses in its own way", async () => {
    const refuses = (error: unknown): boolean => error instanceof SyntaxError;
    await fc.assert(robustLoader((text: string): unknown => JSON.parse(text), fc.string(), { refuses }));
  });

  it("fails where a reader breaks, at once or later", async () => {
    const message = "the input was not refused but broke the reader: RangeError: Invalid array length";
    expect(await failing((text) => new Array<string>(text.length - 3))).toBe(message);
    expect(
      await failing(async (text) => {
        await Promise.resolve();
        return new Array<string>(text.length - 3);
      }),
    ).toBe(message);
  });

  it("fails where a reader changes what all objects have", async () => {
    const everyObject = Object.getPrototypeOf({}) as object;
    const message = await failing((text) => Reflect.set(everyObject, "polluted", text));
    Reflect.deleteProperty(everyObject, "polluted");
    expect(message).toBe(
      "the reader changes the objects of the language: Object.prototype has other properties than before",
    );
  });
});
