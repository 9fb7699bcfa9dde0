// WebAssembly's binary form, written straight from the instruction tree. The bytes are those an assembler makes of the
// text in print-wat.ts: shortest LEB128 everywhere, runs of equal local types joined, empty sections left out.
import { type ByteWriter, byteWriter, writeContent, writeText } from "./byte-writer.ts";
import { typeCodes, writeInstructions } from "./encode-instruction.ts";
import {
  type Local,
  type MemoryImport,
  type Signature,
  signaturesOf,
  type ValueType,
  type WasmFunction,
  type WasmMemory,
  type WasmModule,
} from "./instruction.ts";
import { structuralOpcodes } from "./opcodes.ts";

/** How much of the name section to write: names of functions are what stack traces and profilers show. */
export type NameDetail = "none" | "functions" | "all";

const sections = { type: 1, import: 2, function: 3, memory: 5, export: 7, code: 10, data: 11, custom: 0 } as const;

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

const writeSignatures = (out: ByteWriter, signatures: readonly Signature[]): void => {
  out.unsigned(signatures.length);
  for (const { parameters, result } of signatures) {
    out.byte(0x60);
    out.unsigned(parameters.length);
    for (const { type } of parameters) out.byte(typeCodes[type]);
    out.unsigned(result === undefined ? 0 : 1);
    if (result !== undefined) out.byte(typeCodes[result]);
  }
};

const writeIndices = (out: ByteWriter, indices: readonly number[]): void => {
  out.unsigned(indices.length);
  for (const index of indices) out.unsigned(index);
};

const writeMemoryType = (out: ByteWriter, { pages, shared = false }: WasmMemory): void => {
  out.byte(shared ? 0x03 : 0x01);
  out.unsigned(pages);
  out.unsigned(pages);
};

const writeImport = (out: ByteWriter, { module, name }: MemoryImport, memory: WasmMemory): void => {
  out.unsigned(1);
  writeText(out, module);
  writeText(out, name);
  out.byte(0x02);
  writeMemoryType(out, memory);
};

const writeMemory = (out: ByteWriter, memory: WasmMemory): void => {
  out.unsigned(1);
  writeMemoryType(out, memory);
};

const writeExports = (out: ByteWriter, module: WasmModule): void => {
  const memory = module.memory.exportedAs;
  out.unsigned(module.exports.length + (memory === undefined ? 0 : 1));
  if (memory !== undefined) {
    writeText(out, memory);
    out.byte(0x02);
    out.unsigned(0);
  }
  for (const { name, function: index } of module.exports) {
    writeText(out, name);
    out.byte(0x00);
    out.unsigned(index);
  }
};

const writeCode = (out: ByteWriter, module: WasmModule): void => {
  const body = byteWriter(4096);
  out.unsigned(module.functions.length);
  for (const { locals, body: instructions } of module.functions) {
    writeLocals(body, locals);
    writeInstructions(body, instructions);
    body.byte(structuralOpcodes.end);
    writeContent(out, body);
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

const writeNameMap = (out: ByteWriter, names: readonly { readonly name: string }[]): void => {
  out.unsigned(names.length);
  for (const [index, { name }] of names.entries()) {
    out.unsigned(index);
    writeText(out, name);
  }
};

const writeNames = (out: ByteWriter, functions: readonly WasmFunction[], detail: NameDetail): void => {
  const part = byteWriter(1024);
  writeText(out, "name");
  if (functions.length > 0) {
    writeNameMap(part, functions);
    out.byte(1);
    writeContent(out, part);
  }
  if (detail !== "all") return;
  part.unsigned(functions.length);
  for (const [index, { parameters, locals }] of functions.entries()) {
    part.unsigned(index);
    writeNameMap(part, [...parameters, ...locals]);
  }
  out.byte(2);
  writeContent(out, part);
};

/** The binary form of a module, in a time linear in its size. */
export const encodeModule = (module: WasmModule, names: NameDetail = "functions"): Uint8Array<ArrayBuffer> => {
  const { functions, memory, data } = module;
  const { signatures, indices } = signaturesOf(module);
  const imported = memory.importedAs;
  const hasCode = functions.length > 0;
  const hasExports = module.exports.length > 0 || memory.exportedAs !== undefined;
  const hasNames = names === "all" || (names === "functions" && hasCode);
  const out = byteWriter(16384);
  const content = byteWriter(16384);
  const section = (id: number, present: boolean, write: () => void): void => {
    if (!present) return;
    write();
    out.byte(id);
    writeContent(out, content);
  };

  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) out.byte(byte);
  section(sections.type, hasCode, () => writeSignatures(content, signatures));
  if (imported !== undefined) section(sections.import, true, () => writeImport(content, imported, memory));
  section(sections.function, hasCode, () => writeIndices(content, indices));
  section(sections.memory, imported === undefined, () => writeMemory(content, memory));
  section(sections.export, hasExports, () => writeExports(content, module));
  section(sections.code, hasCode, () => writeCode(content, module));
  section(sections.data, data.length > 0, () => writeData(content, module));
  section(sections.custom, hasNames, () => writeNames(content, functions, names));
  return out.view().slice();
};
