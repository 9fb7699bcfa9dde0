// Peers are installed when they are first asked for: they are as large as everything else that the project needs to be worked on,
// and only the bench wants them. Versions are those of package.json and package-lock.json beside this file.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestIn = (...path: readonly string[]): Manifest => {
  const file = join(folder, ...path, "package.json");
  // npm's own file, or ours.
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : {};
};

const isInstalled = (): boolean =>
  Object.entries(manifestIn().dependencies ?? {}).every(
    ([name, version]) => manifestIn("node_modules", name).version === version,
  );

/** Installs the peers if they are missing or of other versions. Their install scripts, which download more, are not run. */
export const installPeers = (note: (text: string) => void): boolean => {
  if (isInstalled()) return true;
  note("installing the peers into bench/node_modules (about 750 MB, once) ...");
  const npm = process.env["npm_execpath"];
  const [command, ...first] = npm === undefined ? ["npm"] : [process.execPath, npm];
  const { status } = spawnSync(command, [...first, "ci", "--ignore-scripts"], {
    cwd: folder,
    stdio: ["ignore", process.stderr.fd, process.stderr.fd],
  });
  return status === 0 && isInstalled();
};
