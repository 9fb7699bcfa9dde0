// The typed arrays that hold values while kernels run, allocated when a program is instantiated and never after. Fixed
// registers hold one value (a variable, a loop-invariant operand, a constant) and are never handed back. Chunk registers
// hold one value per iteration of a chunk; only one chunked loop runs at a time, so all loops share them, and the one
// handed back last is given out first, while it is still in cache.
import { type LoopType, laneType } from "../../ir/loop/expr.ts";
import { type DataArray, dtypes } from "../../ir/types/dtype.ts";
import { fixed, lanesOf, type Register, type Storage, storageOf, type Value } from "./value.ts";

export interface Registers {
  /** How many values (lanes counted) a chunk register has room for. */
  readonly chunkValues: number;
  /** Room for one value that stays. */
  readonly fixed: (type: LoopType) => Value;
  /** Room for the values of a chunk; released when done with. */
  readonly chunk: (type: LoopType) => Value;
  /** A fixed register that holds this number. */
  readonly constant: (type: LoopType, value: number) => Value;
  /** One reader fewer. */
  readonly release: (value: Value) => void;
  /** Takes all chunk registers back, at the start of a loop. */
  readonly reset: () => void;
}

/** Fixed registers per allocated array. */
const slab = 256;

/** No registers yet; chunk registers will have room for so many values, a multiple of four. */
export const newRegisters = (chunkValues: number): Registers => {
  const slabs = new Map<Storage, { readonly array: DataArray; used: number }>();
  const all: Register[] = [];
  const free = new Map<Storage, Register[]>();
  const constants = new Map<string, Value>();

  const fixedRegister = (type: LoopType): Value => {
    const storage = storageOf(type);
    const lanes = lanesOf(type);
    let room = slabs.get(storage);
    if (room === undefined || room.used + lanes > slab) {
      room = { array: dtypes[storage].allocate(slab), used: 0 };
      slabs.set(storage, room);
    }
    const delta = room.used;
    room.used += lanes;
    return { type, array: room.array, cursor: fixed, delta, step: 0, laneStep: 1 };
  };

  const poolOf = (storage: Storage): Register[] => {
    const pool = free.get(storage) ?? [];
    free.set(storage, pool);
    return pool;
  };

  return {
    chunkValues,
    fixed: fixedRegister,
    chunk: (type) => {
      const storage = storageOf(type);
      let register = poolOf(storage).pop();
      if (register === undefined) {
        register = { storage, array: dtypes[storage].allocate(chunkValues), owners: 0 };
        all.push(register);
      }
      register.owners = 1;
      return { type, array: register.array, cursor: fixed, delta: 0, step: lanesOf(type), laneStep: 1, register };
    },
    constant: (type, value) => {
      const key = `${laneType(type)} ${Object.is(value, -0) ? "-0" : value}`;
      const known = constants.get(key);
      if (known !== undefined) return known;
      const result = fixedRegister(type);
      result.array[result.delta] = value;
      constants.set(key, result);
      return result;
    },
    release: ({ register }) => {
      if (register === undefined) return;
      register.owners--;
      if (register.owners === 0) poolOf(register.storage).push(register);
    },
    reset: () => {
      for (const pool of free.values()) pool.length = 0;
      for (const register of all) poolOf(register.storage).push(register);
    },
  };
};
