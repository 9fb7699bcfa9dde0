// A project as a user has it, in a folder of its own: `weftgraph` and its entries resolve to this checkout's sources, for
// Node and for the type checker alike, and `weft` is a command.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A folder with the package installed. */
export interface PackageProject {
  readonly folder: string;
  /** Writes a file, by its path in the project. */
  readonly write: (path: string, text: string) => void;
  /** The environment in which `weft` and `node` are found. */
  readonly environment: NodeJS.ProcessEnv;
  readonly remove: () => void;
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

/** The sources of the package's entries: `./nn` -> `src/nn/index.ts`. */
const entries = (): readonly (readonly [entry: string, source: string])[] => {
  // The manifest is our own.
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  return Object.entries(manifest.exports).flatMap(([entry, target]) =>
    typeof target === "string"
      ? []
      : [[entry, target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts")] as const],
  );
};

/** Makes the project; the caller removes it. */
export const packageProject = (): PackageProject => {
  const folder = mkdtempSync(join(tmpdir(), "weft-docs-"));
  const write = (path: string, text: string): void => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const sources = entries();
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
  const installed = "node_modules/weftgraph";
  write("package.json", json({ type: "module", private: true }));
  write(
    `${installed}/package.json`,
    json({
      name: "weftgraph",
      type: "module",
      exports: Object.fromEntries(sources.map(([entry, source]) => [entry, `./${source}`])),
    }),
  );
  symlinkSync(join(root, "src"), join(folder, installed, "src"));
  // The peer of `weftgraph/testing`.
  symlinkSync(join(root, "node_modules/fast-check"), join(folder, "node_modules/fast-check"));
  write(
    "tsconfig.json",
    json({
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        paths: Object.fromEntries(
          sources.map(([entry, source]) => [entry.replace(".", "weftgraph"), [join(root, source)]]),
        ),
        typeRoots: [join(root, "node_modules/@types")],
        noUnusedLocals: false,
        lib: ["es2023", "esnext.disposable", "dom"],
      },
      include: ["pages"],
    }),
  );
  const quote = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
  const bin = join(folder, "node_modules/.bin");
  const main = join(root, "src/cli/main.ts");
  write("node_modules/.bin/weft", `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(main)} "$@"\n`);
  chmodSync(join(bin, "weft"), 0o755);
  return {
    folder,
    write,
    environment: {
      ...process.env,
      PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(":"),
      NO_COLOR: "1",
      FORCE_COLOR: undefined,
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
};
