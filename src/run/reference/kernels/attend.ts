import { type Expression, sequence } from "../wasm/expression.ts";
import { FunctionBuilder, type WasmFunction } from "../wasm/function_builder.ts";
import { countedLoop, f32, f32x4, i32, v128 } from "../wasm/instructions.ts";
import { WORK_MEMORY } from "./memories.ts";
import { RowSum } from "./row_sum.ts";

const STEP_BYTES = 64;

const load = (address: Expression<"i32">, offset: number) =>
  v128.load({ memory: WORK_MEMORY, address, offset });

/** Builds the kernel that multiplies one query with each of `count` keys. */
export function scoreKeysKernel(): WasmFunction {
  const builder = new FunctionBuilder();
  const query = builder.parameter("i32");
  const keys = builder.parameter("i32");
  const rowBytes = builder.parameter("i32");
  const count = builder.parameter("i32");
  const scores = builder.parameter("i32");
  const index = builder.local("i32");
  const position = builder.local("i32");
  const sum = new RowSum(builder);
  const steps = Array.from({ length: STEP_BYTES / 16 }, (_, step) =>
    sum.add(
      step,
      load(i32.add(query.get, position.get), step * 16),
      load(i32.add(keys.get, position.get), step * 16),
    ),
  );
  const body = countedLoop(
    { counter: index, from: i32.const(0), until: count.get, step: 1 },
    sequence([
      sum.clear(),
      countedLoop(
        { counter: position, from: i32.const(0), until: rowBytes.get, step: STEP_BYTES },
        sequence(steps),
      ),
      sum.total((value) => f32.store({ memory: WORK_MEMORY, address: scores.get }, value)),
      keys.set(i32.add(keys.get, rowBytes.get)),
      scores.set(i32.add(scores.get, i32.const(4))),
    ]),
  );
  return builder.build("scoreKeys", body);
}

/** Builds the kernel that adds up `count` rows of values, each times its share, in the rows' order. */
export function mixValuesKernel(): WasmFunction {
  const builder = new FunctionBuilder();
  const shares = builder.parameter("i32");
  const values = builder.parameter("i32");
  const rowBytes = builder.parameter("i32");
  const count = builder.parameter("i32");
  const output = builder.parameter("i32");
  const index = builder.local("i32");
  const position = builder.local("i32");
  const row = builder.local("i32");
  const share = builder.local("i32");
  const factor = builder.local("v128");
  const vectors = Array.from({ length: STEP_BYTES / 16 }, () => builder.local("v128"));
  const zero = v128.const(Array.from({ length: 16 }, () => 0));
  const oneRow = sequence([
    factor.set(f32x4.splat(f32.load({ memory: WORK_MEMORY, address: share.get }))),
    ...vectors.map((vector, at) =>
      vector.set(f32x4.add(vector.get, f32x4.mul(factor.get, load(row.get, at * 16)))),
    ),
    row.set(i32.add(row.get, rowBytes.get)),
    share.set(i32.add(share.get, i32.const(4))),
  ]);
  const body = countedLoop(
    { counter: position, from: i32.const(0), until: rowBytes.get, step: STEP_BYTES },
    sequence([
      ...vectors.map((vector) => vector.set(zero)),
      row.set(i32.add(values.get, position.get)),
      share.set(shares.get),
      countedLoop({ counter: index, from: i32.const(0), until: count.get, step: 1 }, oneRow),
      ...vectors.map((vector, at) =>
        v128.store(
          {
            memory: WORK_MEMORY,
            address: i32.add(output.get, position.get),
            offset: at * 16,
          },
          vector.get,
        ),
      ),
    ]),
  );
  return builder.build("mixValues", body);
}
