// The test that a report proposes, pasted into a project: it runs on the very case, whatever its names and numbers are. That such
// tests are well typed is seen on the page that shows one (docs/testing.md).
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { printCase } from "../../../src/testing/corpus/case-text.ts";
import { toCode } from "../../../src/testing/report/to-code.ts";
import { packageProject } from "../../support/package-project.ts";
import { caseOf } from "../shrinking/support.ts";

const project = packageProject();
afterAll(project.remove);

const hostile = caseOf(
  `graph @"\`\${process.exit(1)}\`"(%x: f32[6], %"__proto__": f64[1], %"a\\"b\\u2028": i32[1]) {
    %0 = parameter {name = "w\`"} : f32[1]
    %1 = unary %x {fn = neg} : f32[6]
    entry @main(y = %1, "*/" = %"__proto__", n = %"a\\"b\\u2028") updates("w\`" = %0)
  }`,
  { x: [Number.NaN, Infinity, -Infinity, -0, 1e-45, 0.1].map(Math.fround), ["__proto__"]: [1 / 3], "w`": [5e-324] },
);

/** vitest, as far as the pasted test needs it. */
const vitestStandIn = `
  export const test = (name, body) => void body();
  export const expect = (value) => ({ toBeUndefined: () => { if (value !== undefined) throw new Error("it is something"); } });
`;

test("what is pasted is the case, to the bit", async () => {
  const echo = `
    import { type GraphCase, printCase } from "weftgraph/testing";
    export const echo = { check: async (drawn: GraphCase) => { process.stdout.write(printCase(drawn)); return undefined; } };
  `;
  const code = toCode(hostile, { name: 'of "all" kinds', code: "echo", check: async () => undefined });
  project.write("pages/echo.ts", echo);
  project.write("pages/pasted.ts", code.replace('"weftgraph/testing"', '"./echo.ts"'));
  project.write("node_modules/vitest/package.json", '{ "name": "vitest", "type": "module", "exports": "./index.js" }');
  project.write("node_modules/vitest/index.js", vitestStandIn);
  const { stdout } = await promisify(execFile)(process.execPath, [join(project.folder, "pages/pasted.ts")], {
    env: project.environment,
  });
  expect(stdout).toBe(printCase(hostile));
}, 60_000);
