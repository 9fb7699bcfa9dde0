// Files that something happened to: bits that flipped, an end that is missing, parts that stand twice or elsewhere, lengths that
// lie. A reader may refuse them, with an error that says so; it may do nothing else.
import fc from "fast-check";
import { type Accident, accidentKinds, happenToBytes, happenToText } from "./accidents.ts";

const accidents = (): fc.Arbitrary<readonly Accident[]> =>
  fc.array(
    fc.record<Accident>({
      kind: fc.constantFrom(...accidentKinds),
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      span: fc.integer({ min: 1, max: 24 }),
      value: fc.nat(255),
    }),
    { minLength: 1, maxLength: 4 },
  );

/**
 * The bytes of a file after one to four accidents: bytes changed, cut out, put in, repeated, or moved.
 *
 * @example
 * const bytes = encodeSafetensors({ w: { dtype: "f32", shape: [2], data: Float32Array.of(1, 2) } });
 * const { default: fc } = await import("fast-check");
 * await fc.assert(robustLoader(decodeSafetensors, malformed(bytes)), { numRuns: 20 }); // undefined
 */
export const malformed = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  accidents().map((list) => list.reduce(happenToBytes, bytes));

/**
 * A text after one to four accidents, as `malformed` has them for bytes.
 *
 * @example
 * import fc from "fast-check";
 * await fc.assert(robustLoader(parseGraph, malformedText(printGraph(graph))), { numRuns: 20 }); // undefined
 */
export const malformedText = (text: string): fc.Arbitrary<string> =>
  accidents().map((list) => list.reduce(happenToText, text));
