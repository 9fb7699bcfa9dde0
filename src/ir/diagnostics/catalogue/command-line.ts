// W6xx: the command line and the model files it loads. W601 to W609 are about the words of the command itself.
import { type CatalogueEntry, entry } from "../entry.ts";

interface UsageRows {
  readonly W601: CatalogueEntry<{ command: string; known: readonly string[]; nearest: string | undefined }>;
  readonly W602: CatalogueEntry<{ command: string; option: string; nearest: string | undefined }>;
  readonly W603: CatalogueEntry<{ command: string; argument: string }>;
  readonly W604: CatalogueEntry<{ command: string; extra: readonly string[] }>;
  readonly W605: CatalogueEntry<{ option: string; given: string; wanted: string }>;
  readonly W606: CatalogueEntry<{ options: readonly string[] }>;
}

/** An export of a module, as lists show it. */
interface Exported {
  readonly name: string;
  readonly what: string;
}

interface ModelFileRows {
  readonly W610: CatalogueEntry<{ file: string; nearest: string | undefined }>;
  readonly W611: CatalogueEntry<{ file: string; known: readonly string[] }>;
  readonly W612: CatalogueEntry<{ file: string; why: string }>;
  readonly W613: CatalogueEntry<{ file: string; error: string }>;
  readonly W614: CatalogueEntry<{ file: string; exported: readonly Exported[] }>;
  readonly W615: CatalogueEntry<{ file: string; names: readonly string[] }>;
  readonly W616: CatalogueEntry<{ file: string; name: string; exported: readonly Exported[] }>;
  readonly W617: CatalogueEntry<{ model: string; error: string }>;
  readonly W618: CatalogueEntry<{ code: string; text: string }>;
}

interface WorkRows {
  readonly W620: CatalogueEntry<{ model: string; missing: readonly string[]; why: string }>;
  readonly W621: CatalogueEntry<{
    model: string;
    symbol: string;
    known: readonly string[];
    nearest: string | undefined;
  }>;
  readonly W622: CatalogueEntry<{ entry: string; missing: readonly Exported[] }>;
  readonly W623: CatalogueEntry<{ file: string; input: string; why: string }>;
  readonly W624: CatalogueEntry<{ name: string; known: readonly string[]; nearest: string | undefined }>;
  readonly W625: CatalogueEntry<{ topic: string; near: readonly string[] }>;
  readonly W626: CatalogueEntry<{ option: string; pass: string; form: string }>;
  readonly W630: CatalogueEntry<{
    where: string;
    element: number;
    left: string;
    leftValue: string;
    right: string;
    rightValue: string;
    run: number;
    seed: number;
  }>;
  readonly W631: CatalogueEntry<{
    where: string;
    element: number;
    got: string;
    wanted: string;
    bound: number;
    run: number;
    seed: number;
  }>;
}

type CommandLineRows = UsageRows & ModelFileRows & WorkRows;

const quoted = (text: string): string => JSON.stringify(text);

const meant = (nearest: string | undefined, otherwise: string): string =>
  nearest === undefined ? otherwise : `did you mean ${nearest}?`;

const listed = (exported: readonly Exported[]): string =>
  exported.length === 0 ? "nothing" : exported.map(({ name, what }) => `${name} (${what})`).join(", ");

const usage: UsageRows = {
  W601: entry({
    title: "no such command",
    message: ({ command }) => `weft has no command ${quoted(command)}`,
    help: ({ nearest, known }) => meant(nearest, `the commands are ${known.join(", ")}.`),
    explanation: "The first word after weft says what to do; `weft --help` lists the commands.",
    example: "weft print model.ts  // not weft show model.ts",
  }),
  W602: entry({
    title: "no such option",
    message: ({ command, option }) => `weft ${command} has no option ${option}`,
    help: ({ command, nearest }) => meant(nearest, `weft ${command} --help lists its options.`),
    explanation:
      "An option that is not known is almost always a misspelt one, so it is refused rather than ignored. The value of an option that begins with a dash is written with an equals sign.",
    example: "weft print model.ts --dims B=32  // not --dim B=32",
  }),
  W603: entry({
    title: "an argument is missing",
    message: ({ command, argument }) => `weft ${command}: ${argument} is missing`,
    help: ({ command }) => `weft ${command} --help shows how it is called.`,
    explanation: "Arguments without a name stand behind the command in the order that its help shows.",
    example: "weft check model.ts  // not weft check",
  }),
  W604: entry({
    title: "too many arguments",
    message: ({ command, extra }) => `weft ${command}: too many arguments: ${extra.map(quoted).join(", ")}`,
    help: () => "give one model at a time, and quote what contains blanks.",
    explanation: "A command works on one model file. Blanks separate arguments, so a name with blanks needs quotes.",
    example: 'weft print "my model.ts"  // not weft print my model.ts',
  }),
  W605: entry({
    title: "an option has a wrong value",
    message: ({ option, given, wanted }) =>
      given === ""
        ? `${option}: the value is missing; expected ${wanted}`
        : `${option}: expected ${wanted}, got ${quoted(given)}`,
    help: ({ option, wanted }) => `write ${option} followed by ${wanted}.`,
    explanation: "Each option that takes a value says in the help which values it takes.",
    example: "weft build model.ts --dims B=32,T=16  // not --dims 32",
  }),
  W606: entry({
    title: "options that exclude each other",
    message: ({ options }) =>
      new Set(options).size === 1
        ? `${options[0]} is given twice`
        : `${options.join(" and ")} cannot be given together`,
    help: ({ options }) => `keep one of ${[...new Set(options)].join(", ")}.`,
    explanation: "A command prints one form of the program, and a program has one value for each option.",
    example: "weft print model.ts --wat  // not --wat --js",
  }),
};

