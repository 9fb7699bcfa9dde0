// Builds the reference of all entries as HTML in out/api, from their docstrings (npm run docs:api). Every warning is an error: a
// link that leads nowhere, something public without a docstring, a type in a public signature that no entry exports.
import { join } from "node:path";
import { Application, ConsoleLogger, LogLevel } from "typedoc";

const root = join(import.meta.dirname, "..");

/**
 * Where the types are declared that public signatures may name without their being public: the rules by which the type checker
 * follows shapes, which speak to users in sentences; and what graphs, ops, loop programs and passes consist of, which
 * docs/adding-an-op.md and docs/adding-a-pass.md describe.
 */
const unnamed =
  /, defined in \S*src\/(ir\/types\/static|ir\/ops|ir\/loop|ir\/graph|passes|backends)\/.* is referenced by /;

/** Rules of shapes that stand beside the functions they are for. */
const ownRule =
  /(\w+Shape|\w+Of\w*|Twice|Types|IsAnyTree|AllRows|SharedFeatures|Joined|NumberMethod|RealMethod|StateAfter|NamedAs|WithPrefixes|Averaged|CheckData), defined in \S*src\/(ir\/functions|ir\/types|nn|model|training)\/.* is referenced by /;

/** Prints what is wrong, and counts it. */
class Complaints extends ConsoleLogger {
  override log(message: string, level: Parameters<ConsoleLogger["log"]>[1]): void {
    if (level === LogLevel.Warn && (unnamed.test(message) || ownRule.test(message))) this.warningCount--;
    else super.log(message, level);
  }
}

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
  readme: join(root, "docs/api.md"),
  disableSources: true,
  excludeInternal: true,
  // The project's own compiler has checked the sources.
  skipErrorChecking: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  // Patterns that types are matched with, the brand of ids, and the types of functions that are given.
  intentionallyNotDocumented: [
    "index.Params.__type.kind",
    "index.Params.__type.params",
    "index.Params.__type.bind",
    "index.NamedParameters.__type.kind",
    "index.NamedParameters.__type.params",
    "index.ConstantId.__type.[brand]",
    "index.MakeCustomGradient.F",
    "index.layer.F",
  ],
  logLevel: LogLevel.Warn,
});
application.logger = new Complaints();

const project = await application.convert();
if (project !== undefined) {
  application.validate(project);
  await application.generateOutputs(project);
}
if (project === undefined || application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1;
