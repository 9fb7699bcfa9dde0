// Turns the table of floors into lint rules: one override per folder, holding what its files may not import. An import is
// judged as it is written, so the same floor reads `../loop/expr.ts` inside src/ir and `../ir/loop/expr.ts` outside it.
import type { OxlintOverride } from "oxlint";
import { type Floor, floors } from "./floors.ts";

type Restriction = { readonly message: string } & ({ readonly regex: string } | { readonly group: string[] });

const covers = (folder: string, other: string): boolean => other === folder || other.startsWith(`${folder}/`);

/** The folders that a floor may not import. The main entry is no floor to stand on: it is left to the cycle rule. */
const hiddenFrom = ({ folder, sees }: Floor): readonly string[] =>
  floors
    .map((floor) => floor.folder)
    .filter((other) => other !== "index" && !covers(folder, other) && !covers(other, folder))
    .filter((other) => !sees.some((seen) => covers(seen, other)));

/** How a file writes the way to `other`: the leading `ir/` falls away between the folders of src/ir. */
const pathTo = (folder: string, other: string): string => {
  const path = folder.startsWith("ir/") ? other.replace(/^ir\//, "(ir/)?") : other;
  return path.replaceAll("-", String.raw`\-`);
};

const foldersRule = (floor: Floor, start: string): readonly Restriction[] => {
  const hidden = hiddenFrom(floor).map((other) => pathTo(floor.folder, other));
  if (hidden.length === 0) return [];
  return [{ regex: String.raw`${start}(${hidden.join("|")})(/|\.ts$|-[a-z-]+\.ts$)`, message: `${floor.says}.` }];
};

const packagesMessage = ({ folder, packages, typesOf }: Floor): string => {
  const names = [...packages, ...typesOf.map((name) => `the types of ${name}`)].join(", ");
  return `src/${folder} imports ${names === "" ? "no package" : `no package but ${names}`}.`;
};

/**
 * Every bare name is a package, except Node's own modules (which have a rule of their own) and the ones allowed.
 * The linter takes a match with a `!` glob for the last word, so this rule comes after all others of its file.
 */
const packagesRule = (floor: Floor): Restriction => {
  const allowed = [...floor.packages, ...floor.typesOf].map((name) => `!${name}`);
  return {
    group: ["*", "!./**", "!../**", "!node:*", "!node:*/**", ...allowed],
    message: packagesMessage(floor),
  };
};

const nodeRule = ({ folder, onNode }: Floor): readonly Restriction[] => {
  const where = onNode.length === 0 ? "" : ` (outside ${onNode.join(", ")})`;
  return [{ regex: "^node:", message: `src/${folder}${where} also runs in browsers: it imports no module of Node's.` }];
};

/** The overrides of one floor: its folder, its files at the top of src, and those of its files that may use Node. */
const overridesOf = (floor: Floor): readonly OxlintOverride[] => {
  const { folder, typesOf, onNode } = floor;
  const paths = typesOf.map((name) => ({ name, message: packagesMessage(floor), allowTypeImports: true }));
  const override = (files: readonly string[], restrictions: readonly Restriction[]): OxlintOverride => ({
    files: [...files],
    rules: { "no-restricted-imports": ["error", { paths, patterns: [...restrictions, packagesRule(floor)] }] },
  });
  const inside = foldersRule(floor, String.raw`^(\.\./)+`);
  const atTop = foldersRule(floor, String.raw`^\./`);
  return [
    override([`src/${folder}/**/*.ts`], [...inside, ...nodeRule(floor)]),
    override([`src/${folder}.ts`, `src/${folder}-*.ts`], [...atTop, ...nodeRule(floor)]),
    ...(onNode.length === 0 ? [] : [override(onNode, inside)]),
  ];
};

/** The lint overrides that hold the floors. */
export const floorOverrides: OxlintOverride[] = floors.flatMap(overridesOf);

/** Globs of every file that may use Node: process and Buffer are allowed there and nowhere else in src. */
export const filesOnNode: string[] = floors.flatMap((floor) => [...floor.onNode]);
