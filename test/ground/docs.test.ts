// The reference pages say what the compiler says: they are regenerated here and compared.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generateDocs } from "../../scripts/generate-docs.ts";
import { commands } from "../../src/cli/command-line.ts";

const read = (name: string): string => readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");

describe("docs", () => {
  test.each([...generateDocs()])("%s is current (npm run docs writes it)", (name, text) => {
    expect(read(name)).toBe(text);
  });

  test("cli.md names every command and every option", () => {
    const page = read("cli.md");
    const words = commands.flatMap(({ name, options }) => [
      `## weft ${name}`,
      ...Object.entries(options).flatMap(([option, { type }]) => (type === "positional" ? [] : [`--${option}`])),
    ]);
    expect(words.filter((word) => !page.includes(word))).toEqual([]);
  });
});
