// The package entry `weftgraph/formats`: tensors in files.
export {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
  type StoredTensors,
  safetensorsMetadata,
} from "./safetensors.ts";
export { loadSafetensors, saveSafetensors } from "./safetensors-file.ts";
