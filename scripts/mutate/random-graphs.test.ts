// A few random graphs through the whole compiler, for mutants: `npm test` has thousands of them (test/properties).
import { expect, test } from "vitest";
import { graphs } from "../../src/testing/arbitraries/graph.ts";
import { agreesOnBackends } from "../../src/testing/properties/agrees-on-backends.ts";
import { forAll } from "../../src/testing/report/for-all.ts";

test.each([1, 2, 3, 4])("random graphs, part %s", async (seed) => {
  await expect(forAll(graphs(), agreesOnBackends(), { runs: 15, seed })).resolves.toBeUndefined();
});
