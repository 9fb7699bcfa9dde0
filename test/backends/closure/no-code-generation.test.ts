// Closures run where the engine refuses to make code of strings.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("closures run with code generation from strings switched off", async () => {
  const script = fileURLToPath(new URL("./run-without-code-generation.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--disallow-code-generation-from-strings",
    "--no-warnings",
    script,
  ]);
  expect(stdout).toBe("code generation: refused\nresult: 3 5 7 9 11 13 15\n");
});
