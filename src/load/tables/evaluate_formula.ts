import { isRecord } from "../config/parse_json.ts";

/**
 * A formula of a configuration, as `make_tensor_tables.py` writes it: a constant, the path of a field, `$i` or `$j`
 * for the numbers in a tensor's name, or an operator with its operands; `["s", text]` is a text, and
 * `["numbers", path]` the numbers that a text has between its commas.
 */
export type Formula = number | boolean | string | null | readonly [string, ...Formula[]];

/** What the fields of a formula stand for. */
export interface FormulaScope {
  /** The value of a field, with the default of mlx-lm where the configuration does not name it. */
  field(path: string): unknown;
  /** The numbers in the tensor's name. */
  readonly index: readonly number[];
}

/** What no operator gets: a field that is absent or null. */
const NOTHING = null;

const INDEX_NAMES = ["$i", "$j", "$k", "$l"];

/**
 * Evaluates a formula with the arithmetic of Python.
 *
 * @returns null where a field that is needed is absent, null, or of another type
 */
export function evaluateFormula(formula: Formula, scope: FormulaScope): unknown {
  if (typeof formula === "string") {
    const at = INDEX_NAMES.indexOf(formula);
    return (at === -1 ? scope.field(formula) : scope.index[at]) ?? NOTHING;
  }
  if (!isOperation(formula)) return formula;
  const [operator, first = NOTHING, second = NOTHING, third = NOTHING] = formula;
  if (operator === "s") return first;
  if (operator === "if") {
    return evaluateFormula(isTrue(evaluateFormula(first, scope)) ? second : third, scope);
  }
  const operands = formula.slice(1) as Formula[];
  if (operator === "and") return operands.every((one) => isTrue(evaluateFormula(one, scope)));
  if (operator === "or") return operands.some((one) => isTrue(evaluateFormula(one, scope)));
  const a = evaluateFormula(first, scope);
  switch (operator) {
    case "not":
      return !isTrue(a);
    case "b":
      return isTrue(a);
    case "null":
      return a === NOTHING;
    case "len":
      return typeof a === "string" || Array.isArray(a) ? a.length : NOTHING;
    case "int":
      return typeof a === "number" ? Math.trunc(a) : NOTHING;
    case "numbers":
      return typeof a === "string" ? a.split(",").map(Number) : NOTHING;
    default:
      return combine(operator, a, evaluateFormula(second, scope));
  }
}

/** Whether Python takes a value for true. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isRecord(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

function isOperation(formula: Formula): formula is readonly [string, ...Formula[]] {
  return Array.isArray(formula);
}

function combine(operator: string, a: unknown, b: unknown): unknown {
  if (operator === "==") return plain(a) === plain(b);
  if (operator === "!=") return plain(a) !== plain(b);
  if (operator === "in") return Array.isArray(b) && b.some((one) => plain(one) === plain(a));
  if (operator === "[]") return itemOf(a, b);
  const [x, y] = [plain(a), plain(b)];
  if (typeof x !== "number" || typeof y !== "number") return NOTHING;
  switch (operator) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return y === 0 ? NOTHING : x / y;
    case "//":
      return y === 0 ? NOTHING : Math.floor(x / y);
    case "%":
      return y === 0 ? NOTHING : x - y * Math.floor(x / y);
    case "**":
      return Math.abs(y) < 64 ? x ** y : NOTHING;
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
    default:
      throw new Error(`The tensor tables have an unknown operator ${operator}`);
  }
}

/** In Python true is 1. */
function plain(value: unknown): unknown {
  return typeof value === "boolean" ? Number(value) : value;
}

function itemOf(list: unknown, at: unknown): unknown {
  if (typeof at !== "number") return NOTHING;
  if (typeof list === "string") return list.at(at) ?? NOTHING;
  return Array.isArray(list) ? ((list as unknown[]).at(at) ?? NOTHING) : NOTHING;
}
