import type { Statement, ValueType } from "./expression.ts";
import { type Local, localAt } from "./instructions.ts";

/** A function as a module holds it. */
export interface WasmFunction {
  /** The name under which it is exported. */
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** Types of the locals after the parameters. */
  readonly locals: readonly ValueType[];
  /** It returns nothing. */
  readonly body: Statement;
}

/** Gives out the parameters and locals of one function. */
export class FunctionBuilder {
  readonly #parameters: ValueType[] = [];
  readonly #locals: ValueType[] = [];

  /** @throws {RangeError} after the first local: parameters come first */
  parameter<Type extends ValueType>(type: Type): Local<Type> {
    if (this.#locals.length > 0) {
      throw new RangeError("Cannot add a parameter after a local: their numbers would move");
    }
    return localAt(type, this.#parameters.push(type) - 1);
  }

  /** Adds parameters that are addresses or counts, in the order of their names. */
  integers<Name extends string>(names: readonly Name[]): Record<Name, Local<"i32">> {
    const entries = names.map((name) => [name, this.parameter("i32")] as const);
    return Object.fromEntries(entries) as Record<Name, Local<"i32">>;
  }

  local<Type extends ValueType>(type: Type): Local<Type> {
    return localAt(type, this.#parameters.length + this.#locals.push(type) - 1);
  }

  build(name: string, body: Statement): WasmFunction {
    return { name, parameters: this.#parameters, locals: this.#locals, body };
  }
}
