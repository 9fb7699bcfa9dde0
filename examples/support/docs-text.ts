// Real text that is always here: the prose of this repository's own documentation, in paragraphs.
import { readFileSync } from "node:fs";

const pages = [
  ...["README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG"].map((name) => `${name}.md`),
  ...["cli", "passes", "standalone-modules", "adding-a-pass", "adding-an-op", "tour", "numerics", "testing"].map(
    (name) => `docs/${name}.md`,
  ),
];

/** The paragraphs of the pages without code blocks, tables and headings, each on one line, with backticks around code. */
export const paragraphs = (): readonly string[] =>
  pages.flatMap((page) =>
    readFileSync(new URL(`../../${page}`, import.meta.url), "utf8")
      .replaceAll(/^```[^]*?^```/gm, "")
      .split(/\n\s*\n/)
      .filter((paragraph) => !/^\s*[#|<]/.test(paragraph))
      .map((paragraph) => paragraph.replaceAll(/\s+/g, " ").trim())
      .filter((paragraph) => paragraph !== ""),
  );
