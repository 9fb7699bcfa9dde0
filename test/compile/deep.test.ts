// Deep graphs need no deep stack: thousands of nodes, each made of the one before it, go through every stage in a process with a fifth of
// the usual stack. 100,000 of them are a matter of time alone.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const child = fileURLToPath(new URL("deep-child.ts", import.meta.url));

describe("deep graphs on a shallow stack", () => {
  it.each([
    ["chain", 4000],
    ["products", 1500],
    ["gradient", 1500],
    ["sums", 1500],
    ["joins", 1000],
  ])(
    "%s",
    async (name, count) => {
      const { stdout } = await promisify(execFile)(process.execPath, ["--stack-size=200", child, name, String(count)]);
      // What `deep-child.ts` prints.
      const { nodes, first } = JSON.parse(stdout) as { readonly nodes: number; readonly first: readonly number[] };
      expect(nodes).toBeGreaterThan(count);
      const [wasm, closure, reference] = first;
      expect(closure).toBe(wasm);
      expect(wasm).toBeCloseTo(reference ?? Number.NaN, 2);
    },
    120_000,
  );
});
