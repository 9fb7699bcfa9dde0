// Findings as people read them: what went wrong, the place with the lines of source around it, further facts in columns,
// and the cure. Colours and the reader of source files are handed in, so this runs anywhere and colours nothing by itself.
//
//   error[W203]: matmul: inner dimensions differ: 784 vs 768 (f32[B, 784] x f32[768, 10])
//
//     model.ts:14:17
//      13 |   const hidden = relu(linear(x, weights.hidden));
//      14 |   return hidden.matmul(weights.output);
//         |                 ^^^^^^
//     operand 1  f32[B, 784]   from model.ts:13:18
//     operand 2  f32[768, 10]  from model.ts:6:12
//     help: matmul contracts the last axis of the left operand with the second-to-last of the right
import type { Diagnostic, Note, WeftError } from "./diagnostic.ts";
import type { Frame } from "./location.ts";

/** How the parts of a finding are coloured; each is given text and gives text. */
export interface Colors {
  /** The word "error" with its code, and the carets. */
  readonly error: (text: string) => string;
  /** The sentence. */
  readonly message: (text: string) => string;
  /** Places in files. */
  readonly place: (text: string) => string;
  /** Line numbers and rules. */
  readonly quiet: (text: string) => string;
  /** The word "help". */
  readonly help: (text: string) => string;
}

/** What rendering may use. */
export interface RenderOptions {
  /** The text of a source file, where it can be read. */
  readonly source?: (file: string) => string | undefined;
  /** Paths inside this folder are shown relative to it. */
  readonly cwd?: string;
  /** How parts are coloured; not at all unless given. */
  readonly color?: Colors;
}

const unchanged = (text: string): string => text;
const plain: Colors = { error: unchanged, message: unchanged, place: unchanged, quiet: unchanged, help: unchanged };

/** Text as it may go to a terminal: what a user's string could do there besides being read is taken out. */
const visible = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");

const withSlashes = (path: string): string => path.replaceAll("\\", "/");

const relativePath = (file: string, cwd: string | undefined): string => {
  if (cwd === undefined) return file;
  const folder = `${withSlashes(cwd).replace(/\/$/, "")}/`;
  const path = withSlashes(file);
  return path.startsWith(folder) ? path.slice(folder.length) : file;
};

const printPlace = ({ file, line, column }: Frame, { cwd }: RenderOptions): string =>
  visible(`${relativePath(file, cwd)}:${line}:${column}`);

/** How much of a line is shown, and how much of that lies before the place. */
const window = { width: 120, before: 80 } as const;

/** What the carets stand under: a number, an identifier, a value of IR text or a string, else one character. */
const pointedAt = /^(?:\d[\d.]*|[%@]?[\p{ID_Start}$_\d][\p{ID_Continue}$]*|[%@]?"(?:[^"\\]|\\.){0,80}")/u;

/** Lines before and at the place, with carets; nothing where the source is not at hand or is shorter than that. */
const codeFrame = ({ file, line, column }: Frame, { source, color = plain }: RenderOptions): readonly string[] => {
  const lines = source?.(file)?.split(/\r?\n/);
  const text = lines?.[line - 1];
  if (lines === undefined || text === undefined || column < 1 || column > text.length + 1) return [];
  const from = text.length > window.width ? Math.max(0, column - 1 - window.before) : 0;
  const cut = (whole: string): string =>
    visible(whole.slice(from, from + window.width).replaceAll("\t", " ")).trimEnd();
  const digits = `${line}`.length;
  const numbered = (number: number): string =>
    `${color.quiet(` ${`${number}`.padStart(digits)} |`)} ${cut(lines[number - 1] ?? "")}`.trimEnd();
  const word = pointedAt.exec(text.slice(column - 1))?.[0] ?? "";
  const room = from + window.width - (column - 1);
  const carets = "^".repeat(Math.max(1, Math.min(word.length, room)));
  return [
    ...(line > 1 ? [numbered(line - 1)] : []),
    numbered(line),
    `${color.quiet(` ${" ".repeat(digits)} |`)} ${" ".repeat(column - 1 - from)}${color.error(carets)}`,
  ];
};

/** Facts in columns: label, text, origin. */
const renderNotes = (notes: readonly Note[], options: RenderOptions): readonly string[] => {
  const { color = plain } = options;
  const rows = notes.map(({ label, text, location }) => {
    const frame = location?.();
    return { label: visible(label), text: visible(text), origin: frame && `from ${printPlace(frame, options)}` };
  });
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const labelWidth = widest(rows.map(({ label }) => label));
  const textWidth = widest(rows.map(({ text }) => text));
  return rows.map(({ label, text, origin }) => {
    const columns = [label.padEnd(labelWidth), ...(textWidth > 0 ? [text.padEnd(textWidth)] : [])];
    return [...columns, ...(origin === undefined ? [] : [color.place(origin)])].join("  ").trimEnd();
  });
};

/** Lines as they are, with an empty one behind them. */
const renderReport = (report: string | undefined): readonly string[] =>
  report === undefined ? [] : [...report.trimEnd().split("\n").map(visible), ""];

/**
 * One finding as text of several lines, without a line break at its end: code and sentence, the user's lines, notes,
 * and how to mend it.
 *
 * @example
 * const finding = { code: "W203", message: "matmul: inner dimensions differ", help: "transpose one", notes: [] } as const;
 * renderDiagnostic(finding).split("\n")[0]; // "error[W203]: matmul: inner dimensions differ"
 */
export const renderDiagnostic = (diagnostic: Diagnostic, options: RenderOptions = {}): string => {
  const { color = plain } = options;
  const frame = diagnostic.location?.();
  const place = frame === undefined ? [] : [color.place(printPlace(frame, options)), ...codeFrame(frame, options)];
  const details = [
    ...place,
    ...renderNotes(diagnostic.notes, options),
    ...renderReport(diagnostic.report),
    `${color.help("help:")} ${visible(diagnostic.help)}`,
  ];
  const first = `${color.error(`error[${diagnostic.code}]:`)} ${color.message(visible(diagnostic.message))}`;
  return [first, "", ...details.map((line) => `  ${line}`.trimEnd())].join("\n");
};

/**
 * All findings of an error as text, with an empty line between two.
 *
 * @example
 * const error = new WeftError([{ code: "W124", message: "B has no value", help: "dims: { B: 1 }", notes: [] }]);
 * renderError(error).split("\n")[0]; // "error[W124]: B has no value"
 */
export const renderError = (error: WeftError, options: RenderOptions = {}): string =>
  error.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options)).join("\n\n");
