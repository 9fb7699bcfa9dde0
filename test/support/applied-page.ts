// A page that says how to change the sources, applied to a copy of them: its `ts` blocks that begin with a path are new
// files, its `diff` blocks (whose first line is `--- path`) change one that is there.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { blocksOf, pathOf } from "./markdown.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of the sources, with the project's packages. */
export interface SourceCopy {
  readonly folder: string;
  readonly read: (path: string) => string;
  readonly write: (path: string, text: string) => void;
  readonly remove: () => void;
}

const copySources = (): SourceCopy => {
  const folder = mkdtempSync(join(tmpdir(), "weft-copy-"));
  cpSync(join(root, "src"), join(folder, "src"), { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  // What is exported must carry its type, as in the project's own build.
  const compilerOptions = { isolatedDeclarations: true, preserveSymlinks: true };
  write("tsconfig.json", JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: ["src"] }));
  return {
    folder,
    write,
    read: (path) => readFileSync(join(folder, path), "utf8"),
    remove: () => rmSync(folder, { recursive: true }),
  };
};

/** Replaces the lines that a diff keeps or removes, which stand once in the file, by those that it keeps or adds. */
const patched = (text: string, path: string, lines: readonly string[]): string => {
  const side = (sign: "+" | "-"): string =>
    lines.flatMap((line) => (line.startsWith(" ") || line.startsWith(sign) ? [`${line.slice(1)}\n`] : [])).join("");
  const [before, after, ...more] = text.split(side("-"));
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${path}: the page's lines are not there, or more than once:\n${side("-")}`);
  return before + side("+") + after;
};

/** Applies the blocks, and gives the paths they touch. */
const applyBlocks = (markdown: string, copy: SourceCopy): readonly string[] =>
  blocksOf(markdown).flatMap((block) => {
    const path = pathOf(block);
    if (block.language === "ts" && path?.startsWith("src/") === true) {
      copy.write(path, block.text);
      return [path];
    }
    const [head = "", ...lines] = block.text.trimEnd().split("\n");
    if (block.language !== "diff" || !head.startsWith("--- ")) return [];
    const changed = head.slice("--- ".length);
    copy.write(changed, patched(copy.read(changed), changed, lines));
    return [changed];
  });

/** A copy of the sources to which a page has been applied, and the paths it touched; the caller removes the copy. */
export const applyPage = (markdown: string): SourceCopy & { readonly touched: readonly string[] } => {
  const copy = copySources();
  try {
    return { ...copy, touched: applyBlocks(markdown, copy) };
  } catch (error) {
    copy.remove();
    throw error;
  }
};
