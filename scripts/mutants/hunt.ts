// Looks for a graph that shows the mistake which this process was started with, and makes it as simple as it gets. Says what it
// found as one line of JSON.
import { parseArgs } from "node:util";
import type { GraphCase } from "../../src/testing/arbitraries/graph.ts";
import type { GraphProperty } from "../../src/testing/property.ts";
import { minimize } from "../../src/testing/shrinking/minimize.ts";
import { batchOf } from "../fuzz/batch.ts";
import { violationIn } from "../fuzz/check.ts";
import { properties } from "../fuzz/properties.ts";

/** What a hunt ends with. */
export interface Prey {
  /** How many graphs were held against all properties until one failed; all of them if none did. */
  readonly graphs: number;
  readonly milliseconds: number;
  readonly property?: string;
  readonly says?: string;
  /** Nodes that compute something, before and after shrinking. */
  readonly nodes?: readonly [before: number, after: number];
}

const { values } = parseArgs({
  options: { seed: { type: "string" }, graphs: { type: "string" }, checks: { type: "string" } },
});

/** How long to look for a simpler graph: so many checks, so that what is found does not depend on how busy the machine is. */
const patience = { checks: Number(values.checks ?? 1500), milliseconds: 600_000 };

const leaves: ReadonlySet<string> = new Set(["input", "parameter", "constant", "data"]);

/** How large a case is: nodes that are no leaves. */
const sizeOf = ({ graph }: GraphCase): number => [...graph.nodes.values()].filter(({ op }) => !leaves.has(op)).length;

const simplest = async (property: GraphProperty, drawn: GraphCase): Promise<GraphCase> =>
  (await minimize(drawn, async (simpler) => (await violationIn(property, simpler)) !== undefined, patience)).drawn;

const hunt = async (seed: number, most: number): Promise<Prey> => {
  const start = performance.now();
  const elapsed = (): number => Math.round(performance.now() - start);
  let graphs = 0;
  for (let batch = 0; graphs < most; batch++)
    for (const drawn of batchOf(seed, batch)) {
      graphs++;
      for (const { property, every } of properties) {
        if (graphs % every !== 0) continue;
        const violation = await violationIn(property, drawn);
        if (violation === undefined) continue;
        const milliseconds = elapsed();
        const nodes = [sizeOf(drawn), sizeOf(await simplest(property, drawn))] as const;
        return { graphs, milliseconds, property: property.name, says: violation.what, nodes };
      }
    }
  return { graphs, milliseconds: elapsed() };
};

console.log(JSON.stringify(await hunt(Number(values.seed ?? 1), Number(values.graphs ?? 2000))));
