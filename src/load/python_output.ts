import { Interpreter } from "@huggingface/jinja";

/** A value of the interpreter. */
interface Value {
  readonly type: string;
  readonly value: unknown;
  toString(): string;
}

interface Statement {
  readonly type: string;
}

interface Comparison extends Statement {
  readonly operator: { readonly value: string };
  readonly left: Statement;
  readonly right: Statement;
}

/** What of the interpreter is changed; its declarations call these private. */
interface Inner {
  evaluate: (this: Inner, statement: Statement, environment: unknown) => Value;
  evaluateBlock: (this: Inner, statements: readonly Statement[], environment: unknown) => Value;
  evaluateBinaryExpression: (this: Inner, node: Comparison, environment: unknown) => Value;
}

const NUMBERS: readonly string[] = ["IntegerValue", "FloatValue", "BooleanValue"];
/** Statements that print nothing themselves, or a text. */
const STATEMENTS: readonly string[] = [
  "Break",
  "CallStatement",
  "Comment",
  "Continue",
  "FilterStatement",
  "For",
  "If",
  "Macro",
  "Set",
];
const WITHOUT_EFFECT: readonly string[] = [
  "Identifier",
  "MemberExpression",
  "StringLiteral",
  "IntegerLiteral",
  "FloatLiteral",
];

let isDone = false;

/**
 * Makes the library print `True`, `False` and `None` as jinja2 does, and fail where it would print or compare otherwise:
 * a list or an object as JSON, and a text that equals a number.
 */
export function printAsPython(): void {
  if (isDone) return;
  isDone = true;
  const inner = Interpreter.prototype as unknown as Inner;
  const { evaluateBlock, evaluateBinaryExpression } = inner;
  inner.evaluateBlock = function (statements, environment) {
    let text = "";
    for (const statement of statements) {
      const value = this.evaluate(statement, environment);
      const isQuiet = STATEMENTS.includes(statement.type) && value.type === "NullValue";
      text += isQuiet ? "" : printed(value);
    }
    const empty = evaluateBlock.call(this, [], environment);
    const Text = empty.constructor as new (text: string) => Value;
    return new Text(text);
  };
  inner.evaluateBinaryExpression = function (node, environment) {
    const answer = evaluateBinaryExpression.call(this, node, environment);
    const { operator, left, right } = node;
    const isEqual = operator.value === "==" ? answer.value === true : answer.value === false;
    const isComparison = operator.value === "==" || operator.value === "!=";
    const isPlain = [left, right].every(({ type }) => WITHOUT_EFFECT.includes(type));
    if (!isComparison || !isEqual || !isPlain) return answer;
    const types = [left, right].map((side) => this.evaluate(side, environment).type);
    if (types.includes("StringValue") && types.some((type) => NUMBERS.includes(type)))
      throw new Error("It compares a text with a number, which are never equal in Python");
    return answer;
  };
}

function printed(value: Value): string {
  switch (value.type) {
    case "BooleanValue":
      return value.value === true ? "True" : "False";
    case "NullValue":
      return "None";
    case "UndefinedValue":
      return "";
    case "ArrayValue":
    case "TupleValue":
    case "ObjectValue":
      throw new Error("It prints a list or an object, which Python writes otherwise");
    default:
      return value.toString();
  }
}
