/**
 * The instructions that the kernels use, under the names of the WebAssembly specification.
 *
 * @module
 */

import {
  type Expression,
  instruction,
  type Statement,
  TYPE_BYTES,
  type ValueType,
} from "./expression.ts";
import { signedLeb128, unsignedLeb128 } from "./leb128.ts";

type I32 = Expression<"i32">;
type F32 = Expression<"f32">;
type V128 = Expression<"v128">;

/** Where a load or store goes: `memories[memory][address + offset]`. */
export interface Place {
  /** Index among the module's memories. */
  readonly memory: number;
  readonly address: I32;
  /** @default {0} */
  readonly offset?: number;
}

/** Instructions of vectors have a prefix and a longer number. */
const SIMD_PREFIX = 0xfd;

const MEMORY_INDEX_FOLLOWS = 0x40;

function binary<Type extends ValueType>(type: Type, opcode: number) {
  return (left: Expression<Type>, right: Expression<Type>) =>
    instruction(type, [left, right], [opcode]);
}

function vectorBinary(opcode: number) {
  return (left: V128, right: V128) => instruction("v128", [left, right], simd(opcode));
}

function vectorUnary(opcode: number) {
  return (operand: V128) => instruction("v128", [operand], simd(opcode));
}

/** A shift of all lanes by one number. */
function vectorShift(opcode: number) {
  return (vector: V128, bits: I32) => instruction("v128", [vector, bits], simd(opcode));
}

function simd(opcode: number): number[] {
  return [SIMD_PREFIX, ...unsignedLeb128(opcode)];
}

/** No alignment is promised, so that rows may begin anywhere. */
function access({ memory, offset = 0 }: Place): number[] {
  const index = memory === 0 ? [0] : [MEMORY_INDEX_FOLLOWS, ...unsignedLeb128(memory)];
  return [...index, ...unsignedLeb128(offset)];
}

/** Integers of 32 bits; addresses are unsigned. */
export const i32 = {
  const: (value: number): I32 => instruction("i32", [], [0x41, ...signedLeb128(value)]),
  add: binary("i32", 0x6a),
  sub: binary("i32", 0x6b),
  mul: binary("i32", 0x6c),
  geU: binary("i32", 0x4f),
};

/** Floats of 32 bits. */
export const f32 = {
  load: (place: Place): F32 => instruction("f32", [place.address], [0x2a, ...access(place)]),
  store: (place: Place, value: F32): Statement => [
    ...place.address.code,
    ...value.code,
    0x38,
    ...access(place),
  ],
  add: binary("f32", 0x92),
  mul: binary("f32", 0x94),
};

/** Vectors as such. */
export const v128 = {
  load: (place: Place): V128 =>
    instruction("v128", [place.address], [...simd(0x00), ...access(place)]),
  /** Loads 8 bytes; the upper half is zero. */
  load64Zero: (place: Place): V128 =>
    instruction("v128", [place.address], [...simd(0x5d), ...access(place)]),
  store: (place: Place, value: V128): Statement => [
    ...place.address.code,
    ...value.code,
    ...simd(0x0b),
    ...access(place),
  ],
  /** @throws {RangeError} unless there are 16 bytes */
  const: (bytes: readonly number[]): V128 => {
    requireLanes(bytes);
    return instruction("v128", [], [...simd(0x0c), ...bytes.map((byte) => byte & 0xff)]);
  },
  and: vectorBinary(0x4e),
  or: vectorBinary(0x50),
};

/** Sixteen lanes of 8 bits. */
export const i8x16 = {
  /** Takes byte `lanes[i]` of a vector as byte i, and 0 where that is not a lane. */
  swizzle: vectorBinary(0x0e),
};

/** Eight lanes of 16 bits. */
export const i16x8 = {
  extendLowU8: vectorUnary(0x89),
  mul: vectorBinary(0x95),
  shrU: vectorShift(0x8d),
};

/** Four lanes of 32 bits. */
export const i32x4 = {
  splat: (value: I32): V128 => instruction("v128", [value], simd(0x11)),
  extendLowU16: vectorUnary(0xa9),
  extendHighU16: vectorUnary(0xaa),
  shl: vectorShift(0xab),
  geU: vectorBinary(0x40),
};

/** Four floats. */
export const f32x4 = {
  /** The same float in each lane. */
  const: (value: number): V128 =>
    v128.const([...new Uint8Array(Float32Array.of(value, value, value, value).buffer)]),
  splat: (value: F32): V128 => instruction("v128", [value], simd(0x13)),
  extractLane: (vector: V128, lane: number): F32 =>
    instruction("f32", [vector], [...simd(0x1f), lane]),
  add: vectorBinary(0xe4),
  mul: vectorBinary(0xe6),
  convertI32: vectorUnary(0xfa),
};

/** A local variable of a function. */
export interface Local<Type extends ValueType> {
  readonly get: Expression<Type>;
  set(value: Expression<Type>): Statement;
}

/** The local with a number; parameters come first. */
export function localAt<Type extends ValueType>(type: Type, index: number): Local<Type> {
  return {
    get: instruction(type, [], [0x20, ...unsignedLeb128(index)]),
    set: (value) => [...value.code, 0x21, ...unsignedLeb128(index)],
  };
}

/** How a loop counts: the counter is left at the first value that is not below `until`. */
export interface Count {
  readonly counter: Local<"i32">;
  readonly from: I32;
  /** Compared as an unsigned number. */
  readonly until: I32;
  readonly step: number;
}

/** Runs the body for each value of the counter. */
export function countedLoop({ counter, from, until, step }: Count, body: Statement): Statement {
  const empty = 0x40;
  // A block around a loop: one leaves the block when it is done, and begins the loop anew at its end.
  return [
    ...counter.set(from),
    0x02,
    empty,
    0x03,
    empty,
    ...i32.geU(counter.get, until).code,
    0x0d,
    1,
    ...body,
    ...counter.set(i32.add(counter.get, i32.const(step))),
    0x0c,
    0,
    0x0b,
    0x0b,
  ];
}

/** Calls a function that returns nothing. */
export function call(functionIndex: number, operands: readonly Expression<ValueType>[]): Statement {
  return [...operands.flatMap(({ code }) => code), 0x10, ...unsignedLeb128(functionIndex)];
}

/** Runs one of two bodies. */
export function ifElse(condition: I32, whenTrue: Statement, whenFalse: Statement): Statement {
  return [...condition.code, 0x04, 0x40, ...whenTrue, 0x05, ...whenFalse, 0x0b];
}

/** Declares locals of one type after another, as a function's body begins. */
export function localDeclarations(types: readonly ValueType[]): number[] {
  const entries = types.flatMap((type) => [1, TYPE_BYTES[type]]);
  return [...unsignedLeb128(types.length), ...entries];
}

function requireLanes(lanes: readonly number[]): void {
  if (lanes.length !== 16) {
    throw new RangeError(`Cannot encode a vector of ${lanes.length} bytes: it has 16`);
  }
}
