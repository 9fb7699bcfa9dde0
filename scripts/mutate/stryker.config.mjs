// StrykerJS over one scope: MUTATE_TESTS and MUTATE_REPORT come from scripts/mutate.ts.

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "scripts/mutate/vitest.config.ts", related: false },
  // There is none of that name: StrykerJS would change the project's with an interface that TypeScript 7 lacks.
  tsconfigFile: "none.json",
  coverageAnalysis: "perTest",
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 60_000,
  reporters: ["clear-text", "progress-append-only", "json"],
  jsonReporter: { fileName: process.env.MUTATE_REPORT },
  incrementalFile: process.env.MUTATE_REPORT.replace(/json$/, "incremental.json"),
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  ignorePatterns: ["/out", "/bench", "/docs", "/dist", "/coverage", "/.git", "/scripts/mutate/node_modules"],
  tempDirName: "out/stryker",
  // Texts are names of rules and sentences for people, which tests of their own hold to their word.
  mutator: { excludedMutations: ["StringLiteral"] },
};
