// What the package's entries export, with the docstrings: for the test that nothing public lacks a part, and for the one that runs
// the examples. Read by TypeScript 6, whose compiler is a library; nothing is type-checked here.
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The package's entries, the main one first, and the files behind them. */
export const entries: Readonly<Record<string, string>> = {
  weftgraph: "src/index.ts",
  "weftgraph/nn": "src/nn/index.ts",
  "weftgraph/optim": "src/optim/index.ts",
  "weftgraph/codegen": "src/codegen/index.ts",
  "weftgraph/formats": "src/formats/index.ts",
  "weftgraph/node": "src/cli/training/index.ts",
  "weftgraph/testing": "src/testing/index.ts",
  "weftgraph/text": "src/ir/text/index.ts",
};

/** A part of a docstring behind a tag. */
export interface Tag {
  /** `example`, `throws`, `see`. */
  readonly name: string;
  /** What stands behind the name, its lines as they are. */
  readonly text: string;
  /** The line in the file of the first line of `text`. */
  readonly line: number;
}

/** Something that an entry exports. */
export interface PublicExport {
  readonly name: string;
  /** The entry that exports it first. */
  readonly entry: string;
  readonly kind: "function" | "constant" | "type";
  /** The file in which it is declared, from the root, and the line of the declaration. */
  readonly file: string;
  readonly line: number;
  /** The docstring in front of its tags. */
  readonly summary: string;
  readonly tags: readonly Tag[];
  /** The declaration itself. */
  readonly node: ts.Declaration;
}

const lineAt = (source: ts.SourceFile, position: number): number =>
  source.getLineAndCharacterOfPosition(position).line + 1;

/** The lines of a comment without its stars, and where the first of them stands. */
const commentLines = (text: string): readonly string[] =>
  text
    .replace(/^\/\*\*/, "")
    .replace(/\s*\*\/$/, "")
    .split("\n")
    .map((line, at) => (at === 0 ? line.trim() : line.replace(/^\s*\* ?/, "").trimEnd()));

const partsOf = (text: string, line: number): Pick<PublicExport, "summary" | "tags"> => {
  const summary: string[] = [];
  const tags: { name: string; lines: string[]; line: number }[] = [];
  for (const [at, content] of commentLines(text).entries()) {
    const [, name, rest = ""] = /^@(\w+) ?(.*)$/.exec(content) ?? [];
    if (name !== undefined)
      tags.push({ name, lines: rest === "" ? [] : [rest], line: line + at + Number(rest === "") });
    else (tags.at(-1)?.lines ?? summary).push(content);
  }
  return {
    summary: summary.join("\n").trim(),
    tags: tags.map(({ lines, ...tag }) => ({ ...tag, text: lines.join("\n").trimEnd() })),
  };
};

const docstringOf = (node: ts.Declaration): Pick<PublicExport, "summary" | "tags"> => {
  const comment = ts.getJSDocCommentsAndTags(node).findLast(ts.isJSDoc);
  return comment === undefined
    ? { summary: "", tags: [] }
    : partsOf(comment.getText(), lineAt(node.getSourceFile(), comment.pos));
};

const kindOf = (checker: ts.TypeChecker, symbol: ts.Symbol): PublicExport["kind"] => {
  if ((symbol.flags & ts.SymbolFlags.Value) === 0) return "type";
  if ((symbol.flags & ts.SymbolFlags.Class) !== 0) return "type";
  return checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0 ? "function" : "constant";
};

/** Everything public, entry by entry; what several entries export stands under the first. */
export const publicExports = (): readonly PublicExport[] => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.build.json"), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = Object.values(entries).map((file) => join(root, file));
  // What the environment declares takes half the time to read, and nothing here asks for it.
  const program = ts.createProgram(files, { ...options, types: [] });
  const checker = program.getTypeChecker();
  const found = new Map<ts.Symbol, PublicExport>();
  for (const [entry, file] of Object.entries(entries)) {
    const source = program.getSourceFile(join(root, file));
    const module = source && checker.getSymbolAtLocation(source);
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      const [node] = symbol.declarations ?? [];
      if (node === undefined || found.has(symbol)) continue;
      const declared = node.getSourceFile();
      found.set(symbol, {
        name: exported.name,
        entry,
        kind: kindOf(checker, symbol),
        file: relative(root, declared.fileName),
        line: lineAt(declared, node.getStart()),
        ...docstringOf(node),
        node,
      });
    }
  }
  return [...found.values()];
};
