// The lint rules. Two kinds: habits that hold everywhere, and the floors (who may import whom), which are made from the
// table in scripts/floors.ts. Type-aware rules run through oxlint-tsgolint. Run it as `npm run lint`.
import type { OxlintConfig } from "oxlint";
import { filesOnNode, floorOverrides } from "./scripts/floor-rules.ts";

const nodeOnly = ["process", "Buffer", "require", "__dirname", "__filename", "setImmediate"];

const entries = [
  "index",
  "formats/index",
  "loose/index",
  "loose/nn",
  "nn/index",
  "optim/index",
  "codegen/index",
  "testing/index",
  "cli/training/index",
  "ir/text/index",
];
const insideSrc = ["**/src/**", ...entries.map((entry) => `!**/src/${entry}.ts`)];
const examplesRule = "Examples are written as a user would write them: they import the package's public entries alone.";

const config: OxlintConfig = {
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise", "vitest"],
  options: { typeAware: true, reportUnusedDisableDirectives: "error" },
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: [
    "dist",
    "out",
    "coverage",
    "test/golden",
    "examples/**/*.mjs",
    // Programs of users, read by tests: they import the package by its name, and have mistakes.
    "test/errors/programs",
    "test/types/users/{networks,mistakes,javascript}",
  ],
  rules: {
    // What the types promise holds: nothing untyped, nothing asserted away, every case named, every promise awaited.
    "typescript/no-explicit-any": "error",
    "typescript/no-unsafe-argument": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-call": "error",
    "typescript/no-unsafe-member-access": "error",
    "typescript/no-unsafe-return": "error",
    "typescript/no-unsafe-function-type": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/only-throw-error": "error",
    "typescript/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true, allowArray: true }],
    "typescript/consistent-type-imports": "error",
    // A cast is reviewed, with its comment saying why; the rule would forbid even the branding of an id.
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/ban-ts-comment": ["error", { "ts-expect-error": "allow-with-description" }],
    // Not ours: loops are written to be read, expressions have a branch called `then`, tsc sees every missing return,
    // ops may have no attributes, zero times infinity is no zero, and the test kit is called `fc` by everyone.
    "no-shadow": "off",
    "typescript/consistent-return": "off",
    "typescript/no-generated-empty-object-type": "off",
    "oxc/erasing-op": "off",
    "import/no-named-as-default-member": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-new-array": "off",
    "unicorn/no-thenable": "off",
    // Strings never become code.
    "no-eval": "error",
    "no-new-func": "error",
    "typescript/no-implied-eval": "error",
    // Files and functions that fit in the head.
    "max-lines": ["error", { max: 400 }],
    "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
    "unicorn/filename-case": ["error", { case: "kebabCase" }],
    "no-warning-comments": "error",
    // One way to name a thing, one direction to depend.
    "import/no-default-export": "error",
    "import/no-cycle": ["error", { ignoreTypes: false }],
    eqeqeq: "error",
    "no-var": "error",
    "prefer-const": "error",
    "vitest/no-focused-tests": "error",
    "vitest/no-disabled-tests": "error",
  },
  overrides: [
    {
      files: ["src/**/*.ts"],
      rules: {
        "no-console": "error",
        "no-restricted-globals": [
          "error",
          ...nodeOnly.map((name) => ({ name, message: "This file also runs in browsers, which lack it." })),
        ],
      },
    },
    { files: filesOnNode, rules: { "no-restricted-globals": "off" } },
    { files: ["src/cli/**/*.ts"], rules: { "no-console": "off" } },
    { files: ["test/**/*.ts"], rules: { "max-lines-per-function": "off", "vitest/expect-expect": "off" } },
    {
      files: ["examples/**/*.ts"],
      rules: { "no-restricted-imports": ["error", { patterns: [{ group: insideSrc, message: examplesRule }] }] },
    },
    { files: ["*.config.ts"], rules: { "import/no-default-export": "off" } },
    ...floorOverrides,
  ],
};

export default config;
