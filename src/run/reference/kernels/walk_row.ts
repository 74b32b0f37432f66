import { type Expression, sequence, type Statement } from "../wasm/expression.ts";
import type { FunctionBuilder } from "../wasm/function_builder.ts";
import {
  countedLoop,
  f32,
  f32x4,
  i16x8,
  i32,
  i32x4,
  i8x16,
  type Local,
  type Place,
  v128,
} from "../wasm/instructions.ts";
import { FORMAT_BITS, isAffine, type MatrixFormat } from "./matrix_format.ts";
import { WEIGHTS_MEMORY } from "./memories.ts";

/** Where one row of a matrix lies, in bytes of the weights' memory. */
export interface RowPlace {
  readonly weights: Expression<"i32">;
  readonly rowBytes: Expression<"i32">;
  /** Packed bytes of one group; not used for floats. */
  readonly groupBytes: Expression<"i32">;
  /** Scales and biases of the row, in float32; not used for floats. */
  readonly scales: Expression<"i32">;
  readonly biases: Expression<"i32">;
  /** Bytes of the row's scales. */
  readonly scaleRowBytes: Expression<"i32">;
}

/** The names of a place's numbers, in the order in which every kernel takes them first. */
export const ROW_PLACE = [
  "weights",
  "rowBytes",
  "groupBytes",
  "scales",
  "biases",
  "scaleRowBytes",
] as const;

/** The place that a kernel's parameters give. */
export function rowPlaceOf(
  parameters: Readonly<Record<(typeof ROW_PLACE)[number], Local<"i32">>>,
): RowPlace {
  const entries = ROW_PLACE.map((name) => [name, parameters[name].get]);
  return Object.fromEntries(entries) as unknown as RowPlace;
}

/** What is done with the values of a row. */
export interface RowConsumer {
  /** Uses four values: those from column `4 * index` of the present step on. */
  use(index: number, values: Expression<"v128">): Statement;
  /** Runs after each step. */
  advance(columns: number): Statement;
}

/** A group is a whole number of such steps, and in each format a step ends on a byte. */
const AFFINE_STEP_COLUMNS = 32;
const FLOAT_STEP_COLUMNS = 16;

/** The locals that a walk needs, so that two walks in one function share them. */
export class RowWalker {
  readonly #format: MatrixFormat;
  readonly #position: Local<"i32">;
  readonly #groupEnd: Local<"i32">;
  readonly #group: Local<"i32">;
  readonly #biasDistance: Local<"i32">;
  readonly #scale: Local<"v128">;
  readonly #bias: Local<"v128">;
  readonly #codes: Local<"v128">;

  constructor(builder: FunctionBuilder, format: MatrixFormat) {
    this.#format = format;
    this.#position = builder.local("i32");
    this.#groupEnd = builder.local("i32");
    this.#group = builder.local("i32");
    this.#biasDistance = builder.local("i32");
    this.#scale = builder.local("v128");
    this.#bias = builder.local("v128");
    this.#codes = builder.local("v128");
  }

