// A command that is installed for all projects must not work on the models of a project that has a copy of weftgraph of
// its own: tensors belong to the copy that made them. The project's own command is run instead.
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const manifestFrom = (file: string): string | undefined => {
  try {
    return realpathSync(createRequire(pathToFileURL(file)).resolve("weftgraph/package.json"));
  } catch {
    return undefined;
  }
};

/** The address of the command that belongs to the copy of weftgraph which a model file imports, where that is not ours. */
export const otherInstallation = (file: string): string | undefined => {
  const manifest = manifestFrom(resolve(file));
  if (
    manifest === undefined ||
    manifest === realpathSync(fileURLToPath(new URL("../../package.json", import.meta.url)))
  )
    return undefined;
  const main = join(dirname(manifest), "dist/cli/main.js");
  return existsSync(main) ? pathToFileURL(main).href : undefined;
};

/** Hands the command line over to that command, which ends the process. */
export const handOver = async (main: string): Promise<never> => {
  await import(main);
  return new Promise<never>(() => {});
};
