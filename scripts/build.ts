// Builds dist: TypeScript emits modules and declarations, file for file. tsc rewrites `./file.ts` to `./file.js` in the
// modules but leaves declarations alone, so those are rewritten here.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

const relativeTypeScriptImport = /((?:from|import)\s*\(?\s*"\.{1,2}\/[^"]+)\.ts"/g;

const rewriteDeclarations = (): void => {
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    const path = join(dist, name);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(relativeTypeScriptImport, '$1.js"'));
  }
};

rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status === 0) rewriteDeclarations();
process.exitCode = status ?? 1;