  /** Gives all values of a row to the consumer, in the order of the columns. */
  walk(row: RowPlace, consumer: RowConsumer): Statement {
    return isAffine(this.#format)
      ? this.#walkAffine(row, consumer)
      : this.#walkFloats(row, consumer);
  }

  #walkFloats(row: RowPlace, consumer: RowConsumer): Statement {
    const position = this.#position;
    const elementBytes = FORMAT_BITS[this.#format] / 8;
    const vectors = Array.from({ length: FLOAT_STEP_COLUMNS / 4 }, (_, index) =>
      consumer.use(index, this.#floats(index * 4 * elementBytes)),
    );
    return countedLoop(
      {
        counter: position,
        from: row.weights,
        until: i32.add(row.weights, row.rowBytes),
        step: FLOAT_STEP_COLUMNS * elementBytes,
      },
      sequence([...vectors, consumer.advance(FLOAT_STEP_COLUMNS)]),
    );
  }

  /** Four weights that are floats. */
  #floats(offset: number): Expression<"v128"> {
    const place = { memory: WEIGHTS_MEMORY, address: this.#position.get, offset };
    if (this.#format === "F32") return v128.load(place);
    const halves = i32x4.extendLowU16(v128.load64Zero(place));
    if (this.#format === "BF16") return i32x4.shl(halves, i32.const(16));
    return this.#fromHalves(halves);
  }

  /**
   * Floats of 16 bits: moved to the place of a float32's exponent and mantissa they are the value times 2^-112,
   * also below the smallest normal number. Only infinities and NaNs need their exponent restored.
   */
  #fromHalves(halves: Expression<"v128">): Expression<"v128"> {
    const lanes = (value: number) => i32x4.splat(i32.const(value));
    const magnitude = v128.and(this.#codes.get, lanes(0x7fff));
    const scaled = f32x4.mul(i32x4.shl(magnitude, i32.const(13)), lanes(0x77800000));
    const sign = i32x4.shl(v128.and(this.#codes.get, lanes(0x8000)), i32.const(16));
    const isSpecial = i32x4.geU(magnitude, lanes(0x7c00));
    const exponent = v128.and(isSpecial, lanes(0x7f800000));
    const value = v128.or(v128.or(scaled, sign), exponent);
    return { type: "v128", code: [...this.#codes.set(halves), ...value.code] };
  }

  /** Each value is `scale * code + bias`, rounded after both operations, as MLX computes it. */
  #walkAffine(row: RowPlace, consumer: RowConsumer): Statement {
    const bits = FORMAT_BITS[this.#format];
    const position = this.#position;
    const group = this.#group;
    const float = (address: Expression<"i32">) =>
      f32x4.splat(f32.load({ memory: WEIGHTS_MEMORY, address }));
    const value = (codes: Expression<"v128">) =>
      f32x4.add(f32x4.mul(f32x4.convertI32(codes), this.#scale.get), this.#bias.get);
    const eights = Array.from({ length: AFFINE_STEP_COLUMNS / 8 }, (_, eight) => {
      const place = { memory: WEIGHTS_MEMORY, address: position.get, offset: eight * bits };
      return [
        ...this.#codes.set(eightCodes(bits, place)),
        ...consumer.use(eight * 2, value(i32x4.extendLowU16(this.#codes.get))),
        ...consumer.use(eight * 2 + 1, value(i32x4.extendHighU16(this.#codes.get))),
      ];
    });
    const step = countedLoop(
      {
        counter: position,
        from: position.get,
        until: this.#groupEnd.get,
        step: (AFFINE_STEP_COLUMNS * bits) / 8,
      },
      sequence([...eights, consumer.advance(AFFINE_STEP_COLUMNS)]),
    );
    const groups = countedLoop(
      {
        counter: group,
        from: row.scales,
        until: i32.add(row.scales, row.scaleRowBytes),
        step: Float32Array.BYTES_PER_ELEMENT,
      },
      sequence([
        this.#scale.set(float(group.get)),
        this.#bias.set(float(i32.add(group.get, this.#biasDistance.get))),
        this.#groupEnd.set(i32.add(position.get, row.groupBytes)),
        step,
      ]),
    );
    return sequence([
      position.set(row.weights),
      this.#biasDistance.set(i32.sub(row.biases, row.scales)),
      groups,
    ]);
  }
}

/**
 * Eight codes from `bits` bytes, one in each lane of 16 bits.
 *
 * Each lane gets the two bytes in which its code lies; a multiplication moves the code to the lane's upper end,
 * as vectors cannot be shifted lane by lane, and one shift brings it down. Eight bytes are read, so that as many
 * must follow the last matrix of a memory.
 */
function eightCodes(bits: number, place: Place): Expression<"v128"> {
  if (bits === 8) return i16x8.extendLowU8(v128.load64Zero(place));
  const lanes: number[] = [];
  const factors: number[] = [];
  for (let index = 0; index < 8; index++) {
    const byte = Math.floor((index * bits) / 8);
    // No lane of this number gives 0: what lies behind the last byte is not needed.
    lanes.push(byte, byte + 1 < bits ? byte + 1 : 0x80);
    const factor = 2 ** (16 - bits - ((index * bits) % 8));
    factors.push(factor & 0xff, factor >> 8);
  }
  const bytes = i8x16.swizzle(v128.load64Zero(place), v128.const(lanes));
  return i16x8.shrU(i16x8.mul(bytes, v128.const(factors)), i32.const(16 - bits));
}
