// Builds the reference of all entries as HTML in out/api, from their docstrings (npm run docs:api). Every warning is an error: a
// link that leads nowhere, something public without a docstring, a type in a public signature that no entry exports.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Application } from "typedoc";

const root = join(import.meta.dirname, "..");

/** The rules by which the type checker follows shapes: what they mean to users is their sentences, not their names. */
const shapeRules = (): readonly string[] => {
  const folder = "src/ir/types/static";
  return readdirSync(join(root, folder)).flatMap((file) =>
    Array.from(
      readFileSync(join(root, folder, file), "utf8").matchAll(/^export (?:type|interface) (\w+)/gm),
      ([, name = ""]) => `${folder}/${file}:${name}`,
    ),
  );
};

const application = await Application.bootstrap({
  name: "weftgraph",
  tsconfig: join(root, "tsconfig.build.json"),
  entryPoints: [
    "index.ts",
    "nn/index.ts",
    "optim/index.ts",
    "codegen/index.ts",
    "formats/index.ts",
    "cli/training/index.ts",
    "testing/index.ts",
    "ir/text/index.ts",
  ].map((file) => join(root, "src", file)),
  out: join(root, "out/api"),
  readme: "none",
  disableSources: true,
  excludeInternal: true,
  // The project's own compiler has checked the sources.
  skipErrorChecking: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  intentionallyNotExported: [...shapeRules()],
});

const project = await application.convert();
if (project !== undefined) {
  application.validate(project);
  await application.generateOutputs(project);
}
if (project === undefined || application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1;
