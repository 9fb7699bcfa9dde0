// The binary form of instructions: operands first, then the opcode and its immediates.
import type { ByteWriter } from "./byte-writer.ts";
import type { Instruction, ValueType } from "./instruction.ts";
import { opcodes, structuralOpcodes } from "./opcodes.ts";
import { hasBlocks, operandsOf } from "./walk.ts";

type InstructionOf<K extends Instruction["kind"]> = Extract<Instruction, { readonly kind: K }>;

/** Codes of value types. */
export const typeCodes: { readonly [T in ValueType]: number } = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

const constOpcodes = {
  i32: structuralOpcodes["i32.const"],
  f32: structuralOpcodes["f32.const"],
  f64: structuralOpcodes["f64.const"],
} as const;

const emptyBlock = 0x40;

const writeOpcode = (out: ByteWriter, code: number): void => {
  if (code <= 0xff) out.byte(code);
  else {
    out.byte(code >>> 16);
    out.unsigned(code & 0xffff);
  }
};

const writeConst = (out: ByteWriter, { type, value }: InstructionOf<"const">): void => {
  out.byte(constOpcodes[type]);
  if (type === "i32") out.signed(value);
  else out[type](value);
};

const writeVectorConst = (out: ByteWriter, { shape, lanes }: InstructionOf<"vectorConst">): void => {
  writeOpcode(out, structuralOpcodes["v128.const"]);
  for (const value of lanes) {
    if (shape === "f32x4") out.f32(value);
    else for (let shift = 0; shift < 32; shift += 8) out.byte((value >>> shift) & 0xff);
  }
};

const writeIf = (out: ByteWriter, { condition, result, then, otherwise }: InstructionOf<"if">): void => {
  writeInstruction(out, condition);
  out.byte(structuralOpcodes.if);
  out.byte(result === undefined ? emptyBlock : typeCodes[result]);
  writeInstructions(out, then);
  if (otherwise.length > 0) {
    out.byte(structuralOpcodes.else);
    writeInstructions(out, otherwise);
  }
  out.byte(structuralOpcodes.end);
};

const writeInstruction = (out: ByteWriter, instruction: Instruction): void => {
  if (!hasBlocks(instruction)) writeInstructions(out, operandsOf(instruction));
  switch (instruction.kind) {
    case "plain":
      writeOpcode(out, opcodes[instruction.op]);
      break;
    case "const":
      writeConst(out, instruction);
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
      out.unsigned(Math.log2(instruction.align));
      out.unsigned(instruction.offset);
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
      writeInstructions(out, instruction.body);
      out.byte(structuralOpcodes.end);
      break;
    case "if":
      writeIf(out, instruction);
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

/** Writes instructions one after the other. */
export const writeInstructions = (out: ByteWriter, instructions: readonly Instruction[]): void => {
  for (const instruction of instructions) writeInstruction(out, instruction);
};
