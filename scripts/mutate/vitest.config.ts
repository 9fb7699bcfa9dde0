// The tests of one scope, as StrykerJS runs them: MUTATE_TESTS says which.
import { matchesGlob, relative } from "node:path";
import { mergeConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import plain from "../../vitest.config.ts";

const tests = (process.env["MUTATE_TESTS"] ?? "").split("\n");

/** Files in the order of their scope: vitest would begin with the slowest, and a mutant is done with the first test that fails. */
class InOrder extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const file = relative(process.cwd(), moduleId).replaceAll("\\", "/");
      return tests.findIndex((pattern) => matchesGlob(file, pattern));
    };
    return Promise.resolve(files.toSorted((one, other) => rank(one) - rank(other)));
  }
}

const config: ViteUserConfig = mergeConfig(
  { ...plain, test: { ...plain.test, include: [] } },
  { test: { include: tests, sequence: { sequencer: InOrder } } },
);

export default config;
