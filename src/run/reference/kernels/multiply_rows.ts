import { type Expression, sequence, type Statement } from "../wasm/expression.ts";
import { FunctionBuilder, type WasmFunction } from "../wasm/function_builder.ts";
import { call, countedLoop, f32, i32, ifElse, type Local, v128 } from "../wasm/instructions.ts";
import type { MatrixFormat } from "./matrix_format.ts";
import { WORK_MEMORY } from "./memories.ts";
import { RowSum } from "./row_sum.ts";
import { ROW_PLACE, rowPlaceOf, RowWalker } from "./walk_row.ts";

/** Bytes of one step of a product over unpacked rows: 16 columns. */
const STEP_BYTES = 64;

/** What a product needs besides the place of its first row; bytes are those from one token to the next. */
const PRODUCT = [
  "rows",
  "inputs",
  "inputBytes",
  "tokens",
  "outputs",
  "outputBytes",
  "columnBytes",
  "scratch",
] as const;

type ProductParameters = Readonly<Record<(typeof PRODUCT)[number], Local<"i32">>>;

/**
 * Builds the kernel that multiplies rows of a matrix with the vectors of one or more tokens.
 *
 * One token's vector is multiplied as the weights are unpacked. For several tokens each row is unpacked once, to
 * the scratch, and two tokens at a time share its loads. Both ways add up in the same order.
 *
 * @param unpackIndex number of the function that unpacks a row of the same format
 */
export function multiplyRowsKernel(format: MatrixFormat, unpackIndex: number): WasmFunction {
  const builder = new FunctionBuilder();
  const parameters = builder.integers([...ROW_PLACE, ...PRODUCT]);
  const { weights, rowBytes, scales, biases, scaleRowBytes } = parameters;
  const { rows, inputs, tokens, outputs, scratch } = parameters;
  const rowIndex = builder.local("i32");
  const input = builder.local("i32");
  const sum = new RowSum(builder);
  const row = rowPlaceOf(parameters);
  const walk = new RowWalker(builder, format).walk(row, {
    use: (index, values) => sum.add(index, values, loadAt(input.get, index * 16)),
    advance: (columns) => input.set(i32.add(input.get, i32.const(columns * 4))),
  });
  const one = sequence([
    sum.clear(),
    input.set(inputs.get),
    walk,
    sum.total((value) => storeAt(outputs.get, value)),
  ]);
  const several = sequence([
    call(unpackIndex, [...ROW_PLACE.map((name) => row[name]), scratch.get]),
    multiplyUnpacked(builder, { ...parameters, input, sum }),
  ]);
  const advance = (local: Local<"i32">, by: Expression<"i32">) => local.set(i32.add(local.get, by));
  const body = countedLoop(
    { counter: rowIndex, from: i32.const(0), until: rows.get, step: 1 },
    sequence([
      ifElse(i32.geU(tokens.get, i32.const(2)), several, one),
      advance(weights, rowBytes.get),
      advance(scales, scaleRowBytes.get),
      advance(biases, scaleRowBytes.get),
      advance(outputs, i32.const(4)),
    ]),
  );
  return builder.build(`multiply_${format}`, body);
}

type Unpacked = ProductParameters & { readonly input: Local<"i32">; readonly sum: RowSum };

/** Multiplies the row in the scratch with every token's vector, two at a time. */
function multiplyUnpacked(builder: FunctionBuilder, locals: Unpacked): Statement {
  const { input, inputBytes, tokens, outputBytes, scratch, columnBytes } = locals;
  const token = builder.local("i32");
  const output = builder.local("i32");
  const position = builder.local("i32");
  const weight = builder.local("v128");
  const sums = [locals.sum, new RowSum(builder)];
  const product = (tokenCount: 1 | 2) => {
    const used = sums.slice(0, tokenCount);
    const later = (local: Local<"i32">, which: number, bytes: Local<"i32">) =>
      which === 0 ? local.get : i32.add(local.get, bytes.get);
    const steps = Array.from({ length: STEP_BYTES / 16 }, (_, index) => [
      ...weight.set(loadAt(i32.add(scratch.get, position.get), index * 16)),
      ...used.flatMap((sum, which) => {
        const address = i32.add(later(input, which, inputBytes), position.get);
        return sum.add(index, weight.get, loadAt(address, index * 16));
      }),
    ]);
    const columns = { counter: position, from: i32.const(0), until: columnBytes.get };
    const advance = (local: Local<"i32">, bytes: Local<"i32">) =>
      local.set(i32.add(local.get, i32.mul(bytes.get, i32.const(tokenCount))));
    return sequence([
      ...used.map((sum) => sum.clear()),
      countedLoop({ ...columns, step: STEP_BYTES }, sequence(steps)),
      ...used.map((sum, which) =>
        sum.total((value) => storeAt(later(output, which, outputBytes), value)),
      ),
      advance(input, inputBytes),
      advance(output, outputBytes),
    ]);
  };
  const pairs = i32.sub(tokens.get, i32.const(1));
  return sequence([
    input.set(locals.inputs.get),
    output.set(locals.outputs.get),
    countedLoop({ counter: token, from: i32.const(0), until: pairs, step: 2 }, product(2)),
    // An odd token is left over.
    countedLoop({ counter: token, from: token.get, until: tokens.get, step: 1 }, product(1)),
  ]);
}

function loadAt(address: Expression<"i32">, offset: number): Expression<"v128"> {
  return v128.load({ memory: WORK_MEMORY, address, offset });
}

function storeAt(address: Expression<"i32">, value: Expression<"f32">): Statement {
  return f32.store({ memory: WORK_MEMORY, address }, value);
}
