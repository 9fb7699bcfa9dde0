// The part of an emitted module that is the same for every model: checking feeds, copying in and out, parameters,
// safetensors. It is text because it is shipped as text: it imports nothing, uses nothing of Node's in its core path, and
// evaluates no strings. Every module carries it, so it is short and has only what its model needs; and people open modules,
// so it reads like code. It follows src/formats/safetensors.ts and src/backends/runtime, which tests hold it to.
import { positionState } from "../model/past.ts";

/** What a model asks of its runtime beyond calls and parameters. */
export interface RuntimeNeeds {
  /** Whether some input is of indices, which must stay below a range. */
  readonly ranges: boolean;
  /** Whether some input or parameter is of bools, whose bytes must be 0 or 1. */
  readonly bools: boolean;
  /** Whether elements of parameters differ in width: a file holds the wider ones first, so that each starts aligned. */
  readonly widths: boolean;
  /** Whether some entry point changes parameters, so that they are worth saving. */
  readonly saves: boolean;
  /** Whether some entry point indexes with state, which must leave room for that. */
  readonly states: boolean;
  /** Whether a sequence is decoded, which the module keeps. */
  readonly sequence: boolean;
  /** Whether something is computed from parameters alone, which is to be done when they were set. */
  readonly prepares: boolean;
  /** Whether `step` is that of a training: its loss is a number, and it fails where it is no longer finite. */
  readonly trains: boolean;
}

const rangeCheck = `
  for (let at = 0; range !== undefined && at < data.length; at++)
    if (data[at] < 0 || data[at] >= range)
      fail("W306", "element " + at + " is " + data[at] + ", outside 0.." + (range - 1) + ", in", name);`;

const boolCheck = `
  for (let at = 0; dtype === "bool" && at < data.length; at++)
    if (data[at] > 1) fail("W310", "a bool is 0 or 1, in", name);`;

/** What else is asked of the elements that are fed. */
const elementChecks = ({ ranges, bools }: RuntimeNeeds): string =>
  ranges || bools
    ? `
/** The same for what is fed. */
const checkFeed = (port, feed) => {
  const data = check(port, feed);
  const { name${bools ? ", dtype" : ""}${ranges ? ", range" : ""} } = port;${ranges ? rangeCheck : ""}${bools ? boolCheck : ""}
  return data;
};
`
    : "";

const feedCheck = ({ ranges, bools }: RuntimeNeeds): string => (ranges || bools ? "checkFeed" : "check");

const storedBoolCheck = `
        if (dtype === "bool" && bytes.some((value) => value > 1)) fail("W310", "a bool is 0 or 1, in", name);`;

const widerFirst = "[...parameters].sort((a, b) => b.view.BYTES_PER_ELEMENT - a.view.BYTES_PER_ELEMENT)";

/** Errors, and the check of what is fed. */
export const feedRuntime = (needs: RuntimeNeeds): string => `
const arrays = { F64: Float64Array, F32: Float32Array, I32: Int32Array, U8: Uint8Array, BOOL: Uint8Array };
const arrayOf = (dtype) => arrays[dtype.toUpperCase()];
const sizeOf = (shape) => shape.reduce((size, extent) => size * extent, 1);

const fail = (code, message, name) => {
  throw Object.assign(new Error((code + ": " + message + " " + JSON.stringify(name)).slice(0, 999)), { code });
};

const refuse = ({ name, dtype, shape }, code, got) =>
  fail(code, "got " + got + " instead of " + dtype + "[" + shape + "] for", name);

/** The typed array of what is given for a tensor: that itself, or { data, shape }. */
const check = (port, given) => {
  const data = ArrayBuffer.isView(given) ? given : given?.data;
  const wanted = port.view.constructor.name;
  if (!ArrayBuffer.isView(data) || data.constructor.name !== wanted) refuse(port, "W303", "no " + wanted);
  if (given.shape !== undefined && String(given.shape) !== String(port.shape)) refuse(port, "W304", "[" + given.shape + "]");
  if (data.length !== port.view.length) refuse(port, "W305", data.length + " elements");
  return data;
};
${elementChecks(needs)}`;

