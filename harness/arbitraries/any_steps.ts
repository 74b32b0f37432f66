import fc from "fast-check";

/** How long a sequence of steps is. */
export interface StepsOptions {
  /** @default {0} */
  readonly minLength?: number;
  readonly maxLength: number;
}

/**
 * Draws sequences in which order matters, such as the commands of a history.
 *
 * It draws what `fc.array` draws and shrinks further: any run of steps may go, wherever it is. `fc.array` drops steps
 * from the beginning only, and so keeps what comes after the step that fails.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { anySteps } from "mlx-conform/internal";
 *
 * const steps = anySteps(fc.nat(99), { maxLength: 20 });
 * const found = fc.check(fc.property(steps, (list) => !list.includes(7)), { seed: 1, numRuns: 1000 });
 * assert.deepEqual(found.counterexample, [[7]]);
 * ```
 */
export function anySteps<Step>(
  step: fc.Arbitrary<Step>,
  options: StepsOptions,
): fc.Arbitrary<Step[]> {
  return new StepsArbitrary(step, { minLength: 0, ...options });
}

type Drawn<Step> = readonly fc.Value<Step>[];

class StepsArbitrary<Step> extends fc.Arbitrary<Step[]> {
  readonly #step: fc.Arbitrary<Step>;
  readonly #options: Required<StepsOptions>;

  constructor(step: fc.Arbitrary<Step>, options: Required<StepsOptions>) {
    super();
    this.#step = step;
    this.#options = options;
  }

  override generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Step[]> {
    const { minLength, maxLength } = this.#options;
    const length = random.nextInt(minLength, maxLength);
    return asValue(Array.from({ length }, () => this.#step.generate(random, biasFactor)));
  }

  override canShrinkWithoutContext(value: unknown): value is Step[] {
    const { minLength, maxLength } = this.#options;
    return (
      Array.isArray(value) &&
      value.length >= minLength &&
      value.length <= maxLength &&
      value.every((step) => this.#step.canShrinkWithoutContext(step))
    );
  }

  override shrink(value: Step[], context: unknown): fc.Stream<fc.Value<Step[]>> {
    const drawn: Drawn<Step> = isDrawn<Step>(context)
      ? context
      : value.map((step) => new fc.Value(step, undefined));
    return fc.stream(this.#smaller(drawn));
  }

  *#smaller(drawn: Drawn<Step>): IterableIterator<fc.Value<Step[]>> {
    for (let run = drawn.length; run >= 1; run = Math.floor(run / 2)) {
      if (drawn.length - run < this.#options.minLength) continue;
      // From the end, as what follows the step that fails is never needed.
      for (let end = drawn.length; end >= run; end -= run)
        yield asValue([...drawn.slice(0, end - run), ...drawn.slice(end)]);
    }
    for (const [at, step] of drawn.entries()) {
      for (const smaller of this.#step.shrink(step.value_, step.context))
        yield asValue(drawn.with(at, smaller));
    }
  }
}

function asValue<Step>(drawn: Drawn<Step>): fc.Value<Step[]> {
  return new fc.Value(
    drawn.map(({ value_ }) => value_),
    drawn,
  );
}

function isDrawn<Step>(context: unknown): context is Drawn<Step> {
  return Array.isArray(context);
}
