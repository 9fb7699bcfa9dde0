// Passes do something, come to rest, and make nothing more costly; rules by themselves are tested beside their sets in test/passes. And
// passes that do nothing, never rest or only ever grow graphs are found out.
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { P } from "ts-pattern";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import type { Pass } from "../../../src/passes/pass.ts";
import { rewritePass } from "../../../src/passes/rewrite.ts";
import { binary, type Clause, filled, rules, unary } from "../../../src/passes/rules.ts";
import { type GraphCase, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { exactPasses, graphPasses, passIsUseful, type Usefulness } from "../../../src/testing/index.ts";
import {
  withCopies,
  withDeadCode,
  withIdentities,
  withNearCopies,
} from "../../../src/testing/properties/grow-graph.ts";
import { crowds, expressions } from "./expressions.ts";
import { expectCaught, expectHolds } from "./holding.ts";

/** For each pass over graphs, the smallest graph on which it has something to do. */
const minimal: Readonly<Record<string, string>> = {
  simplify: `graph @g(%x: f32[2]) {
    %0 = unary %x {fn = neg} : f32[2]
    %1 = unary %0 {fn = neg} : f32[2]
    entry @main(y = %1)
  }`,
  "absorb-transposes": `graph @g(%x: f32[2, 3], %z: f32[2, 4]) {
    %0 = transpose %x {permutation = [1, 0]} : f32[3, 2]
    %1 = matmul %0, %z : f32[3, 4]
    entry @main(y = %1)
  }`,
  "fold-constants": `graph @g() {
    %0 = constant {value = 2} : f32[2]
    %1 = unary %0 {fn = sqrt} : f32[2]
    entry @main(y = %1)
  }`,
  cse: `graph @g(%x: f32[2]) {
    %0 = unary %x {fn = exp} : f32[2]
    %1 = unary %x {fn = exp} : f32[2]
    entry @main(y = %0, z = %1)
  }`,
  dce: `graph @g(%x: f32[2]) {
    %0 = unary %x {fn = exp} : f32[2]
    entry @main(y = %x)
  }`,
  "nest-concats": `graph @g(${Array.from({ length: 17 }, (_, at) => `%x${at}: f32[2]`).join(", ")}) {
    %0 = concat ${Array.from({ length: 17 }, (_, at) => `%x${at}`).join(", ")} {axis = 0} : f32[34]
    entry @main(y = %0)
  }`,
  "merge-scans": `graph @g(%s: f32[2], %x: f32[3, 2]) {
    %0, %1 = scan %s, %x {body = (%h: f32[2], %x: f32[2]) {
      %0 = binary %h, %x {fn = add} : f32[2]
      yield %0, %0
    }, carried = 1, sequences = 1, length = 3} : f32[2], f32[3, 2]
    %2, %3 = scan %s, %x {body = (%h: f32[2], %x: f32[2]) {
      %0 = binary %h, %x {fn = add} : f32[2]
      %1 = binary %h, %x {fn = sub} : f32[2]
      yield %0, %1
    }, carried = 1, sequences = 1, length = 3} : f32[2], f32[3, 2]
    entry @main(y = %1, z = %3)
  }`,
  "trim-scans": `graph @g(%s: f32[2], %t: f32[2], %x: f32[3, 2]) {
    %0, %1, %2 = scan %s, %t, %x {body = (%h: f32[2], %k: f32[2], %x: f32[2]) {
      %0 = binary %h, %x {fn = add} : f32[2]
      %1 = binary %k, %x {fn = sub} : f32[2]
      yield %0, %1, %0
    }, carried = 2, sequences = 1, length = 3} : f32[2], f32[2], f32[3, 2]
    entry @main(y = %2)
  }`,
  "absorb-movement": `graph @g(%s: f32[2], %x: f32[3, 2], %b: f32[1]) {
    %0 = broadcast %b : f32[2]
    %1, %2 = scan %s, %x, %0 {body = (%h: f32[2], %x: f32[2], %b: f32[2]) {
      %0 = binary %h, %x {fn = add} : f32[2]
      %1 = binary %0, %b {fn = mul} : f32[2]
      yield %1, %1
    }, carried = 1, sequences = 1, length = 3} : f32[2], f32[3, 2]
    entry @main(y = %2)
  }`,
  "hoist-from-scans": `graph @g(%s: f32[2, 2], %x: f32[3, 2, 2], %w: f32[2, 2]) {
    %0, %1 = scan %s, %x, %w {body = (%h: f32[2, 2], %x: f32[2, 2], %w: f32[2, 2]) {
      %0 = matmul %x, %w : f32[2, 2]
      %1 = binary %h, %0 {fn = add} : f32[2, 2]
      yield %1, %1
    }, carried = 1, sequences = 1, length = 3} : f32[2, 2], f32[3, 2, 2]
    entry @main(y = %1)
  }`,
  "sink-from-scans": `graph @g(%s: f32[2, 2], %x: f32[3, 2, 2], %w: f32[2, 2]) {
    %0, %1 = scan %s, %x, %w {body = (%h: f32[2, 2], %x: f32[2, 2], %w: f32[2, 2]) {
      %0 = binary %h, %x {fn = add} : f32[2, 2]
      %1 = matmul %0, %w : f32[2, 2]
      yield %0, %1
    }, carried = 1, sequences = 1, length = 3} : f32[2, 2], f32[3, 2, 2]
    entry @main(y = %1)
  }`,
  "fuse-attention": `graph @g(%q: f32[1, 3, 2], %k: f32[1, 4, 2], %v: f32[1, 4, 2]) {
    %0 = matmul %q, %k {transposeB} : f32[1, 3, 4]
    %1 = softmax %0 {axis = 2} : f32[1, 3, 4]
    %2 = matmul %1, %v : f32[1, 3, 2]
    entry @main(y = %2)
  }`,
  decompose: `graph @g(%x: f32[2]) {
    %0 = softmax %x {axis = 0} : f32[2]
    entry @main(y = %0)
  }`,
};

/** What each pass that tells of rules calls the one that its minimal graph is for. */
const rule: Readonly<Record<string, string>> = {
  simplify: "signs/doubleNegation",
  "absorb-transposes": "contraction/transposedLeft",
  "fuse-attention": "attention",
  optimize: "signs/doubleNegation",
};

/** The graph of a pass; passes that run others have the graph of one of these. */
const minimalOf = ({ name }: Pass<Graph, Graph>): Readonly<Record<string, string>> => {
  const text = minimal[{ optimize: "simplify", "refine-recurrences": "trim-scans" }[name] ?? name];
  return text === undefined ? {} : { [rule[name] ?? name]: text };
};

/** What brings work out of a recurrence, or says what a composite is, makes more nodes or values; the rest of the passes do not. */
const mayRaise: Readonly<Record<string, Usefulness["mayRaise"]>> = {
  // A sum over nothing but extents of 1 is the element plus 0, reshaped.
  simplify: ["nodes", "bytes"],
  optimize: ["nodes", "bytes"],
  "absorb-movement": ["bytes"],
  "hoist-from-scans": ["nodes", "bytes"],
  "sink-from-scans": ["nodes", "bytes"],
  "refine-recurrences": ["nodes", "bytes"],
  "nest-concats": ["nodes", "bytes"],
  decompose: ["nodes", "operations", "bytes"],
};

const growths = [(graph: Graph) => graph, withNearCopies, withCopies, withDeadCode, withIdentities];

const cases: fc.Arbitrary<GraphCase> = fc
  .tuple(fc.oneof(graphs(), expressions, crowds), fc.constantFrom(...growths))
  .map(([drawn, grow]) => ({ ...drawn, graph: grow(drawn.graph) }));

describe("passes fire, come to rest and make nothing more costly", () => {
  test.each(graphPasses.map((pass) => [pass.name, pass] as const))("%s", async (_, pass) => {
    const fires = minimalOf(pass);
    expect(Object.keys(fires)).toHaveLength(1);
    const useful = passIsUseful(pass, fires, { mayRaise: mayRaise[pass.name] ?? [] });
    await expectHolds(useful, cases, exactPasses.includes(pass) ? 80 : 40);
  });
});

const folderOf = (path: string): URL => new URL(`../../../${path}/`, import.meta.url);

const textsIn = (path: string): readonly string[] =>
  readdirSync(folderOf(path), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(new URL(file, folderOf(path)), "utf8"));

test("every set of rules is tested by `testRules`, which asks for an instance of each rule", () => {
  const sets = textsIn("src/passes").flatMap((text) =>
    [...text.matchAll(/const (\w+)(?:: RuleSet)? = rules\(/g)].map(([, name]) => name),
  );
  const tested = new Set(
    textsIn("test/passes").flatMap((text) => [...text.matchAll(/testRules\(\s*(\w+)/g)].map(([, name]) => name)),
  );
  expect(sets.length).toBeGreaterThan(10);
  expect(sets.filter((name) => !tested.has(name))).toEqual([]);
});

const x = P.select("x");
const y = P.select("y");
const doubleNegation = minimal["simplify"] ?? "";

const byRule = (clause: Clause): Pass<Graph, Graph> => rewritePass("broken", "", [rules("broken", { rule: clause })]);

const swapping: Clause = (node) =>
  node.with({ op: "binary", attrs: { fn: "add" }, args: [x, y] }, ({ x, y }) =>
    x.op === "input" ? undefined : binary("add", y, x),
  );

describe("what is broken is caught", () => {
  test("a pass that does nothing", async () => {
    const idle: Pass<Graph, Graph> = { name: "idle", summary: "", run: (graph) => graph };
    const { what } = await expectCaught(passIsUseful(idle, { "signs/doubleNegation": doubleNegation }), graphs(), 1);
    expect(what).toBe("idle gives the minimal graph of signs/doubleNegation back as it is");
  });

  test("a rule that another one hides", async () => {
    const negation = { op: "unary", attrs: { fn: "neg" } } as const;
    const hiding = rewritePass("hiding", "", [
      rules("first", { anyNegation: (node) => node.with(negation, (_, { type }) => filled(0, type)) }),
      rules("signs", {
        doubleNegation: (node) => node.with({ ...negation, args: [{ ...negation, args: [x] }] }, ({ x }) => x),
      }),
    ]);
    const { what } = await expectCaught(passIsUseful(hiding, { "signs/doubleNegation": doubleNegation }), graphs(), 1);
    expect(what).toBe("hiding applies first/anyNegation to the minimal graph of signs/doubleNegation, but not that");
  });

  test("a pass that does not come to rest", async () => {
    const copying: Pass<Graph, Graph> = { name: "copying", summary: "", run: (graph) => ({ ...graph }) };
    const { what } = await expectCaught(passIsUseful(copying), graphs(), 1);
    expect(what).toBe("copying makes another graph of what it made");
    const restless = await expectCaught(passIsUseful(byRule(swapping)), expressions, 200);
    expect(restless.what).toMatch(/rewrite rules chase each other|makes another graph/);
  });

  test("a rule that computes more than before", async () => {
    const growing = byRule((node) =>
      node.with({ op: "unary", attrs: { fn: "square" }, args: [x] }, ({ x }) =>
        binary("mul", unary("abs", x), unary("abs", x)),
      ),
    );
    const { what } = await expectCaught(passIsUseful(growing), expressions, 200);
    expect(what).toMatch(/^broken makes \d+ nodes of \d+$/);
  });
});
