// An order in which groups can run, kept while they merge (Pearce and Kelly 2007, "A dynamic topological sort algorithm for
// directed acyclic graphs"). Whether one group needs another is looked for only among what runs between the two, and from
// both sides at once. In a deep network that may still be most of it, so there is a short cut: of what a group reads, what
// runs last is its parent in a forest, and whatever stands above it there it needs (Myers 1983: jumps climb in logarithmic time).
import { invariant } from "../../ir/diagnostics/invariant.ts";

/** What merges, and what it reads at the moment, each once. */
type Sources<G> = (group: G) => readonly G[];

/** A group in the order and in the forest. */
interface Place<G> {
  position: number;
  readonly depth: number;
  readonly parent: Place<G> | undefined;
  /** Somewhere far above: jumps get longer with the depth. */
  readonly jump: Place<G> | undefined;
  /** The groups that read it, of those in the order. */
  readonly readers: G[];
}

/** Groups in an order in which they can run. */
export interface RunningOrder<G> {
  /** Takes in a group, which reads only groups that are in. */
  readonly append: (group: G) => void;
  /** Whether a group that is not in needs one that is by way of a third. */
  readonly needsIndirectly: (later: G, earlier: G) => boolean;
  /** Lets `earlier` read what `later` reads, which does not need it indirectly. */
  readonly merge: (later: G, earlier: G) => void;
}

const isAbove = <G>(upper: Place<G>, lower: Place<G>): boolean => {
  let place: Place<G> | undefined = lower;
  while (place !== undefined && place.depth > upper.depth)
    place = place.jump !== undefined && place.jump.depth >= upper.depth ? place.jump : place.parent;
  return place === upper;
};

/** A place under a parent: it jumps twice as far as the parent where that makes two jumps of one length one. */
const placeUnder = <G>(position: number, parent: Place<G> | undefined): Place<G> => {
  const [first, second] = [parent?.jump, parent?.jump?.jump];
  const isDouble =
    parent !== undefined &&
    first !== undefined &&
    second !== undefined &&
    parent.depth - first.depth === first.depth - second.depth;
  return { position, depth: (parent?.depth ?? -1) + 1, parent, jump: isDouble ? second : parent, readers: [] };
};

/** The groups that steps lead to from some, nearest first, as far as they count. */
function* reached<G>(from: readonly G[], next: Sources<G>, counts: (group: G) => boolean): Generator<G, void> {
  const seen = new Set(from);
  // A set gives what is added while it is gone through.
  for (const group of seen) {
    if (!counts(group)) continue;
    yield group;
    for (const each of next(group)) seen.add(each);
  }
}

/** Puts places into the order given, at the positions that they have together. */
const arrange = <G>(places: readonly Place<G>[]): void => {
  const positions = places.map(({ position }) => position).sort((a, b) => a - b);
  for (const [at, place] of places.entries()) place.position = positions[at] ?? place.position;
};

/** The place that comes last. */
const lastOf = <G>(places: readonly Place<G>[]): Place<G> | undefined =>
  places.reduce<Place<G> | undefined>(
    (last, each) => (last !== undefined && last.position > each.position ? last : each),
    undefined,
  );

/** Starts with no groups. */
export const runningOrder = <G>(sources: Sources<G>): RunningOrder<G> => {
  const places = new Map<G, Place<G>>();
  const placeOf = (group: G): Place<G> => {
    const place = places.get(group);
    invariant(place !== undefined, "a group is read after it was put in order");
    return place;
  };
  const positionOf = (group: G): number => placeOf(group).position;

  const otherSources = (later: G, earlier: G): readonly G[] =>
    sources(later).filter((group) => group !== later && group !== earlier);

  /** What `later` needs, besides `earlier`, of what runs from `earlier` on. */
  const neededFrom = (later: G, earlier: G): Generator<G, void> => {
    const start = positionOf(earlier);
    return reached(otherSources(later, earlier), sources, (group) => positionOf(group) >= start);
  };

  /** The groups that need `earlier`, itself first, of what runs up to a position. */
  const needing = (earlier: G, end: number): Generator<G, void> =>
    reached(
      [earlier],
      (group) => placeOf(group).readers,
      (group) => positionOf(group) <= end,
    );

  const inOrder = (groups: Iterable<G>): readonly Place<G>[] =>
    Array.from(groups, placeOf).sort((a, b) => a.position - b.position);

  return {
    append: (group) => {
      const read = sources(group)
        .filter((each) => each !== group)
        .map(placeOf);
      for (const { readers } of read) readers.push(group);
      places.set(group, placeUnder(places.size, lastOf(read)));
    },
    needsIndirectly: (later, earlier) => {
      const start = positionOf(earlier);
      const others = otherSources(later, earlier)
        .map(placeOf)
        .filter(({ position }) => position > start);
      const end = lastOf(others)?.position ?? start;
      const needed = neededFrom(later, earlier);
      for (const group of end > start ? needing(earlier, end) : []) {
        const place = placeOf(group);
        if (others.some((other) => isAbove(place, other))) return true;
        const { done, value } = needed.next();
        if (done || value === earlier) return value === earlier;
      }
      return false;
    },
    merge: (later, earlier) => {
      for (const each of otherSources(later, earlier)) placeOf(each).readers.push(earlier);
      const before = inOrder(neededFrom(later, earlier));
      const end = before.at(-1)?.position;
      if (end !== undefined) arrange([...before, ...inOrder(needing(earlier, end))]);
    },
  };
};
