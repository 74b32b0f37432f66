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
import { FORMAT_BITS, isPacked, type MatrixFormat } from "./matrix_format.ts";
import { WEIGHTS_MEMORY } from "./memories.ts";
import { doubledFloat4, FLOAT8, HALF, widened } from "./narrow_floats.ts";

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
const STEP_COLUMNS = 32;
/** The same where groups are narrower. */
const NARROW_STEP_COLUMNS = 16;
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
  readonly #lanes: Local<"v128">;

  constructor(builder: FunctionBuilder, format: MatrixFormat) {
    this.#format = format;
    this.#position = builder.local("i32");
    this.#groupEnd = builder.local("i32");
    this.#group = builder.local("i32");
    this.#biasDistance = builder.local("i32");
    this.#scale = builder.local("v128");
    this.#bias = builder.local("v128");
    this.#codes = builder.local("v128");
    this.#lanes = builder.local("v128");
  }

  /** Gives all values of a row to the consumer, in the order of the columns. */
  walk(row: RowPlace, consumer: RowConsumer): Statement {
    return isPacked(this.#format)
      ? this.#walkPacked(row, consumer)
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

  /** Floats of 16 bits. */
  #fromHalves(halves: Expression<"v128">): Expression<"v128"> {
    return widened(this.#lanes, halves, HALF);
  }

  /** Groups of codes with a scale each; mode "affine" has a bias too. */
  #walkPacked(row: RowPlace, consumer: RowConsumer): Statement {
    const bits = FORMAT_BITS[this.#format];
    const stepColumns = this.#format === "nvfp4" ? NARROW_STEP_COLUMNS : STEP_COLUMNS;
    const position = this.#position;
    const group = this.#group;
    const eights = Array.from({ length: stepColumns / 8 }, (_, eight) => {
      const place = { memory: WEIGHTS_MEMORY, address: position.get, offset: eight * bits };
      return [
        ...this.#codes.set(eightCodes(bits, place)),
        ...consumer.use(eight * 2, this.#value(i32x4.extendLowU16)),
        ...consumer.use(eight * 2 + 1, this.#value(i32x4.extendHighU16)),
      ];
    });
    const step = countedLoop(
      {
        counter: position,
        from: position.get,
        until: this.#groupEnd.get,
        step: (stepColumns * bits) / 8,
      },
      sequence([...eights, consumer.advance(stepColumns)]),
    );
    const groups = countedLoop(
      {
        counter: group,
        from: row.scales,
        until: i32.add(row.scales, row.scaleRowBytes),
        step: Float32Array.BYTES_PER_ELEMENT,
      },
      sequence([
        this.#beginGroup(),
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

  /** Loads a group's scale, and its bias where it has one. */
  #beginGroup(): Statement {
    const group = this.#group;
    const float = (address: Expression<"i32">) =>
      f32x4.splat(f32.load({ memory: WEIGHTS_MEMORY, address }));
    const scale = float(group.get);
    if (this.#format === "mxfp8") return this.#scale.set(scale);
    // The codes of these are looked up as twice what they stand for.
    if (isFloat4(this.#format)) return this.#scale.set(f32x4.mul(scale, f32x4.const(0.5)));
    return sequence([
      this.#scale.set(scale),
      this.#bias.set(float(i32.add(group.get, this.#biasDistance.get))),
    ]);
  }

  /** Four values from the codes; each operation rounds, as MLX's do. */
  #value(extend: (codes: Expression<"v128">) => Expression<"v128">): Expression<"v128"> {
    const codes = this.#codes.get;
    if (this.#format === "mxfp8") {
      return f32x4.mul(widened(this.#lanes, extend(codes), FLOAT8), this.#scale.get);
    }
    if (isFloat4(this.#format)) {
      return f32x4.mul(doubledFloat4(codes, extend), this.#scale.get);
    }
    const scaled = f32x4.mul(f32x4.convertI32(extend(codes)), this.#scale.get);
    return f32x4.add(scaled, this.#bias.get);
  }
}

function isFloat4(format: MatrixFormat): boolean {
  return format === "mxfp4" || format === "nvfp4";
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
