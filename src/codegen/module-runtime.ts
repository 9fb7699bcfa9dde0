// The part of an emitted module that is the same for every model: checking feeds, copying in and out, parameters,
// safetensors. It is text because it is shipped as text: it imports nothing, uses nothing of Node's in its core path, and
// evaluates no strings.

/** Feeds, results and parameters over a memory; `table` and `start` come from the model's own part. */
export const moduleRuntime: string = String.raw`
const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, u8: Uint8Array, bool: Uint8Array };
const codes = { f32: "F32", f64: "F64", i32: "I32", u8: "U8", bool: "BOOL" };

const sizeOf = (shape) => shape.reduce((size, extent) => size * extent, 1);

const fail = (code, message) => {
  throw Object.assign(new Error(code + ": " + message), { code });
};

/** The typed array of a feed, or an error that says what was expected. */
const checkFeed = (port, feed) => {
  const given = feed !== null && typeof feed === "object" && !ArrayBuffer.isView(feed) && "data" in feed ? feed : { data: feed };
  const type = port.dtype + "[" + port.shape.join(", ") + "]";
  const wanted = arrays[port.dtype].name;
  const data = given.data;
  if (!ArrayBuffer.isView(data) || data.constructor.name !== wanted)
    fail("W303", port.name + ": " + type + " takes a " + wanted);
  if (given.shape !== undefined && given.shape.join() !== port.shape.join())
    fail("W304", port.name + ": shapes differ: expected " + type + ", got [" + given.shape.join(", ") + "]");
  if (data.length !== sizeOf(port.shape))
    fail("W305", port.name + ": " + type + " has " + sizeOf(port.shape) + " elements, got " + data.length);
  if (port.range !== undefined)
    for (let at = 0; at < data.length; at++)
      if (data[at] < 0 || data[at] >= port.range)
        fail("W306", port.name + ": element " + at + " is " + data[at] + ", outside 0.." + (port.range - 1));
  return data;
};

/** Tensors of a safetensors file by name, as [dtype code, shape, bytes]. */
const readSafetensors = (bytes) => {
  if (bytes.length < 8) fail("W401", "the weights are not a whole safetensors file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (8 + length > bytes.length) fail("W401", "the weights are not a whole safetensors file");
  const header = new Map(Object.entries(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))));
  header.delete("__metadata__");
  const tensors = new Map();
  for (const [name, entry] of header) {
    const [begin, end] = entry.data_offsets;
    if (8 + length + end > bytes.length) fail("W401", "the weights are cut off in tensor " + JSON.stringify(name));
    tensors.set(name, [entry.dtype, entry.shape, bytes.subarray(8 + length + begin, 8 + length + end)]);
  }
  return tensors;
};

const writeSafetensors = (parameters) => {
  const ordered = [...parameters].sort(([a], [b]) => arrays[b.dtype].BYTES_PER_ELEMENT - arrays[a.dtype].BYTES_PER_ELEMENT);
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

/** The model over a memory and one function per entry point. */
const bind = (memory, run) => {
  const viewOf = (port) => new arrays[port.dtype](memory, port.offset, sizeOf(port.shape));
  const bound = (ports) => ports.map((port) => [port, viewOf(port)]);
  const parameters = bound(table.parameters);
  const find = (name) => parameters.find(([port]) => port.name === name) ?? fail("W307", "there is no parameter " + JSON.stringify(name));
  const result = ([port, view]) => ({ dtype: port.dtype, shape: [...port.shape], data: view.slice() });
  const entries = table.entries.map((entry, position) => {
    const inputs = bound(entry.inputs);
    const outputs = bound(entry.outputs);
    return [
      entry.name,
      (feeds = {}) => {
        for (const name of Object.keys(feeds))
          if (!inputs.some(([port]) => port.name === name)) fail("W302", entry.name + ": there is no input " + JSON.stringify(name));
        for (const [port] of inputs)
          if (!Object.hasOwn(feeds, port.name)) fail("W301", entry.name + ": input " + JSON.stringify(port.name) + " is not fed");
        const checked = inputs.map(([port]) => checkFeed(port, feeds[port.name]));
        inputs.forEach(([, view], at) => view.set(checked[at]));
        run(position);
        return Object.fromEntries(outputs.map((output) => [output[0].name, result(output)]));
      },
    ];
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
        const tensors = readSafetensors(bytes);
        const found = parameters.map(([port, view]) => {
          const [code, shape, data] = tensors.get(port.name) ?? fail("W401", "the weights lack " + JSON.stringify(port.name));
          if (code !== codes[port.dtype] || shape.join() !== port.shape.join() || data.byteLength !== view.byteLength)
            fail("W401", JSON.stringify(port.name) + " is " + code + "[" + shape.join(", ") + "], expected " + codes[port.dtype] + "[" + port.shape.join(", ") + "]");
          return [view, data];
        });
        for (const [view, data] of found) new Uint8Array(memory, view.byteOffset, view.byteLength).set(data);
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
    if (finite.data[0] === 0)
      fail("W502", "step " + (model.parameters.get("optimizer.step").data[0] + 1) + ": the loss is " + loss.data[0] + " or a gradient is not finite; nothing was changed");
    return { ...rest, loss: loss.data[0] };
  },
});
`;

/** Reads a file beside the module: by fetch, or from disk where the module itself came from disk. */
export const moduleLoading: string = String.raw`
const read = async (file, base) => {
  const url = new URL(file, base);
  if (url.protocol === "file:") return new Uint8Array(await (await import("node:fs/promises")).readFile(url));
  const response = await fetch(url);
  if (!response.ok) fail("W403", url + " could not be read: " + response.status);
  return new Uint8Array(await response.arrayBuffer());
};
`;
