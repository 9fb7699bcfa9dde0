// TypeScript 5 and 6 as editors use them: a service in this process.
import { join } from "node:path";
import type ts from "typescript";
import type { Editor } from "./editor.ts";

/** The module of a compiler: the parts that 5 and 6 have in common. */
type Compiler = typeof ts;

const serviceOf = (compiler: Compiler, folder: string): ts.LanguageService => {
  const { sys } = compiler;
  const { config } = compiler.readConfigFile(join(folder, "tsconfig.json"), (path) => sys.readFile(path)) as {
    config: unknown;
  };
  const { fileNames, options } = compiler.parseJsonConfigFileContent(config, sys, folder);
  return compiler.createLanguageService({
    ...sys,
    useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
    getScriptFileNames: () => fileNames,
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => {
      const text = sys.readFile(file);
      return text === undefined ? undefined : compiler.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => folder,
    getCompilationSettings: () => options,
    getDefaultLibFileName: compiler.getDefaultLibFilePath,
  });
};

/** Opens a project. */
export const openService = (compiler: Compiler, folder: string): Editor => {
  const service = serviceOf(compiler, folder);
  const path = (file: string): string => join(folder, file);
  return {
    errors: async (file) =>
      service.getSemanticDiagnostics(path(file)).map(({ file: source, start = 0, messageText }) => {
        const { line = 0, character = 0 } = source?.getLineAndCharacterOfPosition(start) ?? {};
        const message = compiler.flattenDiagnosticMessageText(messageText, "\n");
        return { line: line + 1, column: character + 1, message };
      }),
    hover: async (file, offset) =>
      compiler.displayPartsToString(service.getQuickInfoAtPosition(path(file), offset)?.displayParts),
    completions: async (file, offset) =>
      service.getCompletionsAtPosition(path(file), offset, {})?.entries.map(({ name }) => name) ?? [],
    close: () => service.dispose(),
  };
};

/** Names of types that the package's declarations have, and none of its entries exports. */
export const internalTypes = (compiler: Compiler, entries: readonly string[]): ReadonlySet<string> => {
  const program = compiler.createProgram(entries, { module: compiler.ModuleKind.NodeNext, noLib: true, types: [] });
  const checker = program.getTypeChecker();
  const exported = new Set(
    entries.flatMap((entry) => {
      const source = program.getSourceFile(entry);
      const symbol = source && checker.getSymbolAtLocation(source);
      return symbol === undefined ? [] : checker.getExportsOfModule(symbol).map(({ name }) => name);
    }),
  );
  const declarations = program.getSourceFiles().filter(({ fileName }) => fileName.includes("/weftgraph/dist/"));
  const declared = declarations.flatMap(({ text }) =>
    Array.from(text.matchAll(/^(?:export )?(?:declare )?(?:interface|type|class) (\w+)/gm), ([, name = ""]) => name),
  );
  return new Set(declared.filter((name) => !exported.has(name)));
};
