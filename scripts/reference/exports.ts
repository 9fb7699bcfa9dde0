// What the sources themselves say of the functions they export, for the pages that list them: the doc comment above each,
// how it is called, its options, and the parameters of a layer. TypeScript 7 has no programming interface yet, so the text is
// read: enough of it for how this project writes functions, and a test sees that nothing is left without a comment.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A named thing with a sentence about it. */
export interface Described {
  readonly name: string;
  readonly doc: string;
}

/** A function as its module exports it. */
export interface ExportedFunction extends Described {
  readonly file: string;
  /** `conv2d(images, weight, { stride?, padding? })` */
  readonly call: string;
  readonly options: readonly Described[];
  /** What it refuses, by code. */
  readonly refuses: string;
  /** The paper, or PyTorch's page. */
  readonly source: string;
  /** Its example, without imports. */
  readonly example: string;
  /** The text of its definition. */
  readonly text: string;
}

const root = join(import.meta.dirname, "../..");

const read = (file: string): string => readFileSync(join(root, file), "utf8");

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" };

/** Behind the comment that begins here, or here where none does. */
const behindComment = (text: string, at: number): number => {
  const end = text.startsWith("/*", at) ? "*/" : text.startsWith("//", at) ? "\n" : undefined;
  return end === undefined ? at : text.indexOf(end, at + 2) + end.length;
};

/** Behind the bracket that closes the one at `open`. Arrows close nothing. */
const closingAt = (text: string, open: number): number => {
  const expected: string[] = [];
  for (let at = open; at < text.length; at++) {
    at = behindComment(text, at);
    const [character = "", before] = [text[at], text[at - 1]];
    const close = closing[character];
    if (close !== undefined) expected.push(close);
    else if (character === expected.at(-1) && !(character === ">" && before === "=")) expected.pop();
    if (expected.length === 0) return at + 1;
  }
  return text.length;
};

/** The parts between separators that stand in no bracket and no comment. */
const topLevel = (text: string, separator: string): readonly string[] => {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    at = behindComment(text, at);
    if (closing[text[at] ?? ""] !== undefined) at = closingAt(text, at) - 1;
    else if (text[at] === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)].map((part) => part.trim()).filter((part) => part !== "");
};

const linesOf = (comment: string): readonly string[] =>
  comment
    .replaceAll(/^\s*\/\*\*|\*\/\s*$/g, "")
    .replaceAll(/^\s*\* ?/gm, "")
    .split("\n");

const joined = (lines: readonly string[]): string =>
  lines
    .map((line) => line.trim())
    .join(" ")
    .trim();

/** The lines behind a tag, up to the next; of no tag, those in front of all. */
const behindTag = (comment: string, tag?: string): readonly string[] => {
  const lines = linesOf(comment);
  const start = tag === undefined ? -1 : lines.findIndex((line) => line.startsWith(`@${tag}`));
  if (tag !== undefined && start < 0) return [];
  const end = lines.findIndex((line, at) => at > start && /^@\w/.test(line));
  const [first = "", ...rest] = lines.slice(Math.max(start, 0), end < 0 ? undefined : end);
  return [tag === undefined ? first : first.slice(tag.length + 1), ...rest];
};

const docOf = (comment: string): string => joined(behindTag(comment));

/** An example without imports, which stand on no page. */
const exampleOf = (comment: string): string =>
  behindTag(comment, "example")
    .filter((line) => !line.startsWith("import "))
    .join("\n")
    .trim();

/** The file that a name is imported from, and what it is called there. */
const importOf = (text: string, name: string, file: string): string | undefined => {
  for (const [, names = "", from = ""] of text.matchAll(/import (?:type )?\{([^}]*)\} from "(\.[^"]+)"/g))
    if (new RegExp(`\\b${name}\\b`).test(names)) return join(dirname(file), from);
  return undefined;
};

/** An interface or type where it is written: what stands between its name and its body, the body, and the file. */
interface Declaration {
  readonly head: string;
  readonly body: string;
  readonly file: string;
}

const declarationOf = (name: string, file: string): Declaration | undefined => {
  const text = read(file);
  const found = new RegExp(`^(?:export )?(?:interface|type) ${name}\\b`, "m").exec(text);
  if (found !== null) {
    const behind = found.index + found[0].length;
    const open = text.indexOf("{", text[behind] === "<" ? closingAt(text, behind) : behind);
    return { head: text.slice(behind, open), body: text.slice(open, closingAt(text, open)), file };
  }
  const from = importOf(text, name, file);
  return from === undefined ? undefined : declarationOf(name, from);
};

/** The properties of a body and what is said above them; one that may be left out ends in a question mark. */
const propertiesOf = (body: string): readonly Described[] =>
  topLevel(body.slice(1, -1), ";").flatMap((property) => {
    const [, comment = "", name = "", optional = ""] =
      /^(\/\*\*.*?\*\/)?\s*(?:readonly )?(\w+)(\??):/s.exec(property) ?? [];
    return name === "" ? [] : [{ name: `${name}${optional}`, doc: docOf(comment) }];
  });

/** The properties of a type of options: written out, by name, of several joined, or of one that extends another. */
const optionsOf = (type: string, file: string): readonly Described[] => {
  const open = type.indexOf("{");
  const inline = open < 0 ? [] : propertiesOf(type.slice(open, closingAt(type, open)));
  const outside = open < 0 ? type : type.slice(0, open) + type.slice(closingAt(type, open));
  const named = [...outside.matchAll(/\b\w+Options\b/g)].flatMap(([name]) => {
    const declared = declarationOf(name, file);
    return declared === undefined ? [] : [...propertiesOf(declared.body), ...optionsOf(declared.head, declared.file)];
  });
  return [...inline, ...named];
};

