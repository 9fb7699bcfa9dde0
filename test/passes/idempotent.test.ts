// Passes that say so give their own results back as they are, which is why the manager does not ask them about these.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cse } from "../../src/passes/cse.ts";
import { dce } from "../../src/passes/dce.ts";
import { foldConstants } from "../../src/passes/fold-constants.ts";
import { absorbTransposes, simplify } from "../../src/passes/pipelines.ts";
import { graphs } from "../../src/testing/arbitraries/graph.ts";

const drawn = fc.sample(graphs({ maxSteps: 10, maxElements: 64 }), { seed: 11, numRuns: 150 });

describe.each([simplify, absorbTransposes, foldConstants, cse, dce])("$name", (pass) => {
  test("says that it is idempotent", () => expect(pass.idempotent).toBe(true));

  test("is", () => {
    for (const { graph } of drawn) {
      const once = pass.run(graph);
      expect(pass.run(once)).toBe(once);
    }
  });
});
