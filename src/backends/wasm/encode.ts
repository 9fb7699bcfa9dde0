// WebAssembly's binary form, written straight from the instruction tree. The bytes are those an assembler makes of the
// text in print-wat.ts: shortest LEB128 everywhere, runs of equal local types joined, empty sections left out.
import { type ByteWriter, byteWriter } from "./byte-writer.ts";
import type { Instruction, Local, ValueType, WasmFunction, WasmModule } from "./instruction.ts";
import { signaturesOf } from "./instruction.ts";
import { opcodes, structuralOpcodes } from "./opcodes.ts";

/** How much of the name section to write: names of functions are what stack traces and profilers show. */
export type NameDetail = "none" | "functions" | "all";

const typeCodes: { readonly [T in ValueType]: number } = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };
const emptyBlock = 0x40;

const section = { type: 1, import: 2, function: 3, memory: 5, export: 7, code: 10, data: 11, custom: 0 } as const;

const writeOpcode = (out: ByteWriter, code: number): void => {
  if (code <= 0xff) out.byte(code);
  else {
    out.byte(code >>> 16);
    out.unsigned(code & 0xffff);
  }
};

const writeMemoryArgument = (out: ByteWriter, align: number, offset: number): void => {
  out.unsigned(Math.log2(align));
  out.unsigned(offset);
};

const writeAll = (out: ByteWriter, instructions: readonly Instruction[]): void => {
  for (const instruction of instructions) writeInstruction(out, instruction);
};

const writeInstruction = (out: ByteWriter, instruction: Instruction): void => {
  if (instruction.kind !== "block" && instruction.kind !== "if" && "operands" in instruction) writeAll(out, instruction.operands);
  switch (instruction.kind) {
    case "plain":
      writeOpcode(out, opcodes[instruction.op]);
      break;
    case "const":
      out.byte(structuralOpcodes[`${instruction.type}.const`]);
      if (instruction.type === "i32") out.signed(instruction.value);
      else out[instruction.type](instruction.value);
      break;
    case "vectorConst":
      writeVectorConst(out, instruction);
      break;
    case "local":
      out.byte(structuralOpcodes[instruction.op]);
      out.unsigned(instruction.local);
      break;
    case "memory":
      writeOpcode(out, opcodes[instruction.op]);
      writeMemoryArgument(out, instruction.align, instruction.offset);
      break;
    case "lane":
      writeOpcode(out, opcodes[instruction.op]);
      out.byte(instruction.lane);
      break;
    case "shuffle":
      writeOpcode(out, structuralOpcodes["i8x16.shuffle"]);
      for (const byte of instruction.bytes) out.byte(byte);
      break;
    case "bulk":
      writeOpcode(out, structuralOpcodes[instruction.op]);
      out.byte(0);
      if (instruction.op === "memory.copy") out.byte(0);
      break;
    case "block":
      out.byte(structuralOpcodes[instruction.op]);
      out.byte(emptyBlock);
      writeAll(out, instruction.body);
      out.byte(structuralOpcodes.end);
      break;
    case "if":
      writeInstruction(out, instruction.condition);
      out.byte(structuralOpcodes.if);
      out.byte(instruction.result === undefined ? emptyBlock : typeCodes[instruction.result]);
      writeAll(out, instruction.then);
      if (instruction.otherwise.length > 0) {
        out.byte(structuralOpcodes.else);
        writeAll(out, instruction.otherwise);
      }
      out.byte(structuralOpcodes.end);
      break;
    case "branch":
      out.byte(structuralOpcodes[instruction.op]);
      out.unsigned(instruction.depth);
      break;
    case "call":
      out.byte(structuralOpcodes.call);
      out.unsigned(instruction.function);
      break;
  }
};

const writeVectorConst = (out: ByteWriter, { shape, lanes }: Extract<Instruction, { kind: "vectorConst" }>): void => {
  writeOpcode(out, structuralOpcodes["v128.const"]);
  for (const value of lanes) {
    if (shape === "f32x4") out.f32(value);
    else for (let shift = 0; shift < 32; shift += 8) out.byte((value >>> shift) & 0xff);
  }
};

const writeLocals = (out: ByteWriter, locals: readonly Local[]): void => {
  const runs: { readonly type: ValueType; count: number }[] = [];
  for (const { type } of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count += 1;
    else runs.push({ type, count: 1 });
  }
  out.unsigned(runs.length);
  for (const { type, count } of runs) {
    out.unsigned(count);
    out.byte(typeCodes[type]);
  }
};