interface Parameter {
  readonly shown: string;
  readonly options: readonly Described[];
}

/** One parameter: its name, or its properties where it is a record of options, some of which a declared type adds. */
const parameterOf = (parameter: string, file: string, added: readonly Described[]): Parameter => {
  const plain = parameter.replace(/^(?:\/\*\*.*?\*\/\s*)+/s, "");
  const [name = "", optional = ""] = /^(\w+)(\??)/.exec(plain)?.slice(1) ?? [];
  const type = plain.slice(plain.startsWith("{") ? closingAt(plain, 0) : plain.indexOf(":")).replace(/^:\s*/, "");
  const [written = ""] = topLevel(type, "=");
  if (plain.startsWith("{") || /options$/i.test(name)) {
    const options = [...added, ...optionsOf(written, file)];
    return { shown: `{ ${options.map((option) => option.name).join(", ")} }`, options };
  }
  const defaulted = topLevel(plain.replaceAll("=>", ""), "=").length > 1;
  return { shown: `${name}${optional === "" && defaulted ? "?" : optional}`, options: [] };
};

/** The text between the parentheses of the first call signature from `start` on. */
const parametersFrom = (text: string, start: number): string | undefined => {
  const open = text.slice(start).search(/[<(]/) + start;
  if (open < start) return undefined;
  const parenthesis = text[open] === "<" ? text.indexOf("(", closingAt(text, open)) : open;
  return parenthesis < 0 ? undefined : text.slice(parenthesis + 1, closingAt(text, parenthesis) - 1);
};

/** The parameters of an exported function: written there, or by the type it is declared with. */
const parametersOf = (text: string, name: string, file: string): readonly Parameter[] | undefined => {
  const found = new RegExp(`export const ${name}\\b(?:: (\\w+))?`).exec(text);
  if (found === null) return undefined;
  const behind = found.index + found[0].length;
  const [, type] = found;
  const declared = type === undefined ? undefined : declarationOf(type, file);
  const parameters =
    type === undefined
      ? parametersFrom(text, text.indexOf("=", behind) + 1)
      : declared && parametersFrom(declared.body, 1);
  const added = type !== undefined && text[behind] === "<" ? text.slice(behind + 1, closingAt(text, behind) - 1) : "";
  if (parameters === undefined) return undefined;
  const options = optionsOf(added, file);
  return topLevel(parameters, ",").map((parameter) => parameterOf(parameter, declared?.file ?? file, options));
};

/** The functions that a file exports, in order. Constants that are no functions are left out. */
export const functionsIn = (file: string): readonly ExportedFunction[] => {
  const text = read(file);
  const starts = [...text.matchAll(/(\/\*\*(?:(?!\*\/).)*\*\/\n)?export const (\w+)/gs)];
  return starts.flatMap((start, at) => {
    const [, comment = "", name = ""] = start;
    const parameters = parametersOf(text, name, file);
    if (parameters === undefined) return [];
    return {
      name,
      doc: docOf(comment),
      file,
      call: `${name}(${parameters.map(({ shown }) => shown).join(", ")})`,
      options: parameters.flatMap(({ options }) => options).filter(({ doc }) => doc !== ""),
      refuses: joined(behindTag(comment, "throws")),
      source: joined(behindTag(comment, "see")),
      example: exampleOf(comment),
      text: text.slice(start.index, starts[at + 1]?.index ?? text.length),
    };
  });
};

/** What a module says of itself: the comment that its file opens with. */
export const openingOf = (file: string): string =>
  read(file)
    .split("\n")
    .slice(0, 12)
    .reduce<{ readonly lines: readonly string[]; readonly open: boolean }>(
      ({ lines, open }, line) =>
        open && line.startsWith("// ") ? { lines: [...lines, line.slice(3)], open } : { lines, open: false },
      { lines: [], open: true },
    )
    .lines.join(" ");

/** The files whose functions an index hands on, other indices followed, in order; files of which it takes types alone are none. */
export const filesBehind = (index: string): readonly string[] =>
  [...read(index).matchAll(/export (?:\{[^}]*\}|\*) from "(\.[^"]+)"/g)].flatMap(([, from = ""]) => {
    const file = join(dirname(index), from);
    return file.endsWith("/index.ts") && existsSync(join(root, file)) ? filesBehind(file) : [file];
  });

/** The names that an index hands on by name from one file; undefined where it hands on all of them. */
export const namesFrom = (index: string, file: string): ReadonlySet<string> | undefined => {
  for (const [, names, from = ""] of read(index).matchAll(/export (?:\{([^}]*)\}|\*) from "(\.[^"]+)"/g))
    if (join(dirname(index), from) === file)
      return names === undefined ? undefined : new Set(names.split(",").map((name) => name.trim()));
  return undefined;
};

/** The interfaces and types of a file whose names end so, with what is said of each and their text. */
export const typesIn = (file: string, ending: string): readonly (Described & { readonly text: string })[] => {
  const text = read(file);
  const found = [
    ...text.matchAll(new RegExp(`(/\\*\\*(?:(?!\\*/).)*\\*/\\n)?export (?:interface|type) (\\w+${ending})\\b`, "gs")),
  ];
  return found.map(({ 1: comment = "", 2: name = "", index }) => ({
    name,
    doc: docOf(comment),
    text: text.slice(index, text.indexOf("\n\n", index + comment.length)),
  }));
};
