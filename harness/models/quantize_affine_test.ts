import assert from "node:assert/strict";
import test from "node:test";
import {
  dequantizeAffine,
  GROUP_SIZES,
  QUANTIZATION_BITS,
  type Quantization,
  quantizeAffine,
} from "./quantize_affine.ts";
import { seededNumbers } from "./seeded_numbers.ts";

/** What mx.quantize of MLX 0.32.4 (CPU) gave for `steps()`: last packed words, scales, biases. */
const VECTORS: readonly (readonly [
  readonly [Quantization["bits"], Quantization["groupSize"]],
  readonly number[],
  readonly number[],
  readonly number[],
])[] = [
  [
    [2, 32],
    [0x9e27489d, 0x89d26749],
    [-1.34375, -2.625, -4.03125, -5.25],
    [2.6875, 5.25, 8.0625, 10.5],
  ],
  [
    [3, 32],
    [0x56621cbc, 0x782acfc3, 0x86aec539],
    [-0.5375000238418579, -1.0499999523162842, -1.6124999523162842, -2.0999999046325684],
    [2.6875, 5.25, 8.0625, 10.5],
  ],
  [
    [4, 32],
    [0x6092b5e7, 0xc6f82a4d, 0x3b5e71a3, 0x82b4d709],
    [-0.26875001192092896, -0.5249999761581421, -0.8062499761581421, -1.0499999523162842],
    [2.6875, 5.25, 8.0625, 10.5],
  ],
  [
    [5, 32],
    [0x245c2b8f, 0x12591b70, 0x0a87d33d, 0x133615d8, 0x912c9e38],
    [-0.127976194024086, -0.25, -0.3839285671710968, -0.5],
    [2.6875, 5.25, 8.0625, 10.5],
  ],
  [
    [6, 32],
    [0x8ac14e9f, 0xd4777009, 0xd19fa31e, 0xbb804a8e, 0xd0672f15, 0x908b92e1],
    [-0.0625, -0.12209302186965942, -0.1875, -0.24418604373931885],
    [2.6875, 5.25, 8.0625, 10.5],
  ],
  [
    [8, 32],
    [
      0xc554ef7e, 0x71009b2a, 0x1db847e2, 0xd665ff8e, 0x8211ac3b, 0x2ec958f3, 0xe675049f,
      0x9322bd4b,
    ],
    [-0.015445401892066002, -0.029829544946551323, -0.046336207538843155, -0.059659089893102646],
    [2.6875, 5.25, 8.0625, 10.5],
  ],
  [
    [2, 64],
    [0x9e27489d, 0x89d26749],
    [-2.625, -5.25],
    [5.25, 10.5],
  ],
  [
    [3, 64],
    [0x56621cbc, 0x782acfc3, 0x86aec539],
    [-1.0499999523162842, -2.0999999046325684],
    [5.25, 10.5],
  ],
  [
    [4, 64],
    [0x6092b5e7, 0xc6f82a4d, 0x3b5e71a3, 0x82b4d709],
    [-0.5249999761581421, -1.0499999523162842],
    [5.25, 10.5],
  ],
  [
    [5, 64],
    [0x245c2b8f, 0x12591b70, 0x0a87d33d, 0x133615d8, 0x912c9e38],
    [-0.25, -0.5],
    [5.25, 10.5],
  ],
  [
    [6, 64],
    [0x8ac14e9f, 0xd4777009, 0xd19fa31e, 0xbb804a8e, 0xd0672f15, 0x908b92e1],
    [-0.12209302186965942, -0.24418604373931885],
    [5.25, 10.5],
  ],
  [
    [8, 64],
    [
      0xc554ef7e, 0x71009b2a, 0x1db847e2, 0xd665ff8e, 0x8211ac3b, 0x2ec958f3, 0xe675049f,
      0x9322bd4b,
    ],
    [-0.029829544946551323, -0.059659089893102646],
    [5.25, 10.5],
  ],
  [[2, 128], [0x9e27489d, 0x89d26749], [-5.25], [10.5]],
  [[3, 128], [0x56621cbc, 0x782acfc3, 0x86aec539], [-2.0999999046325684], [10.5]],
  [[4, 128], [0x6092b5e7, 0xc6f82a4d, 0x3b5e71a3, 0x82b4d709], [-1.0499999523162842], [10.5]],
  [[5, 128], [0x245c2b8f, 0x12591b70, 0x0a87d33d, 0x133615d8, 0x912c9e38], [-0.5], [10.5]],
  [
    [6, 128],
    [0x8ac14e9f, 0xd4777009, 0xd19fa31e, 0xbb804a8e, 0xd0672f15, 0x908b92e1],
    [-0.24418604373931885],
    [10.5],
  ],
  [
    [8, 128],
    [
      0xc554ef7e, 0x71009b2a, 0x1db847e2, 0xd665ff8e, 0x8211ac3b, 0x2ec958f3, 0xe675049f,
      0x9322bd4b,
    ],
    [-0.059659089893102646],
    [10.5],
  ],
];

test("quantizeAffine() packs, scales and shifts as MLX does", () => {
  assert.equal(VECTORS.length, QUANTIZATION_BITS.length * GROUP_SIZES.length);
  for (const [[bits, groupSize], words, scales, biases] of VECTORS) {
    const result = quantizeAffine({ values: steps(), rows: 1, columns: 128 }, { bits, groupSize });
    assert.deepEqual(
      [...result.packed.subarray(-bits)],
      words,
      `${bits} bits, groups of ${groupSize}`,
    );
    assert.deepEqual([...result.scales], [...Float32Array.from(scales)]);
    assert.deepEqual([...result.biases], [...Float32Array.from(biases)]);
  }
});

test("dequantizeAffine() gives every value back within a step", () => {
  const values = seededNumbers(3 * 256, { seed: 1, name: "a", spread: 2 });
  for (const bits of QUANTIZATION_BITS) {
    for (const groupSize of GROUP_SIZES) {
      const packed = quantizeAffine({ values, rows: 3, columns: 256 }, { bits, groupSize });
      const back = dequantizeAffine(packed, { bits, groupSize });
      assert.equal(back.length, values.length);
      back.forEach((value, index) => {
        const step = Math.abs(packed.scales[Math.floor(index / groupSize)] ?? 0);
        // The end of the range that is nearer to zero may be a whole step away: zero is met exactly.
        assert.ok(Math.abs(value - (values[index] ?? 0)) <= step * 1.001, `${bits} bits: ${value}`);
      });
    }
  }
});

test("quantizeAffine() keeps a group of zeros at zero", () => {
  const matrix = { values: new Float32Array(32), rows: 1, columns: 32 };
  const back = dequantizeAffine(quantizeAffine(matrix, { bits: 4, groupSize: 32 }), {
    bits: 4,
    groupSize: 32,
  });
  assert.ok(back.every((value) => value === 0));
});

test("quantizeAffine() refuses rows that are not a multiple of the group", () => {
  const matrix = { values: new Float32Array(96), rows: 1, columns: 96 };
  assert.throws(() => quantizeAffine(matrix, { bits: 4, groupSize: 64 }), RangeError);
});

/** A row whose four blocks of 32 have different ranges. */
function steps(): Float32Array {
  return Float32Array.from(
    { length: 128 },
    (_, index) => ((((index * 37) % 64) - 20) / 16) * (1 + Math.floor(index / 32)),
  );
}
