// When a run is over, from the figures of its epochs alone.
import { describe, expect, it } from "vitest";
import { type EarlyStopping, judgeEpochs } from "../../src/training/early-stopping.ts";

const judged = (values: readonly number[], options: Partial<EarlyStopping> = {}) =>
  judgeEpochs(
    values.map((loss, at) => ({ epoch: at + 1, loss })),
    { metric: "loss", patience: 2, ...options },
  );

describe("early stopping", () => {
  it.each([
    [[], undefined, 0, false],
    [[3], { epoch: 1, value: 3 }, 0, false],
    [[3, 2, 2.5], { epoch: 2, value: 2 }, 1, false],
    [[3, 2, 2.5, 2], { epoch: 2, value: 2 }, 2, true],
    [[3, 2, 2.5, 1], { epoch: 4, value: 1 }, 0, false],
    [[Number.NaN, Number.NaN], undefined, 2, true],
    [[Number.NaN, 5, Number.NaN], { epoch: 2, value: 5 }, 1, false],
    [[Number.POSITIVE_INFINITY, 5], { epoch: 2, value: 5 }, 0, false],
  ] as const)("%j", (values, best, since, isOver) => {
    expect(judged(values)).toEqual({ best, since, isOver });
  });

  it("looks for more where more is better", () => {
    expect(judged([0.1, 0.5, 0.4], { mode: "max" }).best).toEqual({ epoch: 2, value: 0.5 });
  });

  it("counts only changes that are large enough", () => {
    expect(judged([3, 2.95, 2.85], { minimumChange: 0.1 })).toEqual({
      best: { epoch: 3, value: 2.85 },
      since: 0,
      isOver: false,
    });
    expect(judged([3, 2.95, 2.91], { minimumChange: 0.1 }).isOver).toBe(true);
  });
});
