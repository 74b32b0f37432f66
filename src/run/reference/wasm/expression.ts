/** The types of values that the kernels use. */
export type ValueType = "i32" | "f32" | "v128";

/** Instructions that leave one value on the stack; the type keeps integers, floats and vectors apart. */
export interface Expression<Type extends ValueType> {
  readonly type: Type;
  readonly code: readonly number[];
}

/** Instructions that leave nothing on the stack. */
export type Statement = readonly number[];

/** The byte that names a type in a module. */
export const TYPE_BYTES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const satisfies Record<
  ValueType,
  number
>;

/** Joins the operands' instructions and the instruction that takes them. */
export function instruction<Type extends ValueType>(
  type: Type,
  operands: readonly Expression<ValueType>[],
  bytes: readonly number[],
): Expression<Type> {
  return { type, code: [...operands.flatMap(({ code }) => code), ...bytes] };
}

/** One statement after another. */
export function sequence(statements: readonly Statement[]): Statement {
  return statements.flat();
}
