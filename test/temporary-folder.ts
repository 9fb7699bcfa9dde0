// A folder in which tests put files, made before the first of them and gone behind the last. Its files are ES modules, whatever
// stands above it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    temporary: string;
  }
}

/** Makes the folder, which tests get by `inject("temporary")`; what it gives takes it away. */
export const setup = ({ provide }: TestProject): (() => void) => {
  const temporary = mkdtempSync(join(tmpdir(), "weft-tests-"));
  writeFileSync(join(temporary, "package.json"), '{ "type": "module" }');
  provide("temporary", temporary);
  return () => rmSync(temporary, { recursive: true, force: true });
};
