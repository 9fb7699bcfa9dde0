// The engine's own WebAssembly interface, as far as it is used. TypeScript knows it only together with the whole DOM,
// which this library must not rely on.

/** A memory; one that never grows keeps its buffer. Its buffer is a SharedArrayBuffer if it was made to be shared. */
export interface EngineMemory {
  readonly buffer: ArrayBuffer;
}

/** A compiled module. */
export type EngineModule = object;

/** A module with its memory and functions. */
export interface EngineInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface Engine {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => EngineModule;
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
  readonly compile: (bytes: Uint8Array<ArrayBuffer>) => Promise<EngineModule>;
  readonly Instance: new (module: EngineModule, imports?: Readonly<Record<string, object>>) => EngineInstance;
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared?: boolean;
  }) => EngineMemory;
}

/** `WebAssembly` of the engine that runs this. */
export const engine: Engine = (globalThis as typeof globalThis & { readonly WebAssembly: Engine }).WebAssembly;
