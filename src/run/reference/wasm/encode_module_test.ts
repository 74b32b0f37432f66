import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { encodeModule } from "./encode_module.ts";
import { type Expression, sequence, type Statement } from "./expression.ts";
import { FunctionBuilder } from "./function_builder.ts";
import {
  call,
  countedLoop,
  f32,
  f32x4,
  i16x8,
  i32,
  i32x4,
  i8x16,
  ifElse,
  v128,
} from "./instructions.ts";
import { type WasmMemory, webAssembly } from "./web_assembly.ts";

const ZERO = i32.const(0);

test("integers are computed with 32 bits and compared without a sign", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      const [x, y] = [i32.const(a), i32.const(b)];
      assert.equal(integer(i32.add(x, y)), (a + b) | 0);
      assert.equal(integer(i32.sub(x, y)), (a - b) | 0);
      assert.equal(integer(i32.mul(x, y)), Math.imul(a, b));
      assert.equal(integer(i32.geU(x, y)), Number(a >>> 0 >= b >>> 0));
    }),
    { numRuns: 20 },
  );
});

test("loads and stores name a memory, an address and an offset", () => {
  const { memories, run } = prepare(
    sequence([
      f32.store(
        { memory: 1, address: i32.const(8), offset: 300 },
        f32.add(
          f32.load({ memory: 0, address: ZERO, offset: 4 }),
          f32.mul(f32.load({ memory: 1, address: i32.const(4) }), f32.load(at(0))),
        ),
      ),
      v128.store(at(1, 512), v128.load({ memory: 0, address: i32.const(1) })),
      v128.store(at(1, 528), v128.load64Zero(at(0))),
    ]),
  );
  floats(memories.weights).set([3, 0.5]);
  floats(memories.work).set([0, 2], 0);
  run();
  assert.equal(floats(memories.work)[(8 + 300) / 4], 6.5);
  const from = new Uint8Array(memories.weights.buffer);
  const to = new Uint8Array(memories.work.buffer);
  assert.deepEqual(to.slice(512, 528), from.slice(1, 17));
  assert.deepEqual(Array.from(to.slice(528, 544)), [...from.slice(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]);
});

test("vectors of bytes, shorts and words are computed lane by lane", () => {
  const bytes = Array.from({ length: 16 }, (_, index) => (index * 37 + 5) & 0xff);
  const value = v128.const(bytes);
  const shorts = [...new Uint16Array(Uint8Array.from(bytes).buffer)];
  const words = [...new Uint32Array(Uint8Array.from(bytes).buffer)];
  const lanes = [3, 0x80, 15, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 200];
  assert.deepEqual(
    [...vector(i8x16.swizzle(value, v128.const(lanes)))],
    lanes.map((lane) => bytes[lane] ?? 0),
  );
  assert.deepEqual([...u16(i16x8.extendLowU8(value))], bytes.slice(0, 8));
  assert.deepEqual(
    [...u16(i16x8.mul(value, value))],
    shorts.map((n) => (n * n) & 0xffff),
  );
  assert.deepEqual(
    [...u16(i16x8.shrU(value, i32.const(5)))],
    shorts.map((n) => n >>> 5),
  );
  assert.deepEqual([...u32(i32x4.extendLowU16(value))], shorts.slice(0, 4));
  assert.deepEqual([...u32(i32x4.extendHighU16(value))], shorts.slice(4));
  assert.deepEqual(
    [...u32(i32x4.shl(value, i32.const(7)))],
    words.map((n) => (n << 7) >>> 0),
  );
  const limit = words[1] ?? 0;
  assert.deepEqual(
    [...u32(i32x4.geU(value, i32x4.splat(i32.const(limit | 0))))],
    words.map((n) => (n >= limit ? 0xffff_ffff : 0)),
  );
  const mask = v128.const(bytes.map((_, index) => (index % 2 === 0 ? 0xff : 0)));
  assert.deepEqual(
    [...vector(v128.or(v128.and(value, mask), v128.const(bytes.map(() => 1))))],
    bytes.map((byte, index) => (index % 2 === 0 ? byte | 1 : 1)),
  );
});

test("vectors of floats are computed lane by lane", () => {
  const { memories, run } = prepare(
    sequence([
      v128.store(
        at(1),
        f32x4.add(
          f32x4.mul(v128.load(at(0)), f32x4.splat(f32.load(at(0, 4)))),
          f32x4.convertI32(v128.const([7, 0, 0, 0, 255, 255, 255, 255, 0, 1, 0, 0, 0, 0, 0, 0])),
        ),
      ),
      f32.store(at(1, 16), f32x4.extractLane(v128.load(at(0)), 2)),
    ]),
  );
  floats(memories.weights).set([1.5, -2, 0.25, 8]);
  run();
  assert.deepEqual(Array.from(floats(memories.work).slice(0, 5)), [4, 3, 255.5, -16, 0.25]);
});

test("a counted loop runs for each value below its end, a condition chooses, a function calls another", () => {
  const counter = new FunctionBuilder();
  const { limit } = counter.integers(["limit"]);
  const index = counter.local("i32");
  const position = counter.local("i32");
  const body = sequence([
    countedLoop(
      { counter: index, from: i32.const(3), until: limit.get, step: 4 },
      sequence([
        f32.store({ memory: 1, address: position.get }, f32.load(at(0))),
        position.set(i32.add(position.get, i32.const(4))),
      ]),
    ),
    ifElse(
      i32.geU(index.get, i32.const(10)),
      f32.store(at(1, 64), f32.load(at(0, 4))),
      f32.store(at(1, 64), f32.load(at(0, 8))),
    ),
  ]);
  const caller = new FunctionBuilder();
  const module = encodeModule({
    memories: MEMORIES,
    functions: [counter.build("count", body), caller.build("callIt", call(0, [i32.const(12)]))],
  });
  const memories = makeMemories();
  const { exports } = new webAssembly.Instance(new webAssembly.Module(module), {
    memory: { ...memories },
  });
  floats(memories.weights).set([1, 2, 3]);
  (exports["callIt"] as () => void)();
  assert.deepEqual(Array.from(floats(memories.work).slice(0, 5)), [1, 1, 1, 0, 0]);
  assert.equal(floats(memories.work)[16], 2);
  (exports["count"] as (limit: number) => void)(0);
  assert.equal(floats(memories.work)[16], 3);
});

test("what cannot be encoded is refused", () => {
  assert.throws(() => v128.const([1, 2]), RangeError);
  const builder = new FunctionBuilder();
  builder.local("f32");
  assert.throws(() => builder.parameter("i32"), RangeError);
  assert.equal(webAssembly.validate(encodeModule({ memories: [], functions: [] })), true);
});

const MEMORIES = [
  { name: "weights", pagesMax: 1 },
  { name: "work", pagesMax: 1 },
];

function makeMemories(): { weights: WasmMemory; work: WasmMemory } {
  const make = () => new webAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  return { weights: make(), work: make() };
}

function at(memory: number, address = 0) {
  return { memory, address: i32.const(address) };
}

function floats(memory: WasmMemory): Float32Array {
  return new Float32Array(memory.buffer);
}

function prepare(body: Statement) {
  const functions = [new FunctionBuilder().build("run", body)];
  const memories = makeMemories();
  const module = new webAssembly.Module(encodeModule({ memories: MEMORIES, functions }));
  const { exports } = new webAssembly.Instance(module, { memory: { ...memories } });
  return { memories, run: exports["run"] as () => void };
}

function vector(expression: Expression<"v128">): Uint8Array {
  const { memories, run } = prepare(v128.store(at(1), expression));
  run();
  return new Uint8Array(memories.work.buffer).slice(0, 16);
}

function u16(expression: Expression<"v128">): Uint16Array {
  return new Uint16Array(Uint8Array.from(vector(expression)).buffer);
}

function u32(expression: Expression<"v128">): Uint32Array {
  return new Uint32Array(Uint8Array.from(vector(expression)).buffer);
}

/** An integer is written as the first lane of a vector. */
function integer(expression: Expression<"i32">): number {
  return (u32(i32x4.splat(expression))[0] ?? 0) | 0;
}
