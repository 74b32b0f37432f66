import { type Expression, sequence, type Statement } from "../wasm/expression.ts";
import type { FunctionBuilder } from "../wasm/function_builder.ts";
import { f32, f32x4, type Local, v128 } from "../wasm/instructions.ts";

/** Each sum has so many vectors of four lanes: column c goes to lane c % 4 of vector (c / 4) % 4. */
const VECTORS = 4;

const ZERO = v128.const(Array.from({ length: 16 }, () => 0));

/**
 * The one order in which products are added up: every kernel that sums over columns uses it, so that a result
 * does not depend on whether rows were unpacked before, how many tokens went with it, or on which thread.
 */
export class RowSum {
  readonly #vectors: readonly Local<"v128">[];

  constructor(builder: FunctionBuilder) {
    this.#vectors = Array.from({ length: VECTORS }, () => builder.local("v128"));
  }

  clear(): Statement {
    return sequence(this.#vectors.map((vector) => vector.set(ZERO)));
  }

  /** Adds four products that begin at column `4 * index`. */
  add(index: number, left: Expression<"v128">, right: Expression<"v128">): Statement {
    const vector = this.#vectors[index % VECTORS];
    if (vector === undefined) throw new RangeError(`Cannot add to vector ${index}`);
    return vector.set(f32x4.add(vector.get, f32x4.mul(left, right)));
  }

  /** Adds up the lanes and uses the result. */
  total(use: (sum: Expression<"f32">) => Statement): Statement {
    const [a, b, c, d] = this.#vectors;
    if (a === undefined || b === undefined || c === undefined || d === undefined) {
      throw new RangeError("Cannot total fewer than four vectors");
    }
    const lane = (index: number) => f32x4.extractLane(a.get, index);
    return sequence([
      a.set(f32x4.add(f32x4.add(a.get, b.get), f32x4.add(c.get, d.get))),
      use(f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3)))),
    ]);
  }
}