/** Reading weights. */
export const weightsRuntime: string = `
/** The tensors of a safetensors file as [type, bytes]. Every byte of it must belong to one. */
const readWeights = (file) => {
  try {
    const start = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    if (start > file.length || file[8] !== 123) throw new Error("no header");
    const header = new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, start));
    const { __metadata__, ...tensors } = JSON.parse(header);
    let end = 0;
    const read = Object.entries(tensors)
      .sort(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1])
      .map(([name, { dtype, shape, data_offsets: [from, to] }]) => {
        if (from !== end || to !== from + sizeOf(shape) * arrays[dtype].BYTES_PER_ELEMENT) throw new Error(name);
        end = to;
        return [name, [dtype + "[" + shape + "]", file.subarray(start + from, start + to)]];
      });
    if (start + end !== file.length) throw new Error("length");
    return new Map(read);
  } catch (error) {
    return fail("W401", "not a whole safetensors file:", error.message);
  }
};
`;

/** Writing weights: for models that change theirs. The others hold what they were given. */
const saving = (widths: boolean): string => `
    /** All parameters as a safetensors file. */
    save: () => {
      let end = 0;
      const tensors = ${widths ? widerFirst : "parameters"}.map(({ name, dtype, shape, bytes }) => {
        const offsets = [end, (end += bytes.length)];
        return [name, { dtype: dtype.toUpperCase(), shape, data_offsets: offsets }];
      });
      const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(tensors)));
      const start = 8 + Math.ceil(header.length / 8) * 8;
      const file = new Uint8Array(start + end).fill(32, 8, start);
      new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
      file.set(header, 8);
      for (const [name, { data_offsets }] of tensors) file.set(find(name).bytes, start + data_offsets[0]);
      return file;
    },`;

/** Tensors in a memory, and the parameters among them; `table` comes from the model's own part. */
export const parametersRuntime = (needs: RuntimeNeeds): string => {
  const { bools, widths, saves, sequence, prepares } = needs;
  return `
/** A tensor of the table with its elements and its bytes in memory. */
const place = (memory, port) => {
  const view = new (arrayOf(port.dtype))(memory, port.offset, sizeOf(port.shape));
  return { ...port, view, bytes: new Uint8Array(memory, port.offset, view.byteLength) };
};
const result = ({ dtype, shape, view }) => ({ dtype, shape: [...shape], data: view.slice() });

const parametersOf = (memory${sequence ? ", ports" : ""}${prepares ? ", changed" : ""}) => {
  const parameters = ${sequence ? "ports" : "table.parameters"}.map((port) => place(memory, port));
  const find = (wanted) =>
    parameters.find(({ name }) => name === wanted) ?? fail("W307", "there is no parameter", wanted);
  return {
    names: parameters.map(({ name }) => name),
    get: (name) => result(find(name)),
    set: (name, value) => ${
      prepares
        ? `{
      find(name).view.set(${feedCheck(needs)}(find(name), value));
      changed();
    }`
        : `find(name).view.set(${feedCheck(needs)}(find(name), value))`
    },${saves ? saving(widths) : ""}
    /** Takes all parameters from a safetensors file, or none; what an optimizer keeps may be left over. */
    restore: (file) => {
      const tensors = readWeights(file);
      for (const name of tensors.keys()) if (!name.startsWith("optimizer.")) find(name);
      const stored = parameters.map(({ name, dtype, shape }) => {
        const [type, bytes] = tensors.get(name) ?? fail("W309", "the weights lack", name);
        const wanted = dtype.toUpperCase() + "[" + shape + "]";
        if (type !== wanted) fail("W304", "got " + type + " instead of " + wanted + " for", name);${bools ? storedBoolCheck : ""}
        return bytes;
      });
      parameters.forEach(({ bytes }, at) => bytes.set(stored[at]));${prepares ? "\n      changed();" : ""}
    },
  };
};
`;
};

/** The sequence that is being decoded. */
export const sequenceRuntime = ({ prepares }: RuntimeNeeds): string => `
const sequenceOf = (memory${prepares ? ", changed" : ""}) => {
  const state = parametersOf(memory, table.state${prepares ? ", changed" : ""});
  return {
    state,
    /** How many positions the sequence has. */
    position: () => state.get("${positionState}").data[0],
    reset: () => table.state.forEach((port) => place(memory, port).view.fill(0)),
  };
};
`;

