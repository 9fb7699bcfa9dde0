// Dense constants in text: a table behind the entries, by id, so that nodes stay short. The ids in a text are taken as
// names only; the graph works out the content address by itself.
import { reject } from "../diagnostics/diagnostic.ts";
import type { Location } from "../diagnostics/location.ts";
import { decodeBase64 } from "../types/base64.ts";
import { isKnown } from "../types/dim.ts";
import { type DataArray, dtypes } from "../types/dtype.ts";
import { sizeOf } from "../types/ndarray.ts";
import { printType, type TensorType } from "../types/tensor-type.ts";
import type { ContentsSyntax } from "./syntax.ts";

/** The table of a text, by id. */
export type ContentsTable = ReadonlyMap<string, ContentsSyntax>;

/** Collects the table; W119 for an id that stands twice. */
export const contentsTable = (written: readonly ContentsSyntax[]): ContentsTable => {
  const table = new Map<string, ContentsSyntax>();
  for (const contents of written) {
    const { text, location } = contents.id;
    if (table.has(text)) reject("W119", { what: "the contents", name: text }, { location });
    table.set(text, contents);
  }
  return table;
};

/** The elements of a constant of this type; W117 where the table lacks them, W118 where they do not fit. */
export const readContents = (table: ContentsTable, id: string, type: TensorType, location: Location): DataArray => {
  const found = table.get(id);
  if (found?.bytes === undefined) return reject("W117", { id, elided: found !== undefined }, { location });
  const refuse = (what: string): never =>
    reject("W118", { id, type: printType(type), what }, { location: found.bytes?.location ?? found.id.location });
  if (found.dtype !== type.dtype) return refuse(`are of type ${found.dtype}`);
  const shape = type.shape.filter(isKnown);
  if (shape.length < type.shape.length) return refuse("cannot fill symbolic extents");
  const { bytes: bytesPerElement, view } = dtypes[type.dtype];
  const length = sizeOf(shape);
  const bytes = decodeBase64(found.bytes.text);
  if (bytes === undefined) return refuse("are not in base64");
  if (bytes.length !== length * bytesPerElement)
    return refuse(`have ${bytes.length} bytes instead of ${length * bytesPerElement}`);
  if (type.dtype === "bool" && bytes.some((byte) => byte > 1)) return refuse("have a byte above 1");
  return view(bytes.buffer, 0, length);
};
