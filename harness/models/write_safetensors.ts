/** Bytes of one element of each dtype that the safetensors format names. */
export const DTYPE_SIZE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const satisfies Record<string, number>;

/** A dtype that the safetensors format names. */
export type Dtype = keyof typeof DTYPE_SIZE_BYTES;

/** One tensor as it is written to a file. */
export interface Tensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Little-endian elements, row by row. */
  readonly data: Uint8Array;
}

/** How the file's header is written. */
export interface WriteSafetensorsOptions {
  /** @default {{ format: "mlx" }} */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Extra blanks after the header's JSON, before it is filled up to a multiple of 8. @default {0} */
  readonly headerPaddingBytes?: number;
}

/**
 * Writes a safetensors file whose tensors lie one after another in the given order.
 *
 * @throws {RangeError} when a tensor's data does not have the size that its dtype and shape demand.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeSafetensors } from "mlx-conform/internal";
 *
 * const file = writeSafetensors([{ name: "a", dtype: "U8", shape: [2], data: Uint8Array.of(1, 2) }]);
 * assert.deepEqual([...file.subarray(-2)], [1, 2]);
 * ```
 */
export function writeSafetensors(
  tensors: readonly Tensor[],
  options: WriteSafetensorsOptions = {},
): Uint8Array {
  const { metadata = { format: "mlx" }, headerPaddingBytes = 0 } = options;
  const header: Record<string, unknown> = { __metadata__: metadata };
  let sizeBytes = 0;
  for (const { name, dtype, shape, data } of tensors) {
    const demandedBytes = shape.reduce((a, b) => a * b, 1) * DTYPE_SIZE_BYTES[dtype];
    if (data.length !== demandedBytes) {
      throw new RangeError(
        `Cannot write tensor "${name}" as ${dtype} [${shape.join(", ")}]: it needs ${demandedBytes} bytes and has ${data.length}`,
      );
    }
    header[name] = { dtype, shape, data_offsets: [sizeBytes, sizeBytes + data.length] };
    sizeBytes += data.length;
  }
  const text = JSON.stringify(header) + " ".repeat(headerPaddingBytes);
  return joinParts(
    text,
    tensors.map(({ data }) => data),
    { sizeBytes },
  );
}

/** Joins a header's text, right or wrong, and the data; the header is filled with blanks to 8 bytes. */
export function joinSafetensors(header: string, data: Uint8Array): Uint8Array {
  return joinParts(header, [data], { sizeBytes: data.length });
}

function joinParts(
  header: string,
  parts: readonly Uint8Array[],
  { sizeBytes }: { readonly sizeBytes: number },
): Uint8Array {
  const text = new TextEncoder().encode(header);
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + sizeBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(text, 8);
  file.fill(0x20, 8 + text.length, 8 + headerBytes);
  let position = 8 + headerBytes;
  for (const part of parts) {
    file.set(part, position);
    position += part.length;
  }
  return file;
}
