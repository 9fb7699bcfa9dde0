// The text form of a module, for people, golden tests and cross-assembly: expressions folded, one statement a line, wide
// expressions broken over several. An assembler makes of it the bytes that encode.ts writes.
import { printFloat } from "./hex-float.ts";
import type { DataSegment, Instruction, Local, Signature, WasmFunction, WasmModule } from "./instruction.ts";
import { signaturesOf } from "./instruction.ts";
import { naturalAlignment } from "./opcodes.ts";
import { operandsOf } from "./walk.ts";

const lineWidth = 110;
const dataBytesPerLine = 32;

/** A comment line; characters that could end it are replaced, whatever the comment says. */
const commentLine = (indent: string, comment: string | undefined): string[] =>
  comment === undefined ? [] : [`${indent};; ${comment.replace(/[^\x20-\x7e]/g, "?")}`];

/** What the names in a body refer to. */
interface Names {
  readonly functions: readonly string[];
  readonly locals: readonly string[];
}

/** The word and immediates that open an instruction: `f32.load offset=8`. */
const headOf = (instruction: Instruction, names: Names): string => {
  switch (instruction.kind) {
    case "plain":
    case "bulk":
    case "block":
      return instruction.op;
    case "const":
      return `${instruction.type}.const ${instruction.type === "i32" ? instruction.value : printFloat(instruction.value)}`;
    case "vectorConst":
      return `v128.const ${instruction.shape} ${instruction.lanes.map((value) => (instruction.shape === "i32x4" ? `${value | 0}` : printFloat(Math.fround(value)))).join(" ")}`;
    case "local":
      return `${instruction.op} $${names.locals[instruction.local] ?? instruction.local}`;
    case "memory": {
      const offset = instruction.offset === 0 ? "" : ` offset=${instruction.offset}`;
      const align = instruction.align === naturalAlignment[instruction.op] ? "" : ` align=${instruction.align}`;
      return `${instruction.op}${offset}${align}`;
    }
    case "lane":
      return `${instruction.op} ${instruction.lane}`;
    case "shuffle":
      return `i8x16.shuffle ${instruction.bytes.join(" ")}`;
    case "if":
      return instruction.result === undefined ? "if" : `if (result ${instruction.result})`;
    case "branch":
      return `${instruction.op} ${instruction.depth}`;
    case "call":
      return `call $${names.functions[instruction.function] ?? instruction.function}`;
  }
};

/** Width left in the line after the instruction on one line; below 0 as soon as it does not fit. */
const widthLeft = (instruction: Instruction, names: Names, budget: number): number => {
  if (instruction.kind === "block" || instruction.kind === "if") return -1;
  let left = budget - headOf(instruction, names).length - 2;
  for (const operand of operandsOf(instruction)) {
    if (left < 0) return left;
    left = widthLeft(operand, names, left - 1);
  }
  return left;
};

const flat = (instruction: Instruction, names: Names): string =>
  `(${[headOf(instruction, names), ...operandsOf(instruction).map((operand) => flat(operand, names))].join(" ")})`;

const printInstruction = (lines: string[], instruction: Instruction, names: Names, indent: string): void => {
  if (widthLeft(instruction, names, lineWidth - indent.length) >= 0) {
    lines.push(indent + flat(instruction, names));
    return;
  }
  const inner = `${indent}  `;
  lines.push(`${indent}(${headOf(instruction, names)}`);
  for (const operand of operandsOf(instruction)) printInstruction(lines, operand, names, inner);
  if (instruction.kind === "block") for (const each of instruction.body) printInstruction(lines, each, names, inner);
  if (instruction.kind === "if") {
    printBranch(lines, "then", instruction.then, names, inner);
    if (instruction.otherwise.length > 0) printBranch(lines, "else", instruction.otherwise, names, inner);
  }
  lines[lines.length - 1] += ")";
};

const printBranch = (
  lines: string[],
  word: string,
  body: readonly Instruction[],
  names: Names,
  indent: string,
): void => {
  lines.push(`${indent}(${word}`);
  for (const instruction of body) printInstruction(lines, instruction, names, `${indent}  `);
  lines[lines.length - 1] += ")";
};

const printLocals = (word: string, locals: readonly Local[]): string[] =>
  locals.map(({ name, type }) => `(${word} $${name} ${type})`);

const printFunction = (lines: string[], fn: WasmFunction, signature: number, functions: readonly string[]): void => {
  const names: Names = { functions, locals: [...fn.parameters, ...fn.locals].map(({ name }) => name) };
  const result = fn.result === undefined ? [] : [`(result ${fn.result})`];
  lines.push("", ...commentLine("  ", fn.comment));
  lines.push(
    ["  (func", `$${fn.name}`, `(type ${signature})`, ...printLocals("param", fn.parameters), ...result].join(" "),
  );
  for (const local of printLocals("local", fn.locals)) lines.push(`    ${local}`);
  for (const instruction of fn.body) printInstruction(lines, instruction, names, "    ");
  lines[lines.length - 1] += ")";
};

const printSignature = ({ parameters, result }: Signature): string => {
  const takes = parameters.length === 0 ? "" : ` (param ${parameters.map(({ type }) => type).join(" ")})`;
  return `(func${takes}${result === undefined ? "" : ` (result ${result})`})`;
};

const isPlainCharacter = (byte: number): boolean => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;

const printBytes = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) {
    text += isPlainCharacter(byte) ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${text}"`;
};

const printData = (lines: string[], { offset, bytes, comment }: DataSegment): void => {
  lines.push("", ...commentLine("  ", comment), `  (data (i32.const ${offset | 0})`);
  for (let start = 0; start < bytes.length; start += dataBytesPerLine) {
    lines.push(`    ${printBytes(bytes.subarray(start, start + dataBytesPerLine))}`);
  }
  lines[lines.length - 1] += ")";
};

/** The text form of a module; it ends with a line break. */
export const printWat = (module: WasmModule): string => {
  const { memory, functions } = module;
  const names = functions.map(({ name }) => name);
  const { signatures, indices } = signaturesOf(module);
  const lines = commentLine("", module.comment);

  lines.push("(module");
  for (const [index, signature] of signatures.entries())
    lines.push(`  (type (;${index};) ${printSignature(signature)})`);
  const limits = `${memory.pages} ${memory.pages}${memory.shared === true ? " shared" : ""}`;
  if (memory.importedAs === undefined) lines.push(`  (memory ${limits})`);
  else
    lines.push(
      `  (import ${JSON.stringify(memory.importedAs.module)} ${JSON.stringify(memory.importedAs.name)} (memory ${limits}))`,
    );
  if (memory.exportedAs !== undefined) lines.push(`  (export ${JSON.stringify(memory.exportedAs)} (memory 0))`);
  for (const { name, function: index } of module.exports)
    lines.push(`  (export ${JSON.stringify(name)} (func $${names[index]}))`);
  for (const [index, fn] of functions.entries()) printFunction(lines, fn, indices[index] ?? 0, names);
  for (const segment of module.data) printData(lines, segment);
  lines[lines.length - 1] += ")";
  return `${lines.join("\n")}\n`;
};
