// A case as a test to paste: TypeScript that builds graph and values anew with the public entries, every number to the bit, and
// asks a property of `weftgraph/testing` by name.
import { isPlainName, printNumber } from "../../ir/graph/print-node.ts";
import { printGraph } from "../../ir/text/print.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import type { GraphProperty } from "../property.ts";

/** A number as a literal of TypeScript that is the same double. */
const literal = (value: number): string => {
  if (Number.isFinite(value)) return printNumber(value);
  return Number.isNaN(value) ? "Number.NaN" : value > 0 ? "Infinity" : "-Infinity";
};

/** A name as a key of an object; what is no plain word, or would not be a key at all, is computed. */
const key = (name: string): string => (isPlainName(name) && name !== "__proto__" ? name : `[${JSON.stringify(name)}]`);

const arrays = (of: Readonly<Record<string, NdArray>>): string => {
  const rows = Object.entries(of).map(
    ([name, { dtype, shape, data }]) =>
      `    ${key(name)}: { dtype: "${dtype}", shape: [${shape.join(", ")}], data: Float64Array.of(${Array.from(data, literal).join(", ")}) },\n`,
  );
  return rows.length === 0 ? "{}" : `{\n${rows.join("")}  }`;
};

/** Text between backticks, in which nothing is taken for an expression. */
const template = (text: string): string => `\`${text.replaceAll(/[\\`]|\$(?=\{)/g, "\\$&")}\``;

/** The import of a property: from the kit, or, where that does not have it, from wherever the reader has it. */
const importOf = ({ name, code }: GraphProperty): readonly string[] =>
  code === undefined
    ? [
        'import { parseGraph } from "weftgraph/text";',
        `import { property } from "./property.ts"; // the property "${name}"`,
      ]
    : [
        `import { ${/^\w*/.exec(code)?.[0] ?? code} } from "weftgraph/testing";`,
        'import { parseGraph } from "weftgraph/text";',
      ];

/**
 * The source of a test that asks a property of a case, to paste into a suite or a bug report.
 *
 * @example
 * const drawn = { graph: parseGraph("graph @g() {\n}"), feeds: {}, parameters: {} };
 * toCode(drawn, agreesOnBackends()).includes("agreesOnBackends()"); // true
 */
export const toCode = ({ graph, feeds, parameters }: GraphCase, property: GraphProperty): string =>
  [
    'import { expect, test } from "vitest";',
    ...importOf(property),
    "",
    `test(${JSON.stringify(property.name)}, async () => {`,
    `  const graph = parseGraph(${template(printGraph(graph))});`,
    `  const feeds = ${arrays(feeds)} as const;`,
    `  const parameters = ${arrays(parameters)} as const;`,
    `  expect(await ${property.code ?? "property"}.check({ graph, feeds, parameters })).toBeUndefined();`,
    "});",
    "",
  ].join("\n");
