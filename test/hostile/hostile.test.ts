// A few thousand hostile inputs for every reader: `npm run hostile` is the long run. And proof that the attack would notice harm.
import { describe, expect, it } from "vitest";
import { attack, type Outcome } from "./attack.ts";
import { guardedAttack } from "./guard.ts";
import type { ReaderName } from "./reader-names.ts";
import { type Reader, readers } from "./readers.ts";

const counts: { readonly [N in ReaderName]: number } = {
  text: 2000,
  compile: 600,
  safetensors: 3000,
  checkpoint: 2000,
  json: 3000,
  weights: 2000,
};

describe("whatever a file holds, it is read or refused", () => {
  it.each(Object.entries(counts))("%s", async (name, inputs) => {
    // The keys of a record whose keys are these.
    const { accepted, harms, refused } = attack(await readers[name as ReaderName](), { inputs, seed: 6_000_000 });
    expect(harms).toEqual([]);
    expect(refused.size).toBeGreaterThan(0);
    // Mutants that are all refused at the first character test one line.
    expect(accepted).toBeGreaterThan(inputs / 100);
    expect(accepted).toBeLessThan(inputs / 2);
  });
});

describe("harm is noticed", () => {
  const over = (read: Reader["read"]): Outcome => attack({ draw: () => "text", read }, { inputs: 3, seed: 1 });

  it("when something else is thrown", () => {
    const { harms } = over(() => {
      throw new RangeError("Invalid array length");
    });
    expect(harms.map(({ what }) => what.split("\n")[0])).toEqual(Array(3).fill("RangeError: Invalid array length"));
  });

  it("when a message is a copy of the input", () => {
    const { harms } = over((input) => {
      throw Object.assign(new Error(String(input).repeat(10_000)), { code: "W401" });
    });
    expect(harms[0]?.what).toMatch(/^the message W401 has \d+ characters$/);
  });

  it("when objects of the language change", () => {
    const { harms } = over((input) => {
      Reflect.set(Object.getPrototypeOf({}) as object, "polluted", input);
    });
    Reflect.deleteProperty(Object.prototype, "polluted");
    expect(harms[0]?.what).toBe("Object.prototype has other properties than before");
  });
});

describe("harm to the process is survived", () => {
  it("and the attack goes on behind it", async () => {
    const { harms, accepted, inputs } = await guardedAttack("harmful", 4, 0);
    expect(harms.map(({ seed, what }) => [seed, what])).toEqual([
      [1, "it takes longer than 1 s"],
      [2, expect.stringContaining("ERR_WORKER_OUT_OF_MEMORY")],
    ]);
    // Of what a thread had read before it broke, nothing is known.
    expect([accepted, inputs]).toEqual([1, 4]);
  });
});

describe("a seed alone makes an input", () => {
  it.each(Object.keys(counts))("%s", async (name) => {
    const seen: (string | Uint8Array)[][] = [[], []];
    for (const inputs of seen) {
      // The keys of a record whose keys are these.
      const reader = await readers[name as ReaderName]();
      attack({ draw: reader.draw, read: (input) => void inputs.push(input) }, { inputs: 20, seed: 11 });
    }
    expect(seen[0]).toEqual(seen[1]);
  });
});
