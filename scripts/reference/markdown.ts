// The few forms that the generated pages are made of.

const generated = "<!-- Written by scripts/generate-docs.ts (npm run docs). Changes belong to what it reads. -->";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** A table; cells may be any text on one line. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
};

/** Text as it is typed. */
export const code = (text: string): string => `\`${text}\``;

/** A list; lines that have nothing to say are left out. */
export const bullets = (lines: readonly (string | undefined)[]): string =>
  lines.flatMap((line) => (line === undefined ? [] : [`- ${line}`])).join("\n");

/** A block of text as it is typed. */
export const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** A whole page: what it is about, and its parts. */
export const page = (title: string, parts: readonly string[]): string =>
  `${[`# ${title}`, generated, ...parts].join("\n\n")}\n`;
