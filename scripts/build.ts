// Builds dist: TypeScript emits modules and declarations, file for file, whose addresses are then those of modules.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { rewriteAddresses } from "./rewrite-addresses.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ["node_modules/typescript-7/bin/tsc", "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status === 0) rewriteAddresses(dist);
process.exitCode = status ?? 1;
