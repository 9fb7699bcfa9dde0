// The tree of one WebAssembly function: what the emitter builds, the printer shows as text and the encoder turns into
// bytes. Operands hang below the instruction that takes them, in evaluation order; `kind` says which immediates there are.
import type { LaneOp, MemoryOp, PlainOp } from "./opcodes.ts";

/** The types of WebAssembly values that we use. */
export type ValueType = "i32" | "f32" | "f64" | "v128";

/** Four lanes as numbers. */
export type Lanes = readonly [number, number, number, number];

/** One instruction with everything below it. Offsets and alignments are in bytes; locals and functions are indices. */
export type Instruction =
  | { readonly kind: "plain"; readonly op: PlainOp; readonly operands: readonly Instruction[] }
  | { readonly kind: "const"; readonly type: "i32" | "f32" | "f64"; readonly value: number }
  | { readonly kind: "vectorConst"; readonly shape: "i32x4" | "f32x4"; readonly lanes: Lanes }
  | { readonly kind: "local"; readonly op: LocalOp; readonly local: number; readonly operands: readonly Instruction[] }
  | {
      readonly kind: "memory";
      readonly op: MemoryOp;
      readonly offset: number;
      readonly align: number;
      readonly operands: readonly Instruction[];
    }
  | { readonly kind: "lane"; readonly op: LaneOp; readonly lane: number; readonly operands: readonly Instruction[] }
  | { readonly kind: "shuffle"; readonly bytes: readonly number[]; readonly operands: readonly Instruction[] }
  | { readonly kind: "bulk"; readonly op: "memory.copy" | "memory.fill"; readonly operands: readonly Instruction[] }
  | { readonly kind: "block"; readonly op: "block" | "loop"; readonly body: readonly Instruction[] }
  | {
      readonly kind: "if";
      readonly result?: ValueType;
      readonly condition: Instruction;
      readonly then: readonly Instruction[];
      readonly otherwise: readonly Instruction[];
    }
  /** `depth` counts enclosing blocks, the innermost being 0. */
  | {
      readonly kind: "branch";
      readonly op: "br" | "br_if";
      readonly depth: number;
      readonly operands: readonly Instruction[];
    }
  | { readonly kind: "call"; readonly function: number; readonly operands: readonly Instruction[] };

export type LocalOp = "local.get" | "local.set" | "local.tee";

export const plain = (op: PlainOp, ...operands: Instruction[]): Instruction => ({ kind: "plain", op, operands });

export const i32Const = (value: number): Instruction => ({ kind: "const", type: "i32", value: value | 0 });

export const localGet = (local: number): Instruction => ({ kind: "local", op: "local.get", local, operands: [] });

export const localSet = (local: number, value: Instruction): Instruction => ({
  kind: "local",
  op: "local.set",
  local,
  operands: [value],
});

export const localTee = (local: number, value: Instruction): Instruction => ({
  kind: "local",
  op: "local.tee",
  local,
  operands: [value],
});

export const lane = (op: LaneOp, at: number, ...operands: Instruction[]): Instruction => ({
  kind: "lane",
  op,
  lane: at,
  operands,
});

/** A parameter or local; names consist of letters, digits and `_`, and are unique within the function. */
export interface Local {
  readonly name: string;
  readonly type: ValueType;
}

/** A function of a module. Names as for locals, unique within the module; `comment` goes into the text form. */
export interface WasmFunction {
  readonly name: string;
  readonly comment?: string;
  readonly parameters: readonly Local[];
  readonly result?: ValueType;
  readonly locals: readonly Local[];
  readonly body: readonly Instruction[];
}

/** Bytes that memory holds from the beginning. */
export interface DataSegment {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly comment?: string;
}

/** The two names under which an importer gives something. */
export interface MemoryImport {
  readonly module: string;
  readonly name: string;
}

/** The one memory, of fixed size: imported if `importedAs` says from where, exported if `exportedAs` says as what. */
export interface WasmMemory {
  readonly pages: number;
  /** Whether several threads use it at once. */
  readonly shared?: boolean;
  readonly importedAs?: MemoryImport;
  readonly exportedAs?: string;
}

/** A whole module. Exports name functions by index. */
export interface WasmModule {
  readonly comment?: string;
  readonly memory: WasmMemory;
  readonly functions: readonly WasmFunction[];
  readonly exports: readonly { readonly name: string; readonly function: number }[];
  readonly data: readonly DataSegment[];
}

/** The types of values that a function takes and gives. */
export type Signature = Pick<WasmFunction, "parameters" | "result">;

/** The distinct signatures of a module, and for each function the index of its own. */
export const signaturesOf = (
  module: WasmModule,
): { readonly signatures: readonly Signature[]; readonly indices: readonly number[] } => {
  const signatures: Signature[] = [];
  const known = new Map<string, number>();
  const indices = module.functions.map((fn) => {
    const key = `${fn.parameters.map(({ type }) => type).join()}>${fn.result ?? ""}`;
    const index = known.get(key) ?? signatures.length;
    if (index === signatures.length) {
      known.set(key, index);
      signatures.push(fn);
    }
    return index;
  });
  return { signatures, indices };
};
