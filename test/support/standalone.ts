// Runs scripts the way users of an emitted module do: in a process of its own, from a folder without packages, on the
// machine's own Node (20 or later) and on the one that runs the tests.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A Node to run scripts with. */
export interface NodeBinary {
  readonly version: string;
  readonly file: string;
}

const versionOf = (file: string): string => execFileSync(file, ["--version"], { encoding: "utf8" }).trim();

/** The Node of the tests, and the machine's own where it has another. */
export const nodes: readonly NodeBinary[] = (() => {
  const own: NodeBinary = { version: process.version, file: process.execPath };
  const machine = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .find((file) => existsSync(file));
  const other = machine === undefined ? undefined : { version: versionOf(machine), file: machine };
  if (other !== undefined && other.version !== own.version) return [own, other];
  console.log(`emitted modules are tried on ${own.version} alone: there is no other Node outside node_modules`);
  return [own];
})();

/** Runs a script with nothing in its environment; gives what it prints as JSON. */
export const runAlone = (
  { file }: NodeBinary,
  script: string,
  folder: string,
  flags: readonly string[] = ["--disallow-code-generation-from-strings"],
): unknown =>
  JSON.parse(
    execFileSync(file, [...flags, script], {
      cwd: folder,
      env: { PATH: "/usr/bin:/bin" },
      encoding: "utf8",
      timeout: 60_000,
    }),
  );
