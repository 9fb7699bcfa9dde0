// What reads files, by the names that `npm run hostile -- --reader` takes.

export const readerNames = ["text", "compile", "safetensors", "checkpoint", "json", "weights"] as const;

export type ReaderName = (typeof readerNames)[number];
