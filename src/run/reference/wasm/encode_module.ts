import { TYPE_BYTES } from "./expression.ts";
import type { WasmFunction } from "./function_builder.ts";
import { localDeclarations } from "./instructions.ts";
import { unsignedLeb128 } from "./leb128.ts";

/** A shared memory that a module imports as `memory.NAME`. */
export interface ImportedMemory {
  readonly name: string;
  /** The most pages of 64 KiB that it may have. */
  readonly pagesMax: number;
}

/** What a module consists of. */
export interface WasmModule {
  readonly memories: readonly ImportedMemory[];
  /** All are exported; a call names one by its place in this list. */
  readonly functions: readonly WasmFunction[];
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const FUNCTION_TYPE = 0x60;
const MEMORY_IMPORT = 0x02;
const SHARED_WITH_MAXIMUM = 0x03;
const FUNCTION_EXPORT = 0x00;
const END = 0x0b;

/**
 * Encodes a module in WebAssembly's binary format (https://webassembly.github.io/spec/core/binary/): shared
 * memories are imported, functions are exported and return nothing.
 */
export function encodeModule({ memories, functions }: WasmModule): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    FUNCTION_TYPE,
    ...list(parameters.map((type) => [TYPE_BYTES[type]])),
    0,
  ]);
  const imports = memories.map(({ name, pagesMax }) => [
    ...text("memory"),
    ...text(name),
    MEMORY_IMPORT,
    SHARED_WITH_MAXIMUM,
    0,
    ...unsignedLeb128(pagesMax),
  ]);
  const exports = functions.map(({ name }, index) => [
    ...text(name),
    FUNCTION_EXPORT,
    ...unsignedLeb128(index),
  ]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...localDeclarations(locals), ...body, END];
    return [...unsignedLeb128(code.length), ...code];
  });
  return Uint8Array.from([
    ...HEADER,
    ...section(SECTION.type, list(types)),
    ...section(SECTION.import, list(imports)),
    ...section(SECTION.function, list(functions.map((_, index) => unsignedLeb128(index)))),
    ...section(SECTION.export, list(exports)),
    ...section(SECTION.code, list(bodies)),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsignedLeb128(content.length), ...content];
}

function list(entries: readonly (readonly number[])[]): number[] {
  return [...unsignedLeb128(entries.length), ...entries.flat()];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsignedLeb128(bytes.length), ...bytes];
}
