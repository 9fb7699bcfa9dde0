// The help texts: of the whole tool, and of one command with its options and examples.
import type { AnyCommand, Option } from "./command.ts";
import type { Palette } from "./ui.ts";

type Row = readonly [left: string, right: string];

/** Two columns, indented. */
const columns = (rows: readonly Row[], { cyan }: Palette): readonly string[] => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${cyan(left.padEnd(width))}  ${right}`);
};

const section = (title: string, lines: readonly string[], { bold }: Palette): readonly string[] =>
  lines.length === 0 ? [] : ["", bold(title), ...lines];

const hint = ({ oneOf, valueHint }: Option): string => oneOf?.join("|") ?? valueHint ?? "VALUE";

const optionRow = ([name, option]: readonly [string, Option]): Row => [
  option.type === "boolean" ? `--${name}` : `--${name} ${hint(option)}`,
  option.description,
];

const argument = ([name, { optional }]: readonly [string, Option]): string =>
  optional === true ? `[${name.toUpperCase()}]` : name.toUpperCase();

/** The help of one command. */
export const commandHelp = ({ name, summary, options, examples }: AnyCommand, palette: Palette): string => {
  const all = Object.entries(options);
  const places = all.filter(([, { type }]) => type === "positional");
  const named = all.filter(([, { type }]) => type !== "positional");
  return [
    `weft ${name}: ${summary}`,
    ...section("usage", [`  weft ${[name, ...places.map(argument)].join(" ")} [options]`], palette),
    ...section(
      "arguments",
      columns(
        places.map(([key, { description }]) => [key.toUpperCase(), description]),
        palette,
      ),
      palette,
    ),
    ...section("options", columns(named.map(optionRow), palette), palette),
    ...section(
      "examples",
      examples.map((example) => `  ${example}`),
      palette,
    ),
  ].join("\n");
};

/** The help of the tool. */
export const toolHelp = (commands: readonly AnyCommand[], palette: Palette): string =>
  [
    "weft: compiles neural networks that are described as typed graphs",
    ...section("usage", ["  weft COMMAND [arguments] [options]"], palette),
    ...section(
      "commands",
      columns(
        commands.map(({ name, summary }): Row => [name, summary]),
        palette,
      ),
      palette,
    ),
    ...section(
      "options",
      columns(
        [
          ["--help", "Show this help, or that of a command."],
          ["--version", "Show the version."],
        ],
        palette,
      ),
      palette,
    ),
    ...section(
      "examples",
      commands.flatMap(({ examples }) => examples.slice(0, 1).map((example) => `  ${example}`)),
      palette,
    ),
    "",
    "A MODEL is a file that exports a model, a training, a decoding or a graph (.ts, .mts, .js, .mjs), or a graph as text (.weft).",
  ].join("\n");
