// The project's own cases as tests: every case on one backend.
import { expect, test } from "vitest";
import type { BackendName } from "../../src/index.ts";
import { caseFiles, caseNameOf, missingCases } from "./case-folder.ts";
import { checkCase } from "./check-case.ts";
import { ownCases } from "./command.ts";
import { readCase } from "./golden-case.ts";

/** A test for each case of test/golden. */
export const testAllCases = (backend: BackendName): void => {
  const files = caseFiles(ownCases);
  test("there are 196 cases", () => {
    expect(files.length).toBe(196);
    expect(missingCases(ownCases)).toEqual([]);
  });
  test.each(files.map((file) => [caseNameOf(file), file] as const))("%s", (_, file) => {
    const { passed, detail } = checkCase(readCase(file), backend);
    expect({ passed, detail }).toEqual({ passed: true, detail });
  });
};