/** What `bind` gives. */
const boundModel = ({ sequence, prepares }: RuntimeNeeds): string => {
  const changed = prepares ? ", changed" : "";
  return sequence
    ? `{
    ...Object.fromEntries(entries),
    ...sequenceOf(memory${changed}),
    parameters: parametersOf(memory, table.parameters${changed}),
  }`
    : `{ ...Object.fromEntries(entries), parameters: parametersOf(memory${changed}) }`;
};

const placedStates = `
    const states = (entry.states ?? []).map((port) => place(memory, port));`;

const stateCheck = `
      for (const { name, view, range } of states)
        if (view.some((value) => value < 0 || value >= range))
          fail("W520", entry.name + " has room from 0 to " + (range - 1) + ", not at " + view + ", for", name);`;

const staleness = `
  let stale = true;
  const changed = () => {
    stale = true;
  };`;

const preparing = `
      if (stale) prepare();
      stale = false;`;

// The step of a training: its loss is a number, unless an array is given for it, and it fails where it is no longer finite.

const stepParts = `
    const finite = entry.name === "step" ? named.get("finite") : undefined;
    if (finite) {
      named.get("loss").isNumber = true;
      named.delete("finite");
    }`;

const checkNumber = `if (port.isNumber && typeof into[name] === "number") {
          if (Object.isFrozen(into)) fail("W140", "a record that may change is expected by", entry.name);
        } else `;

const finiteCheck = `
      if (finite?.view[0] === 0) {
        const [step] = place(memory, table.parameters.find(({ name }) => name === "optimizer.step")).view;
        const loss = named.get("loss").view[0];
        fail("W502", "the loss is " + loss + " or a gradient is not finite; nothing was changed by step", step + 1);
      }`;

const writeNumber = `if (port.isNumber && typeof into[name] === "number") into[name] = port.view[0];
        else `;

/** Feeds in, results out. */
export const modelRuntime = (needs: RuntimeNeeds): string => `
/** The model over a memory; runOf(n) is the entry point n of the table${needs.prepares ? ", prepare() comes first where parameters are new" : ""}. */
const bind = (memory, runOf${needs.prepares ? ", prepare" : ""}) => {${needs.prepares ? staleness : ""}
  const entries = table.entries.map((entry, position) => {
    const [inputs, outputs] = [entry.inputs, entry.outputs].map((ports) => ports.map((port) => place(memory, port)));${
      needs.states ? placedStates : ""
    }
    const named = new Map(outputs.map((port) => [port.name, port]));${needs.trains ? stepParts : ""}
    const [run, fed] = [runOf(position), []];
    // Given arrays to write into, a call allocates nothing; hence loops that count.
    const call = (feeds = {}, { into } = {}) => {
      for (const name in feeds ?? fail("W140", "a record of arrays is expected by", entry.name))
        if (!table.inputs.includes(name)) fail("W302", "there is no input", name);
      for (let at = 0; at < inputs.length; at++) {
        const { name } = inputs[at];
        const feed = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
        fed[at] = ${feedCheck(needs)}(inputs[at], feed ?? fail("W301", entry.name + " lacks its input", name));
      }
      for (const name in into) {
        const port = named.get(name) ?? fail("W313", "there is no result", name);
        ${needs.trains ? checkNumber : ""}if (into[name] !== undefined) check(port, into[name]);
      }${needs.states ? stateCheck : ""}${needs.prepares ? preparing : ""}
      for (let at = 0; at < inputs.length; at++) inputs[at].view.set(fed[at]);
      run();${needs.trains ? finiteCheck : ""}
      for (const name in into) {
        const port = named.get(name);
        ${needs.trains ? writeNumber : ""}if (into[name] !== undefined) check(port, into[name]).set(port.view);
      }
      return into ?? Object.fromEntries([...named].map(([name, port]) => [name, ${needs.trains ? "port.isNumber ? port.view[0] : " : ""}result(port)]));
    };
    return [entry.name, call];
  });
  return ${boundModel(needs)};
};
`;

/** Reads a file beside the module: by fetch, or from disk where the module itself came from disk. */
export const moduleLoading: string = `
const read = async (file, base) => {
  const url = new URL(file, base);
  try {
    if (url.protocol === "file:") return await (await import("node:fs/promises")).readFile(url);
    const response = await fetch(url);
    if (!response.ok) throw new Error(response.status);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    return fail("W403", url + " could not be read:", error.message);
  }
};
`;
