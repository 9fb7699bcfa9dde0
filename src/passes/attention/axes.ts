// Where elements stand, as names of axes. Each axis of a value is a list of atoms, the indices that it runs over in row-major
// order: [B*H, T] is [[b, h], [t]]. Reshapes, transposes and broadcasts only put atoms elsewhere, so two values spelled in
// different shapes are compared, and brought to one shape, by their atoms. An axis of extent 1 has none.
import type { View } from "../../ir/graph/view.ts";
import type { Attributes } from "../../ir/ops/attributes.ts";
import type { OpKind } from "../../ir/ops/index.ts";
import { type Dim, divideDims, multiplyDims } from "../../ir/types/dim.ts";
import { type Shape, sameShape } from "../../ir/types/tensor-type.ts";

/** An index with a name, and how far it runs. */
export interface Atom {
  readonly name: string;
  readonly extent: Dim;
}

/** For each axis of a value the atoms that it runs over. */
export type Axes = readonly (readonly Atom[])[];

/** A value, and where its elements stand. */
export interface Placed {
  readonly view: View;
  readonly axes: Axes;
}

/** An atom that would have to be two for a reshape to put atoms elsewhere: its outer and its inner extent. */
export interface Split {
  readonly atom: string;
  readonly extents: readonly [Dim, Dim];
}

/** How atoms have been split so far, by their names. */
export type Splits = ReadonlyMap<string, readonly [Dim, Dim]>;

/** An atom, or what it was split into. */
export const refined = (atom: Atom, splits: Splits): readonly Atom[] => {
  const parts = splits.get(atom.name);
  if (parts === undefined) return [atom];
  return parts.flatMap((extent, at) => refined({ name: `${atom.name}.${at}`, extent }, splits));
};

/** One atom for each axis of a shape, named by its number. */
export const axesOf = (shape: Shape, splits: Splits = new Map()): Axes =>
  shape.map((extent, axis) => (extent === 1 ? [] : refined({ name: `${axis}`, extent }, splits)));

/** The product of the extents of atoms. */
export const extentOf = (atoms: readonly Atom[]): Dim =>
  atoms.reduce<Dim>((product, { extent }) => multiplyDims(product, extent), 1);

/** Whether two lists of axes run over the same atoms. */
export const sameAxes = (left: Axes, right: Axes): boolean =>
  left.length === right.length &&
  left.every((atoms, axis) => {
    const others = right[axis] ?? [];
    return atoms.length === others.length && atoms.every(({ name }, at) => name === others[at]?.name);
  });

/** Whether two values hold the same element wherever they stand. */
export const samePlace = (left: Placed, right: Placed): boolean =>
  left.view.id === right.view.id && sameAxes(left.axes, right.axes);

/** Atoms dealt out to the axes of a shape; the split that this needs, or undefined where they do not fit at all. */
const dealt = (atoms: readonly Atom[], shape: Shape): Found<Axes> => {
  const axes: Atom[][] = [];
  let next = 0;
  for (const extent of shape) {
    const own: Atom[] = [];
    let missing: Dim | undefined = extent;
    while (missing !== 1) {
      const atom: Atom | undefined = atoms[next];
      if (atom === undefined || missing === undefined) return undefined;
      const rest: Dim | undefined = divideDims(missing, atom.extent);
      if (rest === undefined) {
        const inner = divideDims(atom.extent, missing);
        return inner === undefined ? undefined : { atom: atom.name, extents: [missing, inner] };
      }
      own.push(atom);
      missing = rest;
      next++;
    }
    axes.push(own);
  }
  return next === atoms.length ? axes : undefined;
};

/** What was looked for, a split after which to look again, or undefined where there is nothing. */
export type Found<T> = T | Split | undefined;

/** Whether something can be said only after a split. */
export const isSplit = (found: unknown): found is Split =>
  typeof found === "object" && found !== null && "atom" in found;

/** Where the elements of a moved value came from: its operand; a split that is needed first; undefined for any other op. */
export const before = ({ view, axes }: Placed): Found<Placed> => {
  const [operand] = view.args;
  if (operand === undefined) return undefined;
  const { shape } = operand.type;
  switch (view.op) {
    case "reshape": {
      const found = dealt(axes.flat(), shape);
      return found === undefined || isSplit(found) ? found : { view: operand, axes: found };
    }
    case "transpose": {
      const { permutation } = view.attrs;
      return { view: operand, axes: shape.map((_, axis) => axes[permutation.indexOf(axis)] ?? []) };
    }
    case "broadcast": {
      const own = axes.slice(axes.length - shape.length);
      return { view: operand, axes: own.map((atoms, axis) => (shape[axis] === 1 ? [] : atoms)) };
    }
    default:
      return undefined;
  }
};

/** Whether `before` said where elements came from. */
export const isPlaced = (found: Found<Placed>): found is Placed => found !== undefined && "view" in found;

/** The value that was moved, as far back as that can be said without splitting an atom. */
export const peeled = (placed: Placed): Placed => {
  const found = before(placed);
  return isPlaced(found) ? peeled(found) : placed;
};

/** A node that moves elements. */
export interface Movement {
  readonly op: OpKind & ("reshape" | "transpose" | "broadcast");
  readonly attrs: Attributes;
}

/**
 * The movements that bring a value from its axes to others. Atoms that the value does not have become extents of 1, or are
 * repeated in the axes from `wholeFrom` on; it has no atoms that the others do not have.
 */
export const movementsTo = (
  from: { readonly shape: Shape; readonly axes: Axes },
  to: Axes,
  wholeFrom: number = to.length,
): readonly Movement[] => {
  const has = from.axes.flat();
  const present = to.map((atoms) => atoms.filter(({ name }) => has.some((own) => own.name === name)));
  const wanted = present.flat();
  const permutation = wanted.map(({ name }) => has.findIndex((own) => own.name === name));
  const steps: Movement[] = [];
  let { shape } = from;
  const reshapeTo = (next: Shape): void => {
    if (!sameShape(shape, next)) steps.push({ op: "reshape", attrs: { shape: next } });
    shape = next;
  };
  const repeatTo = (next: Shape): void => {
    if (!sameShape(shape, next)) steps.push({ op: "broadcast", attrs: { shape: next } });
    shape = next;
  };
  if (permutation.some((atom, at) => atom !== at)) {
    reshapeTo(has.map(({ extent }) => extent));
    steps.push({ op: "transpose", attrs: { permutation } });
    shape = wanted.map(({ extent }) => extent);
  }
  // What each axis is to have in the end.
  const full = to.map((atoms, axis) => (axis < wholeFrom ? (present[axis] ?? []) : atoms));
  // An axis of several atoms of which some are missing is repeated before they become one.
  const inPart = full.some((atoms, axis) => ![0, atoms.length].includes(present[axis]?.length ?? 0));
  if (inPart) {
    reshapeTo(full.flat().map((atom) => (wanted.includes(atom) ? atom.extent : 1)));
    repeatTo(full.flat().map(({ extent }) => extent));
    reshapeTo(full.map(extentOf));
  } else {
    reshapeTo(present.map(extentOf));
    repeatTo(full.map(extentOf));
  }
  return steps;
};
