// The fenced blocks of Markdown pages: read by tests that hold the pages to what they show, and written again on UPDATE=1.

/** A fenced block. */
export interface Block {
  /** The first word behind the fence: the language. */
  readonly language: string;
  /** The words after it, which say what a test does with the block. */
  readonly marks: readonly string[];
  /** What is between the fences; it ends with a line break. */
  readonly text: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
}

const fence = /^```(.*)\n((?:.*\n)*?)```$/gm;

/** All fenced blocks, in order. */
export const blocksOf = (markdown: string): readonly Block[] =>
  Array.from(markdown.matchAll(fence), ({ 1: info = "", 2: text = "", index }): Block => {
    const [language = "", ...marks] = info.split(" ");
    return { language, marks, text, line: markdown.slice(0, index).split("\n").length };
  });

/** The page with other contents in its blocks: `contents` holds those that change, by the line of the fence. */
export const withBlocks = (markdown: string, contents: ReadonlyMap<number, string>): string =>
  markdown.replaceAll(fence, (whole: string, info: string, _text: string, index: number) => {
    const text = contents.get(markdown.slice(0, index).split("\n").length);
    return text === undefined ? whole : `\`\`\`${info}\n${text}\`\`\``;
  });

/** The path that a block's first line names as a comment: `// src/ir/ops/a.ts`, `// model.ts`. */
export const pathOf = ({ text }: Block): string | undefined => /^\/\/ ([\w./-]+\.(?:ts|mts|weft))\n/.exec(text)?.[1];
