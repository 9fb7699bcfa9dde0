// The tests of one scope, as StrykerJS runs them: MUTATE_TESTS says which.
import { mergeConfig, type ViteUserConfig } from "vitest/config";
import plain from "../../vitest.config.ts";

const tests = (process.env["MUTATE_TESTS"] ?? "").split("\n");

const config: ViteUserConfig = mergeConfig(
  { ...plain, test: { ...plain.test, include: [] } },
  { test: { include: tests } },
);

export default config;
