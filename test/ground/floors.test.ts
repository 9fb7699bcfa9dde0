// Plants one violation of each kind in a small project that uses the real lint configuration, and expects the linter to
// name it. A second set of files keeps to the rules and must pass, so that a rule which forbids everything fails too.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { floors } from "../../scripts/floors.ts";
import { inRings, lawful, planted } from "./planted.ts";

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  readonly filename: string;
}

const root = join(import.meta.dirname, "../..");
const project = mkdtempSync(join(tmpdir(), "weftgraph-floors-"));
let findings: readonly Finding[] = [];

const lint = async (): Promise<readonly Finding[]> => {
  const command = join(root, "node_modules/oxlint/bin/oxlint");
  // oxlint exits non-zero because it finds something: the output is the result all the same.
  const { stdout } = await promisify(execFile)(process.execPath, [command, "-f", "json", "src", "examples"], {
    cwd: project,
    maxBuffer: 1 << 26,
  }).catch((error: unknown) => error as { readonly stdout: string });
  return (JSON.parse(stdout) as { readonly diagnostics: readonly Finding[] }).diagnostics;
};

const findingsIn = (file: string): readonly Finding[] =>
  findings.filter((finding) => finding.filename.replaceAll("\\", "/").endsWith(file));

beforeAll(async () => {
  for (const shared of [
    "oxlint.config.ts",
    "tsconfig.json",
    "package.json",
    "scripts/floors.ts",
    "scripts/floor-rules.ts",
  ]) {
    cpSync(join(root, shared), join(project, shared));
  }
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"), "junction");
  const sources = [...Object.entries(lawful), ...planted.map(({ file, source }) => [file, source] as const)];
  for (const [file, source] of sources) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), `${source}\n`);
  }
  findings = await lint();
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the linter catches", () => {
  test.each(planted)("$what", ({ file, rule, says }) => {
    const texts = findingsIn(file)
      .filter((finding) => finding.code === rule)
      .map((finding) => `${finding.message} ${finding.help ?? ""}`);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain(says);
  });

  test("nothing in files that keep to the rules", () => {
    const wrong = Object.keys(lawful)
      .filter((file) => !inRings.includes(file))
      .flatMap(findingsIn);
    expect(wrong).toEqual([]);
  });
});

describe("the table of floors", () => {
  const folders = floors.map((floor) => floor.folder);

  test("has a row for every folder of src", () => {
    const names = [...readdirSync(join(root, "src")), ...readdirSync(join(root, "src/ir")).map((name) => `ir/${name}`)];
    const unknown = names
      .filter((name) => name !== "ir")
      .map((name) => name.replace(/\.ts$/, ""))
      .filter((name) => !folders.some((folder) => name === folder || name.startsWith(`${folder}-`)));
    expect(unknown).toEqual([]);
  });

  test("lets nobody see a higher row, but for what is inside its own folder", () => {
    const upward = floors.flatMap(({ folder, sees }, row) =>
      sees
        .filter((seen) => folders.indexOf(seen) > row && !seen.startsWith("ir/diagnostics"))
        .map((seen) => `${folder} sees ${seen}`),
    );
    expect(upward).toEqual([]);
  });
});
