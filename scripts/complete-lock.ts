// Completes package-lock.json after `npm install` changed it. Tools with native code name one optional package per platform;
// npm leaves out of the lock file those that the registry at hand did not serve, and `npm ci` then refuses the whole file.
// The platform is in such a package's name and the version in its parent's entry, so the missing entries can be written.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/** The platform that a package such as `@oxlint/binding-linux-arm64-musl` is built for. */
const platformOf = (name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> => {
  const words = name.split(/[/-]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  if (cpu.length !== 1) throw new Error(`${name}: its name tells no platform, add its lock entry by hand`);
  const isMusl = words.some((word) => word.startsWith("musl"));
  const libc = isMusl ? { libc: ["musl"] } : words.includes("gnu") ? { libc: ["glibc"] } : {};
  return { cpu, ...libc, ...(os.length === 0 ? {} : { os }) };
};

/** An entry with its fields in the order that npm keeps: the version, then the rest by name. */
const entry = (version: string, rest: LockedPackage): LockedPackage => ({
  version,
  ...Object.fromEntries(Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, "en"))),
});

/** The entries that `npm ci` would miss, by their place in the tree. */
const missingEntries = ({ packages }: Lock): Readonly<Record<string, LockedPackage>> =>
  Object.fromEntries(
    Object.values(packages).flatMap(({ optionalDependencies = {}, dev, peer }) =>
      Object.entries(optionalDependencies)
        .filter(([name, version]) => /^\d/.test(version) && !(`node_modules/${name}` in packages))
        .map(([name, version]): readonly [string, LockedPackage] => [
          `node_modules/${name}`,
          entry(version, { ...platformOf(name), ...(dev ? { dev } : {}), optional: true, ...(peer ? { peer } : {}) }),
        ]),
    ),
  );

const path = join(import.meta.dirname, "../package-lock.json");
// npm writes this file; the fields read here are the documented ones of lock file version 3.
const lock = JSON.parse(readFileSync(path, "utf8")) as Lock;
const missing = missingEntries(lock);
const packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, "en")),
);
writeFileSync(path, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
console.log(`package-lock.json: ${Object.keys(missing).length} entries added`);
