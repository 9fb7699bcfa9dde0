// What can be said of each long run, in one table: the scripts of these names take their values, and the defaults, from here.
import { readerNames } from "../../test/hostile/reader-names.ts";
import { subjects } from "../accuracy/subjects.ts";
import { scopes } from "../mutate/scopes.ts";
import type { Command } from "./command.ts";

/** Timers count no more milliseconds than 2^31 - 1. */
const mostSeconds = Math.floor((2 ** 31 - 1) / 1000);

/** By the names that npm runs them by. */
export const commands = {
  fuzz: {
    name: "fuzz",
    description: "Holds random graphs against the properties of the compiler, after the cases that once failed.",
    options: {
      graphs: {
        type: "number",
        valueHint: "N",
        default: 10_000,
        description: "How many graphs are drawn at most; 0 for the corpus alone.",
      },
      seconds: {
        type: "number",
        valueHint: "N",
        most: mostSeconds,
        default: 600,
        description: "How long graphs are drawn at most.",
      },
      seed: { type: "number", valueHint: "N", description: "What the graphs follow from; a new one unless given." },
      property: {
        type: "string",
        valueHint: "NAME",
        description:
          "Only the property of this name, of every graph, such as agreesOnBackends; what is none lists them.",
      },
      corpus: {
        type: "string",
        valueHint: "FOLDER",
        default: "test/corpus",
        description: "The cases that come first, and where failures are kept.",
      },
      workers: { type: "number", valueHint: "N", least: 1, default: 2, description: "How many threads draw." },
    },
    examples: ["--graphs 100000 --seconds 3600 --seed 7", "--property agreesOnBackends --workers 1"],
  },
  hostile: {
    name: "hostile",
    description: "Attacks whatever reads files with mutants of well-formed ones.",
    options: {
      inputs: { type: "number", valueHint: "N", least: 1, default: 100_000, description: "How many for each reader." },
      seed: {
        type: "number",
        valueHint: "N",
        description: "The seed of the first input, which the next count on from; a new one unless given.",
      },
      reader: {
        type: "names",
        valueHint: "NAMES",
        oneOf: readerNames,
        description: "Only these, with commas between; all unless given.",
      },
    },
    examples: ["--reader text --inputs 5000 --seed 7", "--reader safetensors,checkpoint"],
  },
  mutants: {
    name: "mutants",
    description: "Makes compilers with a mistake in each, and counts the random graphs that it takes to see it.",
    options: {
      only: { type: "string", valueHint: "TEXT", description: "Only mistakes with this in their names." },
      graphs: {
        type: "number",
        valueHint: "N",
        least: 1,
        default: 2000,
        description: "How many graphs are drawn at most for a seed.",
      },
      seeds: { type: "number", valueHint: "N", least: 1, default: 1, description: "How many seeds, from 1 up." },
      write: { type: "boolean", description: "Make docs/mutants.md of the result." },
    },
    examples: ["--only rule- --seeds 5", "--seeds 5 --write"],
  },
  mutate: {
    name: "mutate",
    description: "Looks for small changes of the sources that no test notices, with StrykerJS, which it installs.",
    options: {
      scope: {
        type: "positional",
        oneOf: Object.keys(scopes),
        description: "Sources and their tests, of which several may be given; all unless given.",
      },
      files: { type: "string", valueHint: "PATTERN", description: "Only these files, in the scopes that hold them." },
      sample: {
        type: "number",
        valueHint: "N",
        least: 1,
        description: "Try so many mutants, drawn at random; all unless given.",
      },
      seed: { type: "number", valueHint: "N", default: 1, description: "What the sample follows from." },
      static: { type: "boolean", description: "Try what runs only while modules load as well." },
      write: { type: "boolean", description: "Keep the result for docs/small-mutants.md." },
    },
    examples: ["planning sharing", "--files src/passes/simplify/arithmetic.ts", "--sample 300 --seed 1"],
  },
  soak: {
    name: "soak",
    description: "Runs, compiles and kills for long, and prints what is left behind.",
    options: {
      runs: { type: "number", valueHint: "N", default: 100_000, description: "How often a model is run." },
      compiles: { type: "number", valueHint: "N", default: 10_000, description: "How often one is compiled." },
      kills: { type: "number", valueHint: "N", default: 1000, description: "How often a training is killed." },
      seed: { type: "number", valueHint: "N", default: 2026, description: "What the moments of killing follow from." },
    },
    examples: ["--runs 1000000 --compiles 0 --kills 0", "--kills 100 --seed 7"],
  },
  "test:types": {
    name: "test:types",
    description: "Runs all tests of the types.",
    options: {
      cases: {
        type: "number",
        valueHint: "N",
        least: 1,
        description:
          "Only hold types against the run time, with so many random calls; as many as in npm test unless given.",
      },
      seed: {
        type: "number",
        valueHint: "N",
        description:
          "Only hold types against the run time, with calls that follow from this; as in npm test unless given.",
      },
      figures: { type: "boolean", description: "Run no tests: print what checking costs, with each compiler." },
    },
    examples: ["--cases 20000 --seed 5", "--figures"],
  },
  ulp: {
    name: "ulp",
    description: "Measures the accuracy of the f32 functions.",
    options: {
      function: {
        type: "names",
        valueHint: "NAMES",
        oneOf: subjects.map(({ name }) => name),
        description: "Only these, with commas between; all unless given.",
      },
      stride: {
        type: "number",
        valueHint: "N",
        least: 1,
        most: 2 ** 32,
        default: 4093,
        description: "Every nth of the 2^32 numbers, and as many pairs; odd ones vary all bits.",
      },
      json: { type: "string", valueHint: "FILE", description: "Adds the figures to a file." },
    },
    examples: ["--function exp,tanh", "--stride 1 --json scripts/accuracy/measured.json"],
  },
} as const satisfies Readonly<Record<string, Command>>;
