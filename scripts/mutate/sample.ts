// A checker of StrykerJS that lets a random sample of the mutants through: MUTATE_SAMPLE says how many, MUTATE_SEED which ones. The rest
// is reported as if it did not compile, which StrykerJS does not count.
import { drawn, type Place } from "./draw.ts";

interface Mutant extends Place {
  readonly id: string;
}

interface Checker {
  readonly init: () => Promise<void>;
  readonly group: (mutants: readonly Mutant[]) => Promise<readonly (readonly string[])[]>;
  readonly check: (mutants: readonly Mutant[]) => Promise<Readonly<Record<string, object>>>;
}

/** All mutants of a run are one group, so that they come to `check` together; those that are ignored do not come at all. */
const checker = (): Checker => ({
  init: () => Promise.resolve(),
  group: (mutants) => Promise.resolve([mutants.map(({ id }) => id)]),
  check: (mutants) => {
    const [count, seed] = [Number(process.env["MUTATE_SAMPLE"]), Number(process.env["MUTATE_SEED"])];
    const chosen = new Set(drawn(mutants, count, seed));
    const verdict = (mutant: Mutant): object =>
      chosen.has(mutant) ? { status: "passed" } : { status: "compileError", reason: "not in the sample" };
    return Promise.resolve(Object.fromEntries(mutants.map((mutant) => [mutant.id, verdict(mutant)])));
  },
});

/** What StrykerJS looks for in a plugin. */
export const strykerPlugins: readonly object[] = [{ kind: "Checker", name: "sample", factory: checker }];
