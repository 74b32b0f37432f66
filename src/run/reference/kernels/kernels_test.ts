import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  dequantizeAffine,
  dequantizeFloats,
  encodeFloats,
  FLOAT_PACKINGS,
  type FloatPacking,
  GROUP_SIZES,
  QUANTIZATION_BITS,
  quantizeAffine,
  quantizeFloats,
} from "../../../../harness/models/mod.ts";
import { decodeFloats, decodeScales } from "../weights/decode_floats.ts";
import { webAssembly } from "../wasm/web_assembly.ts";
import { bindKernels, compileKernels } from "./kernels.ts";
import { FORMAT_BITS, type MatrixFormat, packedFormat, paddedColumns } from "./matrix_format.ts";

const ROWS = 5;
const PAGES = 8;

/** Where tests put things in the work memory. */
const INPUTS = 1024;
const OUTPUTS = 128 * 1024;
const SCRATCH = 256 * 1024;

const weights = new webAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
const work = new webAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
const kernels = bindKernels(compileKernels(), { weights, work });
const floats = new Float32Array(work.buffer);

interface TestMatrix {
  readonly format: MatrixFormat;
  readonly columns: number;
  /** What the weights stand for, row by row, as the scalar code unpacks them. */
  readonly values: Float32Array;
  /** The numbers that the kernels take first. */
  readonly place: readonly [number, number, number, number, number, number];
}

test("unpackRow gives each weight bit for bit as the scalar code does, in every format", () => {
  fc.assert(
    fc.property(anyMatrix(), fc.nat(ROWS - 1), (make, row) => {
      const { format, columns, values, place } = make();
      const [start, rowBytes, groupBytes, scales, biases, scaleRowBytes] = place;
      kernels.unpackRow(format)(
        start + row * rowBytes,
        rowBytes,
        groupBytes,
        scales + row * scaleRowBytes,
        biases + row * scaleRowBytes,
        scaleRowBytes,
        SCRATCH,
      );
      const expected = values.subarray(row * columns, (row + 1) * columns);
      assert.deepEqual([...floats.subarray(SCRATCH / 4, SCRATCH / 4 + columns)], [...expected]);
    }),
  );
});

test("multiplyRows adds up in the scalar code's order, for one token and for several", () => {
  fc.assert(
    fc.property(anyMatrix(), fc.integer({ min: 1, max: 5 }), fc.nat(), (make, tokens, seed) => {
      const { format, columns, values, place } = make();
      const inputs = numbers(tokens * columns, seed);
      floats.set(inputs, INPUTS / 4);
      floats.fill(NaN, OUTPUTS / 4, OUTPUTS / 4 + tokens * (ROWS + 1));
      const bytes = columns * 4;
      kernels.multiplyRows(format)(
        ...place,
        ROWS,
        INPUTS,
        bytes,
        tokens,
        OUTPUTS,
        (ROWS + 1) * 4,
        bytes,
        SCRATCH,
      );
      for (let token = 0; token < tokens; token++) {
        const input = inputs.subarray(token * columns, (token + 1) * columns);
        for (let row = 0; row < ROWS; row++) {
          const weightsOfRow = values.subarray(row * columns, (row + 1) * columns);
          const actual = floats[OUTPUTS / 4 + token * (ROWS + 1) + row] ?? NaN;
          assert.equal(actual, scalarProduct(weightsOfRow, input));
          assertWithinRounding(actual, weightsOfRow, input);
        }
        // What lies behind the rows is not touched.
        assert.ok(Number.isNaN(floats[OUTPUTS / 4 + token * (ROWS + 1) + ROWS]));
      }
    }),
  );
});

test("unpackRow gives every float of 16 bits exactly, also infinity and what is no number", () => {
  for (const format of ["F16", "BF16"] as const) {
    const halves = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits);
    new Uint8Array(weights.buffer).set(new Uint8Array(halves.buffer));
    const expected = decodeFloats(new Uint8Array(halves.buffer), format);
    for (let start = 0; start < halves.length; start += 0x4000) {
      kernels.unpackRow(format)(start * 2, 0x8000, 0, 0, 0, 0, SCRATCH);
      assert.deepEqual(
        floats.slice(SCRATCH / 4, SCRATCH / 4 + 0x4000),
        expected.slice(start, start + 0x4000),
      );
    }
  }
});

