// Proves that the package works where it is used: packs it, installs the tarball into an empty project, and there, on the
// machine's own Node, imports every entry, runs the command, and checks that strict projects of every supported TypeScript accept the types, however
// they resolve modules.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

const root = join(import.meta.dirname, "..");
const work = mkdtempSync(join(tmpdir(), "weftgraph-package-"));

/** The machine as a user has it: without the Node that npm scripts put in front. */
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"))),
  PATH: (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter),
};

const run = (folder: string, command: string, ...rest: readonly string[]): string => {
  console.log(`$ ${[command, ...rest].join(" ")}`);
  return execFileSync(command, rest, {
    cwd: folder,
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
};

const manifestOf = (folder: string): Manifest =>
  // The file is this project's own; `exports` is there by construction.
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** Packs the built project and returns the tarball's path. */
const pack = (): string => {
  execFileSync("npm", ["run", "build"], { cwd: root, stdio: "inherit" });
  run(root, "npm", "pack", "--ignore-scripts", "--pack-destination", work);
  const tarball = readdirSync(work).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack left no tarball");
  return join(work, tarball);
};

const checkShape = async (manifest: Manifest): Promise<void> => {
  const { messages } = await publint({ pkgDir: root, level: "warning", strict: true });
  for (const message of messages) console.error(formatMessage(message, manifest as never));
  if (messages.length > 0) throw new Error(`publint found ${messages.length} problems in package.json`);
};

const checkRunning = (project: string, entries: readonly string[]): void => {
  const script = `for (const entry of ${JSON.stringify(entries)}) {
    const names = Object.keys(await import(entry));
    if (names.length === 0) throw new Error(entry + " exports nothing");
    console.log(process.version, entry, names.length + " exports");
  }`;
  writeFileSync(join(project, "entries.mjs"), script);
  console.log(run(project, "node", "entries.mjs").trimEnd());
  if (!run(project, "npx", "--no-install", "weft", "--help").includes("weft"))
    throw new Error("weft --help says nothing");
};

/** The project is accepted by every compiler that is supported. */
const typeCheck = (project: string): void => {
  for (const compiler of ["typescript-5", "typescript", "typescript-7"])
    run(project, process.execPath, join(root, "node_modules", compiler, "bin/tsc"), "-p", ".");
};

/** Workers are a file of the package: a model on two threads gives what it gives on one. */
const checkThreads = (project: string, name: string): void => {
  const script = `import { availableParallelism } from "node:os";
  import { compile, defineModel, matmul, spec } from ${JSON.stringify(name)};
  const square = spec("f32", [128, 128]);
  const forward = (_, { a, b }) => ({ c: matmul(a, b) });
  const product = defineModel({ name: "product", params: {}, inputs: { a: square, b: square }, forward });
  const a = Float32Array.from({ length: 128 * 128 }, (_, at) => at % 7);
  const [one, two] = [await compile(product), await compile(product, { threads: 2 })];
  const threads = two.executable.threads;
  if (threads !== Math.min(2, availableParallelism())) throw new Error(threads + " threads");
  const [x, y] = [one, two].map((run) => run({ a, b: a }).c.data.join());
  if (x !== y) throw new Error("two threads give other results than one");
  console.log(process.version, threads + " threads");`;
  writeFileSync(join(project, "threads.mjs"), script);
  console.log(run(project, "node", "threads.mjs").trimEnd());
};

/** Strict projects that read all declarations accept those of some entries. */
const checkTypes = (project: string, entries: readonly string[]): void => {
  const imports = entries.map((entry, index) => `import * as entry${index} from "${entry}";`).join("\n");
  const uses = `export const all: readonly object[] = [${entries.map((_, index) => `entry${index}`).join(", ")}];`;
  writeFileSync(join(project, "entries.ts"), `${imports}\n${uses}\n`);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: "es2023",
    types: [],
    skipLibCheck: false,
  };
  for (const resolution of [
    { module: "node16" },
    { module: "nodenext" },
    { module: "esnext", moduleResolution: "bundler" },
  ]) {
    const options = { ...compilerOptions, ...resolution };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["entries.ts"] }));
    typeCheck(project);
  }
};

/** GPT-2 and ResNet-18 as users write them, in TypeScript and in JavaScript, are accepted by every compiler that is supported. */
const checkNetworks = (project: string): void => {
  const users = join(root, "test/types/users");
  cpSync(join(users, "networks"), join(project, "networks"), { recursive: true });
  cpSync(join(users, "javascript/classifier.js"), join(project, "networks/classifier.js"));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "es2023",
    module: "nodenext",
    types: [],
    skipLibCheck: true,
    allowJs: true,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["networks"] }));
  typeCheck(project);
};

try {
  const manifest = manifestOf(root);
  const entries = Object.keys(manifest.exports)
    .filter((path) => !path.endsWith(".json"))
    .map((path) => manifest.name + path.slice(1));
  const tarball = pack();
  await checkShape(manifest);
  const project = join(work, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
  const install = (what: string): string =>
    run(project, "npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", what);
  install(tarball);
  checkTypes(
    project,
    entries.filter((entry) => !entry.endsWith("/testing")),
  );
  // The test kit alone needs it.
  install("fast-check@4");
  checkRunning(project, entries);
  checkThreads(project, manifest.name);
  checkTypes(project, entries);
  checkNetworks(project);
  console.log(`the package works: ${entries.length} entries, types and command`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