const modelFiles: ModelFileRows = {
  W610: entry({
    title: "the model file is not there",
    message: ({ file }) => `${file}: there is no such file`,
    help: ({ nearest }) => meant(nearest, "paths are relative to the folder you run weft in."),
    explanation: "The model is named by its path, with its extension.",
    example: "weft check models/digits.ts  // not weft check model/digits.ts",
  }),
  W611: entry({
    title: "not a kind of model file",
    message: ({ file, known }) => `${file}: a model file ends in ${known.join(", ")}`,
    help: () => "give a module that exports a model, or a graph in text form.",
    explanation:
      "A model is described in TypeScript or JavaScript, as a module that exports it; a graph alone may also be a .weft text, as weft print writes it.",
    example: "weft check model.ts  // not weft check model.json",
  }),
  W612: entry({
    title: "the model file has a syntax error",
    message: ({ file, why }) => `${file}: syntax error: ${why}`,
    help: () => "mend the file where the marks stand.",
    explanation:
      "The file, or one that it imports, is not TypeScript or JavaScript that can be read. Types are taken away and not checked: run tsc for that.",
    example: "const model = defineModel({ ... });  // not const model = defineModel({ ...",
  }),
  W613: entry({
    title: "the model file throws",
    message: ({ file, error }) => `${file}: an error was thrown while the file was loaded: ${error}`,
    help: () => "make the file import without side effects that can fail; --debug shows the whole stack.",
    explanation:
      "A model file is imported like any other module: everything at its top level runs, and what is thrown there ends the loading. Missing packages and files are reported here too.",
    example:
      'import { linear } from "weftgraph/nn";  // a package that is installed, not "weftgraph/layers", which is none',
  }),
  W614: entry({
    title: "no model is exported",
    message: ({ file, exported }) =>
      `${file}: no model, training, decoding or graph is exported; it exports ${listed(exported)}`,
    help: ({ exported }) =>
      exported.some(({ what }) => what === "a function")
        ? "export what the function gives when it is called, not the function."
        : "export what defineModel or training gives: export default defineModel({ ... }).",
    explanation:
      "weft works on an export that is a model (defineModel), a training (training) or a graph: the default export, or the only one there is.",
    example: "export default defineModel({ ... })  // not export const layers = 3",
  }),
  W615: entry({
    title: "more than one model is exported",
    message: ({ file, names }) => `${file}: several models are exported: ${names.join(", ")}`,
    help: ({ names }) => `choose one: --export ${names[0] ?? "NAME"}.`,
    explanation:
      "Where a file has no default export that is a model and exports several under names of their own, one has to be chosen. weft check looks at all of them.",
    example: "weft print model.ts --export digitsTraining  // not weft print model.ts",
  }),
  W616: entry({
    title: "no such model is exported",
    message: ({ file, name, exported }) =>
      `${file}: ${quoted(name)} is not exported as a model, training, decoding or graph; the file exports ${listed(exported)}`,
    help: () => "use the name of an export that is one.",
    explanation: "--export names one export of the file, the default one being called default.",
    example: "weft print model.ts --export digits  // not --export digit",
  }),
  W617: entry({
    title: "describing the model throws",
    message: ({ model, error }) => `${model}: an error was thrown while the graph was described: ${error}`,
    help: () => "mend the function at the place shown; --debug shows the whole stack.",
    explanation:
      "forward, loss and metrics run once, on tensors that record what is done to them. What they throw ends the description. They see no numbers: a value cannot be looked at while the graph is being described.",
    example: "forward: (p, { x }) => ({ y: p.output(x) })  // where params has output, not p.outputs(x)",
  }),
  W618: entry({
    title: "what the type checker found",
    message: ({ code, text }) => `${code}: ${text}`,
    help: () => "mend it where the marks stand; --no-types leaves the type checker out.",
    explanation:
      "weft check asks the project's own TypeScript about the model file and what it imports. What it finds that describing the model does not is shown with its code; what both find is shown once.",
    example: 'const rate: number = 0.1;  // not const rate: number = "0.1"',
  }),
};

