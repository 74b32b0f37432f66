import { FunctionBuilder, type WasmFunction } from "../wasm/function_builder.ts";
import { i32, v128 } from "../wasm/instructions.ts";
import type { MatrixFormat } from "./matrix_format.ts";
import { WORK_MEMORY } from "./memories.ts";
import { ROW_PLACE, rowPlaceOf, RowWalker } from "./walk_row.ts";

/** Builds the kernel that writes one row of a matrix as float32 to the work memory. */
export function unpackRowKernel(format: MatrixFormat): WasmFunction {
  const builder = new FunctionBuilder();
  const parameters = builder.integers([...ROW_PLACE, "destination"]);
  const { destination } = parameters;
  const body = new RowWalker(builder, format).walk(rowPlaceOf(parameters), {
    use: (index, values) =>
      v128.store({ memory: WORK_MEMORY, address: destination.get, offset: index * 16 }, values),
    advance: (columns) => destination.set(i32.add(destination.get, i32.const(columns * 4))),
  });
  return builder.build(`unpack_${format}`, body);
}