const writeSignatures = (out: ByteWriter, module: WasmModule): readonly number[] => {
  const { signatures, indices } = signaturesOf(module);
  out.unsigned(signatures.length);
  for (const { parameters, result } of signatures) {
    out.byte(0x60);
    out.unsigned(parameters.length);
    for (const { type } of parameters) out.byte(typeCodes[type]);
    out.unsigned(result === undefined ? 0 : 1);
    if (result !== undefined) out.byte(typeCodes[result]);
  }
  return indices;
};

const writeMemoryType = (out: ByteWriter, pages: number): void => {
  out.byte(0x01);
  out.unsigned(pages);
  out.unsigned(pages);
};

const writeExports = (out: ByteWriter, module: WasmModule): void => {
  const memory = module.memory.exportedAs;
  out.unsigned(module.exports.length + (memory === undefined ? 0 : 1));
  if (memory !== undefined) {
    out.text(memory);
    out.byte(0x02);
    out.unsigned(0);
  }
  for (const { name, function: index } of module.exports) {
    out.text(name);
    out.byte(0x00);
    out.unsigned(index);
  }
};

const writeCode = (out: ByteWriter, module: WasmModule): void => {
  const body = byteWriter(4096);
  out.unsigned(module.functions.length);
  for (const { locals, body: instructions } of module.functions) {
    writeLocals(body, locals);
    writeAll(body, instructions);
    body.byte(structuralOpcodes.end);
    out.take(body);
  }
};

const writeData = (out: ByteWriter, module: WasmModule): void => {
  out.unsigned(module.data.length);
  for (const { offset, bytes } of module.data) {
    out.byte(0x00);
    out.byte(structuralOpcodes["i32.const"]);
    out.signed(offset);
    out.byte(structuralOpcodes.end);
    out.unsigned(bytes.length);
    out.bytes(bytes);
  }
};

const writeNameMap = (out: ByteWriter, names: readonly string[]): void => {
  out.unsigned(names.length);
  for (const [index, name] of names.entries()) {
    out.unsigned(index);
    out.text(name);
  }
};

const writeNames = (out: ByteWriter, functions: readonly WasmFunction[], detail: NameDetail): void => {
  const part = byteWriter(1024);
  out.text("name");
  writeNameMap(
    part,
    functions.map(({ name }) => name),
  );
  out.byte(1);
  out.take(part);
  if (detail !== "all") return;
  part.unsigned(functions.length);
  for (const [index, { parameters, locals }] of functions.entries()) {
    part.unsigned(index);
    writeNameMap(
      part,
      [...parameters, ...locals].map(({ name }) => name),
    );
  }
  out.byte(2);
  out.take(part);
};

/** The binary form of a module, in a time linear in its size. */
export const encodeModule = (module: WasmModule, names: NameDetail = "functions"): Uint8Array<ArrayBuffer> => {
  const out = byteWriter(16384);
  const content = byteWriter(16384);
  const finish = (id: number): void => {
    out.byte(id);
    out.take(content);
  };
  const { functions, memory, data } = module;

  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) out.byte(byte);
  if (functions.length > 0) {
    const indices = writeSignatures(content, module);
    finish(section.type);
    if (memory.importedAs !== undefined) writeImport(content, memory.importedAs, memory.pages, finish);
    content.unsigned(indices.length);
    for (const index of indices) content.unsigned(index);
    finish(section.function);
  } else if (memory.importedAs !== undefined) writeImport(content, memory.importedAs, memory.pages, finish);
  if (memory.importedAs === undefined) {
    content.unsigned(1);
    writeMemoryType(content, memory.pages);
    finish(section.memory);
  }
  if (module.exports.length > 0 || memory.exportedAs !== undefined) {
    writeExports(content, module);
    finish(section.export);
  }
  if (functions.length > 0) {
    writeCode(content, module);
    finish(section.code);
  }
  if (data.length > 0) {
    writeData(content, module);
    finish(section.data);
  }
  if (names !== "none" && functions.length > 0) {
    writeNames(content, functions, names);
    finish(section.custom);
  }
  return out.view().slice();
};

const writeImport = (
  content: ByteWriter,
  { module, name }: { readonly module: string; readonly name: string },
  pages: number,
  finish: (id: number) => void,
): void => {
  content.unsigned(1);
  content.text(module);
  content.text(name);
  content.byte(0x02);
  writeMemoryType(content, pages);
  finish(section.import);
};
