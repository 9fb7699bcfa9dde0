// The table of docs/numerics.md says what the scalar tables promise, function by function. UPDATE=1 writes it again.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { binary } from "../../src/ir/scalar/binary.ts";
import { unary } from "../../src/ir/scalar/unary.ts";

const place = new URL("../../docs/numerics.md", import.meta.url);
const region = /(<!-- accuracy:[^\n]*-->\n)[\s\S]*?(<!-- \/accuracy -->)/;

/** Functions of f32 by the error they promise, least first. */
const accuracyTable = (): string => {
  const promised = [...Object.entries(unary), ...Object.entries(binary)].filter(([, { dtypes }]) =>
    dtypes.includes("f32"),
  );
  const errors = [...new Set(promised.map(([, { ulp }]) => ulp))].sort((a, b) => a - b);
  const rows = errors.map((error) => {
    const names = promised.flatMap(([name, { ulp }]) => (ulp === error ? [`\`${name}\``] : []));
    return `| ${error} | ${names.join(", ")} |`;
  });
  return ["| ulp | functions |", "|---|---|", ...rows, ""].join("\n");
};

it("lists each function with its promise", () => {
  const page = readFileSync(place, "utf8");
  const current = page.replace(region, (_, begin: string, end: string) => `${begin}\n${accuracyTable()}\n${end}`);
  const isUpdating = process.env["UPDATE"] === "1";
  if (isUpdating) writeFileSync(place, current);
  expect(isUpdating ? current : page).toBe(current);
  expect(region.test(page)).toBe(true);
});
