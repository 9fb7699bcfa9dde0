// The part of an emitted module that is the same for every model: checking feeds, copying in and out, parameters,
// safetensors. It is text because it is shipped as text: it imports nothing, uses nothing of Node's in its core path, and
// evaluates no strings. It follows src/formats/safetensors.ts and src/backends/runtime, which tests hold it to.

/** Checks of what is fed; `table` comes from the model's own part. */
export const feedRuntime: string = String.raw`
const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, u8: Uint8Array, bool: Uint8Array };
const codes = { f32: "F32", f64: "F64", i32: "I32", u8: "U8", bool: "BOOL" };

const sizeOf = (shape) => shape.reduce((size, extent) => size * extent, 1);
const sameShape = (given, shape) =>
  Array.isArray(given) && given.length === shape.length && given.every((extent, axis) => extent === shape[axis]);
const typeOf = ({ dtype, shape }) => dtype + "[" + shape.join(", ") + "]";

const fail = (code, message) => {
  throw Object.assign(new Error(code + ": " + message), { code });
};

/** The typed array of a feed, or an error that says what was expected. */
const checkFeed = (port, feed) => {
  const wrapped = typeof feed === "object" && feed !== null && !ArrayBuffer.isView(feed) && "data" in feed;
  const data = wrapped ? feed.data : feed;
  const wanted = arrays[port.dtype].name;
  if (!ArrayBuffer.isView(data) || data.constructor.name !== wanted)
    fail("W303", port.name + ": " + typeOf(port) + " takes a " + wanted);
  if (wrapped && feed.shape !== undefined && !sameShape(feed.shape, port.shape))
    fail("W304", port.name + ": shapes differ: expected " + typeOf(port) + ", got [" + feed.shape + "]");
  if (data.length !== sizeOf(port.shape))
    fail("W305", port.name + ": " + typeOf(port) + " has " + sizeOf(port.shape) + " elements, got " + data.length);
  if (port.dtype === "bool" && data.some((value) => value > 1))
    fail("W310", port.name + ": a bool is 0 or 1");
  if (port.range !== undefined)
    for (let at = 0; at < data.length; at++)
      if (data[at] < 0 || data[at] >= port.range)
        fail("W306", port.name + ": element " + at + " is " + data[at] + ", outside 0.." + (port.range - 1));
  return data;
};

/** Refuses feeds that are no record, unknown names and missing ones. */
const checkNames = (entry, feeds) => {
  if (typeof feeds !== "object" || feeds === null) fail("W140", entry.name + ": a record of arrays is expected");
  for (const name of Object.keys(feeds))
    if (!table.inputs.includes(name)) fail("W302", entry.name + ": there is no input " + JSON.stringify(name));
  for (const { name } of entry.inputs)
    if (!Object.hasOwn(feeds, name) || feeds[name] === undefined)
      fail("W301", entry.name + ": input " + JSON.stringify(name) + " is not fed");
};
`;

