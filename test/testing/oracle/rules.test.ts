// Each rule by its op's own random uses: what the op's program gives is within the bound, from ordinary and from extreme operands,
// and a result that is off by a few bounds is not.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { computingOps, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { evaluateBounded } from "../../../src/testing/oracle/evaluate-bounded.ts";
import { judge } from "../../../src/testing/oracle/judge.ts";
import { agreesWithMeaning } from "../../../src/testing/properties/agrees-with-meaning.ts";

const { check } = agreesWithMeaning();

describe("one op", () => {
  test.each(computingOps)("%s: programs are within the bound, and what is off by a few bounds is not", async (kind) => {
    let informative = 0;
    await fc.assert(
      fc.asyncProperty(graphs({ ops: [kind], maxSteps: 1, maxElements: 256 }), async (drawn) => {
        expect(await check(drawn)).toBeUndefined();
        for (const bounded of Object.values(
          evaluateBounded(drawn.graph, "main", drawn.feeds, drawn.parameters).outputs,
        )) {
          const element = bounded.error.findIndex((error, at) => error < Infinity && Number.isFinite(bounded.data[at]));
          if (element < 0) continue;
          informative += 1;
          const [value = 0, error = 0] = [bounded.data[element], bounded.error[element]];
          const off = bounded.data.with(element, value + 3 * error + 2 ** -100 + Math.abs(value) * 2 ** -52);
          expect(judge(off, bounded).violation).toMatchObject({ element, bound: error });
        }
      }),
      { numRuns: 12 },
    );
    expect(informative).toBeGreaterThan(3);
  });
});
