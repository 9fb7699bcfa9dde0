// StrykerJS over one scope; which one it is, MUTATE_TESTS and MUTATE_REPORT say (scripts/mutate.ts).

const report = process.env["MUTATE_REPORT"] ?? "out/mutation/report.json";

/** What StrykerJS reads; its types are installed where it is, which is not everywhere. */
const config: object = {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner", "./scripts/mutate/sample.ts"],
  checkers: process.env["MUTATE_SAMPLE"] === undefined ? [] : ["sample"],
  vitest: { configFile: "scripts/mutate/vitest.config.ts", related: false },
  // There is none of that name: StrykerJS would change the project's with an interface that TypeScript 7 lacks.
  tsconfigFile: "none.json",
  coverageAnalysis: "perTest",
  // What runs while modules load is held against all tests of a scope, each time from the beginning.
  ignoreStatic: process.env["MUTATE_STATIC"] !== "1",
  concurrency: 1,
  timeoutMS: 20_000,
  dryRunTimeoutMinutes: 20,
  reporters: ["clear-text", "progress-append-only", "json"],
  jsonReporter: { fileName: report },
  incrementalFile: report.replace(/json$/, "incremental.json"),
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  ignorePatterns: ["/out", "/bench", "/docs", "/dist", "/coverage", "/.git", "/scripts/mutate/node_modules"],
  tempDirName: "out/stryker",
  // Texts are names of rules and sentences for people, which tests of their own hold to their word.
  mutator: { excludedMutations: ["StringLiteral"] },
};

export default config;