test("unpackRow gives every float of 8 and of 4 bits exactly, also what is no number", () => {
  const memory = new Uint8Array(weights.buffer);
  for (const packing of FLOAT_PACKINGS) {
    const { mode, bits, groupSize } = packing;
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    memory.set(bytes);
    const columns = (256 * 8) / bits;
    const groups = columns / groupSize;
    const wide = new Float32Array(weights.buffer, 4096, groups).fill(0.75);
    const groupBytes = (groupSize * bits) / 8;
    kernels.unpackRow(mode)(0, 256, groupBytes, 4096, 0, wide.byteLength, SCRATCH);
    const ones = new Uint8Array(groups).fill(mode === "nvfp4" ? 0x38 : 127);
    const packed = new Uint32Array(bytes.buffer);
    const expected = dequantizeFloats({ packed, scales: ones }, packing);
    const actual = floats.subarray(SCRATCH / 4, SCRATCH / 4 + columns);
    // Whether zero has a sign changes no sum.
    const wanted = expected.map((value) => value * 0.75 + 0);
    assert.deepEqual(
      [...actual].map((value) => value + 0),
      [...wanted],
      mode,
    );
  }
});

test("decodeScales() gives every scale exactly, also subnormal, infinite and what is no number", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const powers = decodeScales(bytes, "e8m0");
  assert.equal(powers[0], 2 ** -127);
  assert.equal(powers[127], 1);
  assert.equal(powers[254], 2 ** 127);
  assert.equal(powers[255], Infinity);
  const [, fp8] = FLOAT_PACKINGS;
  assert.ok(fp8);
  const packed = new Uint32Array(bytes.buffer);
  const small = dequantizeFloats({ packed, scales: new Uint8Array(8).fill(127) }, fp8);
  assert.deepEqual(decodeScales(bytes, "e4m3"), small);
});

test("scoreKeys and mixValues do what the scalar code does", () => {
  const arbitrary = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    size: fc.constantFrom(16, 32, 64, 80, 128),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(arbitrary, ({ count, size, seed }) => {
      const query = numbers(size, seed);
      const rows = numbers(count * size, seed + 1);
      floats.set(query, INPUTS / 4);
      floats.set(rows, OUTPUTS / 4);
      kernels.scoreKeys(INPUTS, OUTPUTS, size * 4, count, SCRATCH);
      const row = (index: number) => rows.subarray(index * size, (index + 1) * size);
      for (let index = 0; index < count; index++) {
        assert.equal(floats[SCRATCH / 4 + index], scalarProduct(query, row(index)));
      }
      const shares = floats.slice(SCRATCH / 4, SCRATCH / 4 + count);
      kernels.mixValues(SCRATCH, OUTPUTS, size * 4, count, INPUTS);
      for (let column = 0; column < size; column++) {
        let sum = 0;
        shares.forEach((share, index) => {
          sum = Math.fround(sum + Math.fround(share * (row(index)[column] ?? 0)));
        });
        assert.equal(floats[INPUTS / 4 + column], sum);
      }
    }),
  );
});

test("weights may lie beyond the first 2 GiB of a memory", () => {
  const start = 2.5 * 1024 ** 3;
  const pages = start / 65_536 + 1;
  // Pages that nobody touches take no room.
  const large = new webAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  new Float32Array(large.buffer, start, 16).fill(1.5);
  const far = bindKernels(compileKernels(["F32"]), { weights: large, work });
  far.unpackRow("F32")(start, 64, 0, 0, 0, 0, SCRATCH);
  assert.deepEqual([...floats.subarray(SCRATCH / 4, SCRATCH / 4 + 16)], Array(16).fill(1.5));
});

test("a kernel of a format that was not compiled is refused", () => {
  const few = bindKernels(compileKernels(["F32"]), { weights, work });
  few.unpackRow("F32")(0, 64, 0, 0, 0, 0, SCRATCH);
  assert.throws(() => few.multiplyRows("affine4"), RangeError);
});

/** Draws matrices of every format; making one writes it to the weights' memory. */
function anyMatrix(): fc.Arbitrary<() => TestMatrix> {
  const packed = fc
    .record({
      bits: fc.constantFrom(...QUANTIZATION_BITS, 1),
      groupSize: fc.constantFrom(...GROUP_SIZES),
      groups: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(),
    })
    .map((options) => () => packedMatrix(options));
  const plain = fc
    .record({
      format: fc.constantFrom("F32" as const, "F16" as const, "BF16" as const),
      columns: fc.integer({ min: 1, max: 100 }),
      seed: fc.nat(),
    })
    .map((options) => () => floatMatrix(options));
  const floats = fc
    .record({
      packing: fc.constantFrom(...FLOAT_PACKINGS),
      groups: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(),
    })
    .map((options) => () => packedFloats(options));
  return fc.oneof({ arbitrary: packed, weight: 3 }, { arbitrary: floats, weight: 2 }, plain);
}

