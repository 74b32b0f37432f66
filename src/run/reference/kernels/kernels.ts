import { encodeModule } from "../wasm/encode_module.ts";
import { FunctionBuilder, type WasmFunction } from "../wasm/function_builder.ts";
import { i32, v128 } from "../wasm/instructions.ts";
import { type CompiledModule, type WasmMemory, webAssembly } from "../wasm/web_assembly.ts";
import { mixValuesKernel, scoreKeysKernel } from "./attend.ts";
import { MATRIX_FORMATS, type MatrixFormat } from "./matrix_format.ts";
import { PAGES_MAX, WORK_MEMORY } from "./memories.ts";
import { multiplyRowsKernel } from "./multiply_rows.ts";
import { ROW_PLACE, rowPlaceOf, RowWalker } from "./walk_row.ts";

/** Writes one row of a matrix as float32: six numbers say where it lies, the last one where it goes. */
export type UnpackRow = (
  weights: number,
  rowBytes: number,
  groupBytes: number,
  scales: number,
  biases: number,
  scaleRowBytes: number,
  destination: number,
) => void;

/** Multiplies rows with the vectors of tokens; see `multiply_rows.ts` for the numbers. */
export type MultiplyRows = (...numbers: readonly number[]) => void;

/** Multiplies a query with keys: query, keys, bytes of a key, count, scores. */
export type ScoreKeys = (
  query: number,
  keys: number,
  rowBytes: number,
  count: number,
  scores: number,
) => void;

/** Adds up values: shares, values, bytes of a value, count, output. */
export type MixValues = (
  shares: number,
  values: number,
  rowBytes: number,
  count: number,
  output: number,
) => void;

/** The kernels over one piece of the weights and the work memory. Addresses are bytes. */
export interface Kernels {
  /** @throws {RangeError} for a format that was not compiled */
  unpackRow(this: void, format: MatrixFormat): UnpackRow;
  /** @throws {RangeError} for a format that was not compiled */
  multiplyRows(this: void, format: MatrixFormat): MultiplyRows;
  readonly scoreKeys: ScoreKeys;
  readonly mixValues: MixValues;
}

/**
 * Compiles the kernels of some formats: WebAssembly with vectors of 128 bits, shared memories and two memories a
 * module, all of which Node has had since version 22.
 */
export function compileKernels(formats: readonly MatrixFormat[] = MATRIX_FORMATS): CompiledModule {
  const unpack = formats.map(unpackRowKernel);
  const multiply = formats.map((format, index) => multiplyRowsKernel(format, index));
  const bytes = encodeModule({
    memories: [
      { name: "weights", pagesMax: PAGES_MAX },
      { name: "work", pagesMax: PAGES_MAX },
    ],
    functions: [...unpack, ...multiply, scoreKeysKernel(), mixValuesKernel()],
  });
  return new webAssembly.Module(bytes);
}

/** Binds the kernels to memories. */
export function bindKernels(
  module: CompiledModule,
  memories: { readonly weights: WasmMemory; readonly work: WasmMemory },
): Kernels {
  const { exports } = new webAssembly.Instance(module, { memory: { ...memories } });
  const exported = (name: string) => {
    const kernel = exports[name];
    if (kernel === undefined) throw new RangeError(`The kernel "${name}" was not compiled`);
    return kernel;
  };
  return {
    unpackRow: (format) => exported(`unpack_${format}`) as UnpackRow,
    multiplyRows: (format) => exported(`multiply_${format}`) as MultiplyRows,
    scoreKeys: exported("scoreKeys") as ScoreKeys,
    mixValues: exported("mixValues") as MixValues,
  };
}

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
