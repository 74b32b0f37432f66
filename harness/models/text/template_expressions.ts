/**
 * Expressions of Jinja that fail nowhere, written from numbers.
 *
 * @module
 */

import type { NumberSource } from "./number_source.ts";

const LITERALS = [
  "'a'",
  '"b c"',
  "'it\\'s'",
  '"she said \\"so\\""',
  "'%}'",
  '"}}"',
  "'{{ {% {# #}'",
  "'\\\\'",
  "'([{'",
  "''",
];
const FILTERS = [
  "upper",
  "lower",
  "trim",
  "title",
  "capitalize",
  "string",
  "e",
  "default('x')",
  "default('x', true)",
  "replace('a', 'b|c')",
  "indent(2)",
  "truncate(5)",
  "wordcount | string",
  "tojson",
];

/** An expression that is a text. */
export function text(source: NumberSource, depth: number): string {
  const next = () => text(source, depth + 1);
  switch (depth > 2 ? source.below(3) : source.below(12)) {
    case 0:
      return source.of(LITERALS);
    case 1:
      return source.of([
        "messages[0]['content']",
        "messages[0].role",
        "bos_token",
        "messages[-1]['role']",
      ]);
    case 2:
      return `${source.of(LITERALS)} | ${source.of(FILTERS)}`;
    case 3:
      return `${next()} ~ ${number(source)}`;
    case 4:
      return `(${next()}) + ${source.of(LITERALS)}`;
    case 5:
      return `(${next()} if ${condition(source, depth + 1)} else ${next()})`;
    case 6:
      return `[${next()}, ${next()}] | join(', ')`;
    case 7:
      return `${mapping(source)}['k'] | tojson`;
    case 8:
      return `(${next()})[${source.of(["0:2", "1:", ":-1", "::2"])}]`;
    case 9:
      return `'%s %s' % (${next()}, ${number(source)})`;
    case 10:
      return `${list(source)} | length | string`;
    default:
      return `(${next()}) | ${source.of(FILTERS)}`;
  }
}

function number(source: NumberSource): string {
  return source.of([
    "1",
    "-2",
    "(3 + 4) * 2",
    "7 // 2",
    "messages | length",
    "2 ** 3",
    "10 % 3",
    "1.5",
  ]);
}

/** An expression that is a list. */
export function list(source: NumberSource): string {
  return source.of([
    "[1, 2, 3]",
    "messages",
    "messages[1:]",
    "['a', [1, (2, 3)], {'k': [4]}]",
    "range(3) | list",
    "'a b'.split(' ')",
    "{'a': 1}.items() | list",
    "messages | selectattr('role', 'equalto', 'user') | list",
    "[]",
  ]);
}

/** An expression that is a mapping with the key `k`. */
export function mapping(source: NumberSource): string {
  return source.of([
    "{'k': 'v'}",
    "{'k': {'x': [1]}, \"}}\": '%}'}",
    "{'k':{'a':{}}}",
    "dict(k='v')",
  ]);
}

/** An expression that is true or false. */
export function condition(source: NumberSource, depth: number): string {
  const next = () => condition(source, depth + 1);
  switch (depth > 1 ? source.below(5) : source.below(8)) {
    case 0:
      return source.of(["true", "add_generation_prompt", "messages", "tools is not defined"]);
    case 1:
      return `${number(source)} ${source.of(["==", "!=", "<", "<=", ">", ">="])} ${number(source)}`;
    case 2:
      return `'a' ${source.of(["in", "not in"])} ${list(source)}`;
    case 3:
      return `messages[0]['role'] == 'user'`;
    case 4:
      return `x_${source.below(2)} is ${source.of(["defined", "not defined", "none"])}`;
    case 5:
      return `not ${next()}`;
    case 6:
      return `(${next()} and ${next()})`;
    default:
      return `${next()} or ${next()}`;
  }
}
