// The instructions that the emitter may use, each with its opcode, grouped by the immediates that follow it. Codes of two
// parts (bulk memory, saturating conversions, SIMD) are written 0xPPSSSS: prefix byte PP, then SSSS as LEB128.
// Source: WebAssembly Core Specification 2.0, chapter "Binary Format", section "Instructions".

/** No immediates. */
const plain = {
  select: 0x1b,
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.ne": 0x47,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i32.gt_s": 0x4a,
  "i32.gt_u": 0x4b,
  "i32.le_s": 0x4c,
  "i32.le_u": 0x4d,
  "i32.ge_s": 0x4e,
  "i32.ge_u": 0x4f,
  "f32.eq": 0x5b,
  "f32.ne": 0x5c,
  "f32.lt": 0x5d,
  "f32.gt": 0x5e,
  "f32.le": 0x5f,
  "f32.ge": 0x60,
  "f64.eq": 0x61,
  "f64.ne": 0x62,
  "f64.lt": 0x63,
  "f64.gt": 0x64,
  "f64.le": 0x65,
  "f64.ge": 0x66,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.div_s": 0x6d,
  "i32.rem_s": 0x6f,
  "i32.and": 0x71,
  "i32.or": 0x72,
  "i32.xor": 0x73,
  "i32.shl": 0x74,
  "i32.shr_s": 0x75,
  "i32.shr_u": 0x76,
  "f32.abs": 0x8b,
  "f32.neg": 0x8c,
  "f32.ceil": 0x8d,
  "f32.floor": 0x8e,
  "f32.trunc": 0x8f,
  "f32.nearest": 0x90,
  "f32.sqrt": 0x91,
  "f32.add": 0x92,
  "f32.sub": 0x93,
  "f32.mul": 0x94,
  "f32.div": 0x95,
  "f32.min": 0x96,
  "f32.max": 0x97,
  "f64.abs": 0x99,
  "f64.neg": 0x9a,
  "f64.ceil": 0x9b,
  "f64.floor": 0x9c,
  "f64.trunc": 0x9d,
  "f64.nearest": 0x9e,
  "f64.sqrt": 0x9f,
  "f64.add": 0xa0,
  "f64.sub": 0xa1,
  "f64.mul": 0xa2,
  "f64.div": 0xa3,
  "f64.min": 0xa4,
  "f64.max": 0xa5,
  "f32.convert_i32_s": 0xb2,
  "f32.demote_f64": 0xb6,
  "f64.convert_i32_s": 0xb7,
  "f64.promote_f32": 0xbb,
  "i32.reinterpret_f32": 0xbc,
  "f32.reinterpret_i32": 0xbe,
  "i32.trunc_sat_f32_s": 0xfc0000,
  "i32.trunc_sat_f64_s": 0xfc0002,
  "i32x4.splat": 0xfd0011,
  "f32x4.splat": 0xfd0013,
  "i32x4.eq": 0xfd0037,
  "i32x4.ne": 0xfd0038,
  "i32x4.lt_s": 0xfd0039,
  "i32x4.gt_s": 0xfd003b,
  "i32x4.le_s": 0xfd003d,
  "i32x4.ge_s": 0xfd003f,
  "f32x4.eq": 0xfd0041,
  "f32x4.ne": 0xfd0042,
  "f32x4.lt": 0xfd0043,
  "f32x4.gt": 0xfd0044,
  "f32x4.le": 0xfd0045,
  "f32x4.ge": 0xfd0046,
  "v128.not": 0xfd004d,
  "v128.and": 0xfd004e,
  "v128.or": 0xfd0050,
  "v128.xor": 0xfd0051,
  "v128.bitselect": 0xfd0052,
  "f32x4.ceil": 0xfd0067,
  "f32x4.floor": 0xfd0068,
  "f32x4.trunc": 0xfd0069,
  "f32x4.nearest": 0xfd006a,
  "i32x4.abs": 0xfd00a0,
  "i32x4.neg": 0xfd00a1,
  "i32x4.shl": 0xfd00ab,
  "i32x4.shr_s": 0xfd00ac,
  "i32x4.shr_u": 0xfd00ad,
  "i32x4.add": 0xfd00ae,
  "i32x4.sub": 0xfd00b1,
  "i32x4.mul": 0xfd00b5,
  "i32x4.min_s": 0xfd00b6,
  "i32x4.max_s": 0xfd00b8,
  "f32x4.abs": 0xfd00e0,
  "f32x4.neg": 0xfd00e1,
  "f32x4.sqrt": 0xfd00e3,
  "f32x4.add": 0xfd00e4,
  "f32x4.sub": 0xfd00e5,
  "f32x4.mul": 0xfd00e6,
  "f32x4.div": 0xfd00e7,
  "f32x4.min": 0xfd00e8,
  "f32x4.max": 0xfd00e9,
  "f32x4.pmin": 0xfd00ea,
  "f32x4.pmax": 0xfd00eb,
  "i32x4.trunc_sat_f32x4_s": 0xfd00f8,
  "f32x4.convert_i32x4_s": 0xfd00fa,
} as const;

/** Alignment and offset. */
const memory = {
  "i32.load": 0x28,
  "f32.load": 0x2a,
  "f64.load": 0x2b,
  "i32.load8_u": 0x2d,
  "i32.store": 0x36,
  "f32.store": 0x38,
  "f64.store": 0x39,
  "i32.store8": 0x3a,
  "v128.load": 0xfd0000,
  "v128.load32_splat": 0xfd0009,
  "v128.store": 0xfd000b,
} as const;

/** A lane. */
const lane = {
  "i32x4.extract_lane": 0xfd001b,
  "f32x4.extract_lane": 0xfd001f,
} as const;

/** Instructions without immediates. */
export type PlainOp = keyof typeof plain;

/** Loads and stores. */
export type MemoryOp = keyof typeof memory;

/** Instructions that name a lane. */
export type LaneOp = keyof typeof lane;

/** Opcode of every instruction whose opcode its name alone decides. */
export const opcodes: { readonly [O in PlainOp | MemoryOp | LaneOp]: number } = {
  ...plain,
  ...memory,
  ...lane,
};

/** The instructions without immediates, for tests that go through all of them. */
export const plainOps: readonly PlainOp[] = Object.keys(plain) as PlainOp[];

/** Opcodes of the instructions that have a form of their own in the tree. */
export const structuralOpcodes = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  call: 0x10,
  "local.get": 0x20,
  "local.set": 0x21,
  "local.tee": 0x22,
  "i32.const": 0x41,
  "f32.const": 0x43,
  "f64.const": 0x44,
  "memory.copy": 0xfc000a,
  "memory.fill": 0xfc000b,
  "v128.const": 0xfd000c,
  "i8x16.shuffle": 0xfd000d,
} as const;

/** Bytes that a load or store touches: the alignment that text leaves out. */
export const naturalAlignment: { readonly [O in MemoryOp]: number } = {
  "i32.load": 4,
  "f32.load": 4,
  "f64.load": 8,
  "i32.load8_u": 1,
  "i32.store": 4,
  "f32.store": 4,
  "f64.store": 8,
  "i32.store8": 1,
  "v128.load": 16,
  "v128.load32_splat": 4,
  "v128.store": 16,
};
