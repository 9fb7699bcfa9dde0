// An order in which groups can run, kept while they merge (Pearce and Kelly 2007, "A dynamic topological sort algorithm for
// directed acyclic graphs"). Whether one group needs another is looked for only among what runs between the two. In a deep
// network that may be most of it, so there is a short cut: of what a group reads, what runs last is its parent in a forest,
// and whatever stands above it there it needs (climbed in logarithmic time by the jumps of Myers 1983).
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

/** How many readers of a group are looked for above another one before everything between the two is searched. */
const readersTried = 8;

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

/** Starts with no groups. */
export const runningOrder = <G>(sources: Sources<G>): RunningOrder<G> => {
  const places = new Map<G, Place<G>>();
  const placeOf = (group: G): Place<G> => {
    const place = places.get(group);
    invariant(place !== undefined, "a group is read after it was put in order");
    return place;
  };
  const positionOf = (group: G): number => placeOf(group).position;

  /** The groups that are reached from some by steps, of those at positions that count. */
  const reached = (from: readonly G[], next: Sources<G>, counts: (position: number) => boolean): ReadonlySet<G> => {
    const seen = new Set<G>();
    const open = [...from];
    for (let group = open.pop(); group !== undefined; group = open.pop()) {
      if (seen.has(group) || !counts(positionOf(group))) continue;
      seen.add(group);
      for (const each of next(group)) open.push(each);
    }
    return seen;
  };

  const otherSources = (later: G, earlier: G): readonly G[] =>
    sources(later).filter((group) => group !== later && group !== earlier);

  /** What `later` needs, besides `earlier`, of what runs from `earlier` on. */
  const neededFrom = (later: G, earlier: G): ReadonlySet<G> => {
    const start = positionOf(earlier);
    return reached(otherSources(later, earlier), sources, (position) => position >= start);
  };

  const byPosition = (a: G, b: G): number => positionOf(a) - positionOf(b);

  return {
    append: (group) => {
      const read = sources(group).filter((each) => each !== group);
      let last: Place<G> | undefined;
      for (const each of read) {
        const place = placeOf(each);
        place.readers.push(group);
        if (last === undefined || place.position > last.position) last = place;
      }
      places.set(group, placeUnder(places.size, last));
    },
    needsIndirectly: (later, earlier) => {
      const own = placeOf(earlier);
      const others = otherSources(later, earlier)
        .map(placeOf)
        .filter(({ position }) => position > own.position);
      if (others.length === 0) return false;
      const near = [own, ...own.readers.slice(0, readersTried).map(placeOf)];
      if (others.some((other) => near.some((place) => isAbove(place, other)))) return true;
      return neededFrom(later, earlier).has(earlier);
    },
    merge: (later, earlier) => {
      for (const each of otherSources(later, earlier)) placeOf(each).readers.push(earlier);
      const before = [...neededFrom(later, earlier)].sort(byPosition);
      const last = before.at(-1);
      if (last === undefined) return;
      const end = positionOf(last);
      const after = [
        ...reached(
          [earlier],
          (group) => placeOf(group).readers,
          (position) => position <= end,
        ),
      ];
      const moved = [...before, ...after.sort(byPosition)];
      const positions = moved.map(positionOf).sort((a, b) => a - b);
      for (const [at, group] of moved.entries()) placeOf(group).position = positions[at] ?? 0;
    },
  };
};
