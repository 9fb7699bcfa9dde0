// The order in which groups can run, against looking for dependence everywhere.
import fc from "fast-check";
import { expect, test } from "vitest";
import { runningOrder } from "../../src/passes/fusion/running-order.ts";

/** Whether `later` needs `earlier` by way of a third, by any way there is. */
const needsSomehow = (sources: ReadonlyMap<number, ReadonlySet<number>>, later: number, earlier: number): boolean => {
  const seen = new Set([...(sources.get(later) ?? [])].filter((each) => each !== earlier));
  for (const group of seen) for (const each of sources.get(group) ?? []) seen.add(each);
  return seen.has(earlier);
};

test("what is needed indirectly is found, while groups merge whenever they may", () => {
  const network = fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(network, fc.infiniteStream(fc.boolean()), (reads, wishes) => {
      const sources = new Map<number, Set<number>>();
      const order = runningOrder<number>((group) => [...(sources.get(group) ?? [])]);
      const hosts = new Map<number, number>();
      for (const [later, read] of reads.entries()) {
        // Those before it, and nearer ones more often, as in networks.
        const earlierOnes = read.flatMap((far) =>
          later === 0 ? [] : [later - 1 - (far % Math.min(later, 1 + (far % 50)))],
        );
        sources.set(later, new Set(earlierOnes.map((group) => hosts.get(group) ?? group)));
        let host: number | undefined;
        for (const earlier of sources.get(later) ?? []) {
          const needs = order.needsIndirectly(later, earlier);
          expect(needs).toBe(needsSomehow(sources, later, earlier));
          if (!needs && host === undefined && wishes.next().value === true) host = earlier;
        }
        hosts.set(later, host ?? later);
        if (host === undefined) {
          order.append(later);
          continue;
        }
        order.merge(later, host);
        for (const each of sources.get(later) ?? []) if (each !== host) sources.get(host)?.add(each);
        sources.delete(later);
      }
    }),
    { numRuns: 300 },
  );
});