function packedFloats(options: {
  readonly packing: FloatPacking;
  readonly groups: number;
  readonly seed: number;
}): TestMatrix {
  const { packing, groups, seed } = options;
  const columns = packing.groupSize * groups;
  const matrix = { values: numbers(ROWS * columns, seed), rows: ROWS, columns };
  const quantized = quantizeFloats(matrix, packing);
  const scales = decodeScales(quantized.scales, packing.mode === "nvfp4" ? "e4m3" : "e8m0");
  const rowBytes = (columns * packing.bits) / 8;
  const scaleStart = ROWS * rowBytes;
  const memory = new Uint8Array(weights.buffer).fill(0xff, 0, scaleStart + ROWS * groups * 4 + 64);
  memory.set(new Uint8Array(quantized.packed.buffer));
  memory.set(new Uint8Array(scales.buffer), scaleStart);
  const groupBytes = (packing.groupSize * packing.bits) / 8;
  return {
    format: packing.mode,
    columns,
    values: dequantizeFloats(quantized, packing),
    place: [0, rowBytes, groupBytes, scaleStart, 0, groups * 4],
  };
}

function packedMatrix(options: {
  readonly bits: (typeof QUANTIZATION_BITS)[number] | 1;
  readonly groupSize: (typeof GROUP_SIZES)[number];
  readonly groups: number;
  readonly seed: number;
}): TestMatrix {
  const { bits, groupSize, groups, seed } = options;
  const columns = groupSize * groups;
  const settings = { bits: bits === 1 ? 2 : bits, groupSize } as const;
  const matrix = { values: numbers(ROWS * columns, seed), rows: ROWS, columns };
  const quantized = quantizeAffine(matrix, settings);
  const { scales, biases } = quantized;
  // One bit a weight is not among the harness's: the upper half of the words is left out.
  const packed = quantized.packed.slice(0, (ROWS * columns * bits) / 32);
  const format = packedFormat({ mode: "affine", bits });
  assert.ok(format);
  const rowBytes = (columns * bits) / 8;
  const scaleStart = ROWS * rowBytes;
  const biasStart = scaleStart + ROWS * groups * 4;
  const memory = new Uint8Array(weights.buffer).fill(0xff, 0, biasStart + ROWS * groups * 4 + 64);
  memory.set(new Uint8Array(packed.buffer));
  memory.set(new Uint8Array(scales.buffer), scaleStart);
  memory.set(new Uint8Array(biases.buffer), biasStart);
  const values =
    bits === 1
      ? Float32Array.from({ length: ROWS * columns }, (_, index) => {
          const code = ((packed[index >>> 5] ?? 0) >>> (index & 31)) & 1;
          const group = Math.floor(index / groupSize);
          return Math.fround((scales[group] ?? 0) * code) + (biases[group] ?? 0);
        })
      : dequantizeAffine(quantized, settings);
  const groupBytes = (groupSize * bits) / 8;
  return {
    format,
    columns,
    values,
    place: [0, rowBytes, groupBytes, scaleStart, biasStart, groups * 4],
  };
}

function floatMatrix(options: {
  readonly format: "F32" | "F16" | "BF16";
  readonly columns: number;
  readonly seed: number;
}): TestMatrix {
  const { format, seed } = options;
  const columns = paddedColumns(options.columns);
  const drawn = numbers(ROWS * columns, seed).map((value, index) =>
    index % columns < options.columns ? value : 0,
  );
  const bytes = encodeFloats(drawn, format);
  new Uint8Array(weights.buffer).set(bytes);
  const rowBytes = (columns * FORMAT_BITS[format]) / 8;
  return {
    format,
    columns,
    values: decodeFloats(bytes, format),
    place: [0, rowBytes, 0, 0, 0, 0],
  };
}

/** The scalar path: the same products added up in the same order. */
function scalarProduct(left: Float32Array, right: Float32Array): number {
  const sums = new Float32Array(16);
  for (let column = 0; column < left.length; column++) {
    const product = Math.fround((left[column] ?? 0) * (right[column] ?? 0));
    sums[column % 16] = (sums[column % 16] ?? 0) + product;
  }
  const lane = (index: number) => {
    const [a = 0, b = 0, c = 0, d = 0] = [0, 4, 8, 12].map((vector) => sums[vector + index]);
    return Math.fround(Math.fround(a + b) + Math.fround(c + d));
  };
  return Math.fround(Math.fround(lane(0) + lane(1)) + Math.fround(lane(2) + lane(3)));
}

/** Against double precision: each of the additions may round by half a unit of the products' sum. */
function assertWithinRounding(actual: number, left: Float32Array, right: Float32Array): void {
  let exact = 0;
  let size = 0;
  left.forEach((value, column) => {
    const product = value * (right[column] ?? 0);
    exact += product;
    size += Math.abs(product);
  });
  const steps = left.length / 16 + 5;
  assert.ok(Math.abs(actual - exact) <= steps * 2 ** -24 * size, `${actual} is not ${exact}`);
}

function numbers(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * 2;
  });
}