const work: Pick<WorkRows, "W620" | "W621" | "W622" | "W623" | "W624" | "W625" | "W626"> = {
  W620: entry({
    title: "dimensions without a value",
    message: ({ model, missing, why }) =>
      `${model}: ${missing.join(", ")} ${missing.length === 1 ? "has" : "have"} no value, ${why}`,
    help: ({ missing }) => `give a number for each: --dims ${missing.map((symbol) => `${symbol}=32`).join(",")}.`,
    explanation:
      "A network may be described with symbolic dimensions such as the batch size. Loops, memory and compiled code have fixed extents, so from lowering on each symbol needs a number.",
    example: "weft build model.ts --dims B=32,T=16  // not weft build model.ts",
  }),
  W621: entry({
    title: "no such dimension",
    message: ({ model, symbol }) => `${model}: there is no dimension ${quoted(symbol)}`,
    help: ({ known, nearest }) =>
      meant(
        nearest,
        known.length === 0 ? "its extents are all known: leave --dims out." : `its dimensions are ${known.join(", ")}.`,
      ),
    explanation: "--dims gives numbers to the symbols that occur in the types of inputs and parameters.",
    example: 'weft build model.ts --dims B=32  // where the input is spec("f32", ["B", 784]), not --dims b=32',
  }),
  W622: entry({
    title: "inputs are not given",
    message: ({ entry: of, missing }) =>
      `${of}: no value for ${missing.map(({ name, what }) => `${name}: ${what}`).join(", ")}`,
    help: ({ missing }) => `give files: --input ${missing[0]?.name ?? "name"}=FILE, or random values: --random 1.`,
    explanation:
      "Every input of the entry point needs values. A file is .safetensors (the tensor of the input's name, or the only one) or .json (numbers in nested lists, or flat in row-major order).",
    example: "weft run model.ts --input image=image.json --dims B=1  // not weft run model.ts",
  }),
  W623: entry({
    title: "a file does not hold what the input takes",
    message: ({ file, input, why }) => `${file}: not usable for ${input}: ${why}`,
    help: () => "compare the file with the type of the input; weft check lists the types.",
    explanation:
      "Numbers are taken as they are: an i32 input needs whole numbers, a bool input true and false (or 1 and 0), and lists must be nested as the shape says, or flat.",
    example: "[[0.5, 1], [2, 3]]  // for f32[2, 2]; [0.5, 1, 2, 3] is the same, not [0.5, 1, 2]",
  }),
  W624: entry({
    title: "no such kernel",
    message: ({ name }) => `the program has no kernel ${quoted(name)}`,
    help: ({ known, nearest }) => meant(nearest, `its kernels are ${known.join(", ") || "none"}.`),
    explanation:
      "Kernels are the loop nests of a lowered program, named for what they compute. Their names depend on the passes: print the whole program to see them.",
    example: "weft print model.ts --loops --dims B=32 --kernel matmul  // not --kernel matmull",
  }),
  W625: entry({
    title: "nothing of that name to explain",
    message: ({ topic }) => `there is no code, pass, op or scalar function ${quoted(topic)}`,
    help: ({ near }) =>
      near.length === 0 ? "weft explain without a name lists all there are." : `did you mean ${near.join(", ")}?`,
    explanation:
      "weft explain knows the codes of errors, the passes of the compiler, the ops of graphs and the scalar functions.",
    example: "weft explain W203  // not weft explain W999",
  }),
  W626: entry({
    title: "a form that the pass does not give",
    message: ({ option, pass, form }) => `${option} cannot be printed after ${pass}, which gives ${form}`,
    help: ({ pass }) => `leave ${pass} out, or choose another form.`,
    explanation:
      "Passes lead from the tensor graph (text, dot) through groups to the loop program (loops), which has a memory plan, and so WebAssembly and JavaScript forms, after the last pass only.",
    example: "weft print model.ts --after cse --dot  // not --after cse --wat",
  }),
};

const verification: Pick<WorkRows, "W630" | "W631"> = {
  W630: entry({
    title: "two backends differ",
    message: ({ where, element, left, leftValue, right, rightValue, run, seed }) =>
      `${where}: element ${element} is ${leftValue} on ${left} and ${rightValue} on ${right} (run ${run}, seed ${seed})`,
    help: () => "this is a mistake in weftgraph, not in the model: please report it with what stands above.",
    explanation:
      "Closures, printed JavaScript and WebAssembly run one loop program whose every rounding is fixed, so all bits of all results must be equal. NaNs are one class. Where the difference can be shown on a part of the graph, the report ends with that part.",
    example: "weft verify model.ts --runs 1 --seed 7  // repeats the run",
  }),
  W631: entry({
    title: "a result is not what the graph means",
    message: ({ where, element, got, wanted, bound, run, seed }) =>
      `${where}: element ${element} is ${got}, the graph means ${wanted}, and rounding explains ${bound.toExponential(1)} at most (run ${run}, seed ${seed})`,
    help: () => "this is a mistake in weftgraph, not in the model: please report it with what stands above.",
    explanation:
      "The reference computes the graph as described, in double precision, and beside each element how far a correct computation in f32 may be from it, whatever the order of its sums. Elements about which it knows nothing (overflow, a jump near a value) are counted, not compared.",
    example: "weft verify model.ts --runs 1 --seed 7  // repeats the run",
  }),
};

export const commandLine: CommandLineRows = { ...usage, ...modelFiles, ...work, ...verification };
