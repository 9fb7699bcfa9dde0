// Runs every example in its short form, one after the other, as its reader would: `npm run examples`, or some of them by what
// their names contain, `npm run examples -- lstm gru`. What they draw is under out/.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsx = fileURLToPath(import.meta.resolve("tsx/cli"));
const wanted = process.argv.slice(2);
const names = readdirSync(join(root, "examples"))
  .filter((name) => /^\d\d-.*\.ts$/.test(name))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));

const failed: string[] = [];
for (const name of names) {
  console.log(`\n── ${name}`);
  const start = performance.now();
  const { status } = spawnSync(process.execPath, [tsx, join("examples", name), "--short"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 300_000,
  });
  console.log(`── ${status === 0 ? "" : "FAILED "}in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (status !== 0) failed.push(name);
}
console.log(`\n${names.length - failed.length} of ${names.length} examples did what they promise`);
for (const name of failed) console.log(`failed: ${name}`);
process.exitCode = failed.length === 0 && names.length > 0 ? 0 : 1;
