// The example of a docstring as a program: what it names is imported, from the entry of what it is an example of where that has the
// name, and behind each statement that states its result stands a check. Lines stay where they are.
//
//   sum(x); // 6                          a value, as `example-report.ts` shows it, to as many decimals as are stated
//   relu(x); // Tensor<[2], "f32">        a type, exactly, and the shape and dtype that the description has
//   relu(x); // Tensor<[2], "f32">: [0, 1]
//   sum(x, { axes: [7] }); // throws W203
import ts from "typescript";
import { entries, type PublicExport, type Tag } from "./docstrings.ts";

/** What docs/api.md describes for all examples that speak of it. */
const commonNames: readonly string[] = ["classifier", "learning", "graph", "trainer", "data"];

/** That as a module, made from the page: `common()` describes and compiles everything anew. */
export const commonModule = (block: string): string => {
  const start = block.search(/^const /m);
  return `${block.slice(0, start)}export const common = () => {\n${block.slice(start)}return { ${commonNames.join(", ")} };\n};\n`;
};

/** The types that programs use. */
export const reportModule = `/** Notes what a line gives. */
export type Report = (line: number, value: unknown, stated: string, type?: string) => void | Promise<void>;
/** \`true\` where two types are the same. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
`;

/** What a comment states: a type, a value, an error, or several of these. */
interface Statement {
  readonly type?: string;
  readonly value?: string;
}

/** The type in front is a name with arguments; brackets in it are balanced. */
const statementOf = (comment: string): Statement => {
  if (!/^[A-Z]\w*</.test(comment)) return { value: comment };
  let depth = 0;
  for (let at = 0; at < comment.length; at++) {
    if (comment[at] === "<") depth++;
    if (comment[at] === ">" && --depth === 0) {
      const [type, rest] = [comment.slice(0, at + 1), comment.slice(at + 1)];
      return rest.startsWith(": ") ? { type, value: rest.slice(2) } : { type };
    }
  }
  return { value: comment };
};

interface Insertion {
  readonly at: number;
  readonly text: string;
}

interface Context {
  readonly source: ts.SourceFile;
  /** The line in the docstring's file of the example's first line. */
  readonly firstLine: number;
}

/** The value that a statement gives: an expression of its own, or the one constant that it declares. */
const resultOf = (statement: ts.Statement): ts.Expression | undefined => {
  if (ts.isExpressionStatement(statement)) return statement.expression;
  if (!ts.isVariableStatement(statement)) return undefined;
  const [declaration, another] = statement.declarationList.declarations;
  return another === undefined && declaration !== undefined && ts.isIdentifier(declaration.name)
    ? declaration.name
    : undefined;
};

const checkOf = (statement: ts.Statement, { source, firstLine }: Context): readonly Insertion[] => {
  const [, comment] = /^[ \t]*\/\/ (.*)/.exec(source.text.slice(statement.end)) ?? [];
  const result = resultOf(statement);
  if (comment === undefined || result === undefined) return [];
  const line = firstLine + source.getLineAndCharacterOfPosition(statement.end).line;
  const { type, value } = statementOf(comment);
  const [start, end] = [statement.getStart(source), statement.end];
  if (value?.startsWith("throws ")) {
    const thrown = `await note$(${line}, async () => (${result.getText(source)}), ${JSON.stringify(comment)});`;
    return [
      { at: start, text: "/*" },
      { at: end, text: `*/ ${thrown}` },
    ];
  }
  const named = ts.isExpressionStatement(statement) ? `r${line}` : result.getText(source);
  const typed = type === undefined ? "" : ` const t${line}: Same<typeof ${named}, ${type}> = true;`;
  const reported = ` note$(${line}, ${named}, ${JSON.stringify(comment)}, ${JSON.stringify(type ?? "")});`;
  return [
    ...(named === `r${line}` ? [{ at: start, text: `const ${named} = ` }] : []),
    { at: end, text: `${typed}${reported}` },
  ];
};

const checksIn = (node: ts.Node, context: Context): readonly Insertion[] => {
  const within: Insertion[] = [];
  ts.forEachChild(node, (child) => {
    within.push(...checksIn(child, context));
  });
  const isListed = ts.isSourceFile(node.parent ?? node) || ts.isBlock(node.parent);
  return ts.isStatement(node) && isListed ? [...checkOf(node, context), ...within] : within;
};

const namesIn = (node: ts.Node, names = new Set<string>()): ReadonlySet<string> => {
  if (ts.isIdentifier(node)) names.add(node.text);
  ts.forEachChild(node, (child) => {
    namesIn(child, names);
  });
  return names;
};

/** Whether the example declares or imports a name itself. */
const isDeclared = ({ text }: ts.SourceFile, name: string): boolean =>
  new RegExp(`(?:const|let|class|function|type|interface) ${name}\\b|import .*\\b${name}\\b`).test(text);

const importsOf = (source: ts.SourceFile, example: PublicExport, all: readonly PublicExport[]): string => {
  const order = [...new Set([example.entry, ...Object.keys(entries)])];
  // Types are named in comments too.
  const inComments = source.text.match(/(?<=\/\/ .*)\b[A-Z]\w+(?=<)/g) ?? [];
  const lines = [...new Set([...namesIn(source), ...inComments])].flatMap((name) => {
    const [found] = order.flatMap((entry) => all.filter((each) => each.entry === entry && each.name === name));
    if (found === undefined || isDeclared(source, name)) return [];
    const word = found.kind === "type" && found.name !== "WeftError" ? "type " : "";
    return `import { ${word}${name} } from "${found.entry}";`;
  });
  return lines.join(" ");
};

/** The program of an example: its default function runs it and reports what came out. */
export const exampleProgram = (example: PublicExport, { text, line }: Tag, all: readonly PublicExport[]): string => {
  const source = ts.createSourceFile("example.ts", text, ts.ScriptTarget.ESNext, true);
  const insertions = [...checksIn(source, { source, firstLine: line })].sort((a, b) => b.at - a.at);
  const imported = source.statements.filter(ts.isImportDeclaration).at(-1)?.end ?? 0;
  let body = text;
  for (const { at, text: added } of insertions) body = body.slice(0, at) + added + body.slice(at);
  const used = [...namesIn(source)].filter((name) => commonNames.includes(name) && !isDeclared(source, name));
  const common = used.length === 0 ? "" : `const { ${used.join(", ")} } = common();`;
  return [
    importsOf(source, example, all),
    used.length === 0 ? "" : 'import { common } from "./common.ts";',
    'import type { Report, Same } from "./report.ts";',
    body.slice(0, imported),
    `export const run = async (note$: Report): Promise<void> => {${common}${body.slice(imported)}\n};\n`,
  ].join(" ");
};
