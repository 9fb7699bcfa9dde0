// An arbitrary that keeps to a limit without discarding anything: what is drawn beyond it is replaced by the largest of its own
// simpler variants that keeps to it.
import fc from "fast-check";

/** How many variants are looked at before the search goes on from the simplest of them. */
const variantsAtOnce = 24;

/** How many times something that does not fit is drawn anew, before it is made simpler. */
const draws = 3;

/**
 * Draws from another arbitrary what fits. The simplest values of the other one must fit; a limit that nothing keeps to is
 * an error, not an endless search.
 */
export class FittingArbitrary<T> extends fc.Arbitrary<T> {
  readonly #drawn: fc.Arbitrary<T>;
  readonly #fits: (value: T) => boolean;

  constructor(drawn: fc.Arbitrary<T>, fits: (value: T) => boolean) {
    super();
    this.#drawn = drawn;
    this.#fits = fits;
  }

  override generate(random: fc.Random, biasFactor: number | undefined): fc.Value<T> {
    let drawn = this.#drawn.generate(random, biasFactor);
    for (let again = 1; again < draws && !this.#fits(drawn.value); again++)
      drawn = this.#drawn.generate(random, biasFactor);
    return this.#fits(drawn.value) ? drawn : this.#simpler(drawn);
  }

  /** Shrinks are sorted by how much they cut, so the last of them that fits is the nearest. */
  #simpler(drawn: fc.Value<T>): fc.Value<T> {
    let current = drawn;
    for (;;) {
      const variants = [...this.#drawn.shrink(current.value, current.context).take(variantsAtOnce)];
      const found = variants.findLast(({ value }) => this.#fits(value));
      if (found !== undefined) return found;
      const [simplest] = variants;
      // Nothing simpler is left: the nearest there is, which the caller's limit did not foresee.
      if (simplest === undefined) return current;
      current = simplest;
    }
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#drawn.canShrinkWithoutContext(value);
  }

  override shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    return this.#drawn.shrink(value, context).filter((shrunk) => this.#fits(shrunk.value));
  }
}