/** Reading and writing weights. */
export const weightsRuntime: string = String.raw`
const notWhole = (why) => fail("W401", "these are not the bytes of a whole safetensors file: " + why);
const isExtent = (value) => Number.isSafeInteger(value) && value >= 0;

const readHeader = (bytes) => {
  if (!(bytes instanceof Uint8Array)) notWhole("they are not a Uint8Array");
  if (bytes.length < 8) notWhole("there are fewer than 8");
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));
  if (length > 1e8 || 8 + length > bytes.length) notWhole("the header is cut off");
  if (bytes[8] !== 0x7b) notWhole("the header does not begin with {");
  try {
    return [JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length))), 8 + length];
  } catch (error) {
    return notWhole("the header is not JSON: " + error.message);
  }
};

const widths = { F32: 4, F64: 8, I32: 4, U8: 1, BOOL: 1 };

/** Tensors of a safetensors file by name, as [dtype code, shape, bytes]. */
const readSafetensors = (bytes) => {
  const [header, start] = readHeader(bytes);
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__").map(([name, entry]) => {
    const called = "tensor " + JSON.stringify(name);
    if (typeof entry !== "object" || entry === null) notWhole(called + " has no entry");
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== "string" || !Object.hasOwn(widths, dtype)) notWhole(called + " has an unknown dtype");
    if (!Array.isArray(shape) || !shape.every(isExtent)) notWhole(called + " has no shape");
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isExtent)) notWhole(called + " has no place");
    const [begin, end] = offsets;
    if (end - begin !== sizeOf(shape) * widths[dtype]) notWhole(called + " has not the bytes of its shape");
    return { name, dtype, shape, begin, end };
  });
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) notWhole("there is a gap or an overlap before tensor " + JSON.stringify(name));
    covered = end;
  }
  if (start + covered !== bytes.length) notWhole("the tensors take " + covered + " bytes of " + (bytes.length - start));
  return new Map(
    entries.map(({ name, dtype, shape, begin, end }) => [name, [dtype, shape, bytes.subarray(start + begin, start + end)]]),
  );
};

const writeSafetensors = (parameters) => {
  const widthOf = ([{ dtype }]) => arrays[dtype].BYTES_PER_ELEMENT;
  const ordered = [...parameters].sort((a, b) => widthOf(b) - widthOf(a));
  let end = 0;
  const entries = ordered.map(([port, data]) => {
    const begin = end;
    end += data.byteLength;
    return [port.name, { dtype: codes[port.dtype], shape: port.shape, data_offsets: [begin, end] }];
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + end).fill(32, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const [, data] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
};

/** Where the bytes of each parameter go: all of them are found and checked before any is written. */
const placeWeights = (parameters, bytes) => {
  const tensors = readSafetensors(bytes);
  const known = new Set(parameters.map(([port]) => port.name));
  // What an optimizer keeps is of no use to a model alone.
  for (const name of tensors.keys())
    if (!known.has(name) && !name.startsWith("optimizer.")) fail("W307", "there is no parameter " + JSON.stringify(name));
  return parameters.map(([port, view]) => {
    const [code, shape, data] = tensors.get(port.name) ?? fail("W309", "the weights lack " + JSON.stringify(port.name));
    if (code !== codes[port.dtype] || !sameShape(shape, port.shape))
      fail("W304", port.name + ": expected " + typeOf(port) + ", got " + code + "[" + shape.join(", ") + "]");
    if (port.dtype === "bool" && data.some((value) => value > 1)) fail("W310", port.name + ": a bool is 0 or 1");
    return [view, data];
  });
};
`;

/** Feeds, results and parameters over a memory; `start` comes from the model's own part. */
export const modelRuntime: string = String.raw`
/** The model over a memory and one function per entry point. */
const bind = (memory, run) => {
  const bound = (ports) => ports.map((port) => [port, new arrays[port.dtype](memory, port.offset, sizeOf(port.shape))]);
  const parameters = bound(table.parameters);
  const find = (name) =>
    parameters.find(([port]) => port.name === name) ?? fail("W307", "there is no parameter " + JSON.stringify(name));
  const result = ([port, view]) => ({ dtype: port.dtype, shape: [...port.shape], data: view.slice() });
  const entries = table.entries.map((entry, position) => {
    const inputs = bound(entry.inputs);
    const outputs = bound(entry.outputs);
    const call = (feeds = {}) => {
      checkNames(entry, feeds);
      const checked = inputs.map(([port]) => checkFeed(port, feeds[port.name]));
      inputs.forEach(([, view], at) => view.set(checked[at]));
      run(position);
      return Object.fromEntries(outputs.map((output) => [output[0].name, result(output)]));
    };
    return [entry.name, call];
  });
  return {
    ...Object.fromEntries(entries),
    parameters: {
      names: parameters.map(([port]) => port.name),
      get: (name) => result(find(name)),
      set: (name, value) => {
        const [port, view] = find(name);
        view.set(checkFeed(port, value));
      },
      /** All parameters as the bytes of a safetensors file. */
      save: () => writeSafetensors(parameters),
      /** Takes parameters from the bytes of a safetensors file: all of them, or none. */
      restore: (bytes) => {
        for (const [view, data] of placeWeights(parameters, bytes))
          new Uint8Array(memory, view.byteOffset, view.byteLength).set(data);
      },
    },
  };
};
`;

/** The trainer's step: the loss as a number, and an error where it is no longer finite. */
export const trainerRuntime: string = String.raw`
const withStep = (model) => ({
  ...model,
  step: (feeds) => {
    const { loss, finite, ...rest } = model.step(feeds);
    if (finite.data[0] === 0) {
      const step = model.parameters.get("optimizer.step").data[0] + 1;
      fail("W502", "step " + step + ": the loss is " + loss.data[0] + " or a gradient is not finite; nothing was changed");
    }
    return { ...rest, loss: loss.data[0] };
  },
});
`;

/** Reads a file beside the module: by fetch, or from disk where the module itself came from disk. */
export const moduleLoading: string = String.raw`
const read = async (file, base) => {
  const url = new URL(file, base);
  if (url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    return new Uint8Array(await readFile(url).catch((error) => fail("W403", url + " could not be read: " + error.message)));
  }
  const response = await fetch(url);
  if (!response.ok) fail("W403", url + " could not be read: " + response.status);
  return new Uint8Array(await response.arrayBuffer());
};
`;
