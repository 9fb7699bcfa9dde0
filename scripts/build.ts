// Builds dist: TypeScript emits modules and declarations, file for file. tsc rewrites `./file.ts` to `./file.js` in the imports of
// modules but leaves declarations alone, and the addresses of workers, so those are rewritten here.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

const relativeTypeScriptImport = /((?:from|import)\s*\(?\s*"\.{1,2}\/[^"]+)\.ts"/g;

/** `new URL("./worker.ts", import.meta.url)`: what bundlers look for, too. */
const relativeTypeScriptAddress = /(new URL\("\.{1,2}\/[^"]+)\.ts"(?=, import\.meta\.url\))/g;

const rewriteAddresses = (): void => {
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") && !name.endsWith(".js")) continue;
    const pattern = name.endsWith(".d.ts") ? relativeTypeScriptImport : relativeTypeScriptAddress;
    const path = join(dist, name);
    const text = readFileSync(path, "utf8");
    const rewritten = text.replaceAll(pattern, '$1.js"');
    if (rewritten !== text) writeFileSync(path, rewritten);
  }
};

rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ["node_modules/typescript-7/bin/tsc", "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status === 0) rewriteAddresses();
process.exitCode = status ?? 1;
