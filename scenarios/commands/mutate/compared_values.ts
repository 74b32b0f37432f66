/**
 * Lets instrumented source say where a mutant would give an expression another value, without switching it on: a case in which
 * it never does cannot end otherwise with the mutant.
 *
 * @module
 */

import { parse } from "@babel/parser";

const ACTIVE = "stryMutAct_9fa48";
const COVERED = "stryCov_9fa48";
/** What the source calls with a value and with those of the mutants: `differing_mutants.ts` says how they are compared. */
const COMPARE = "compareMutants_9fa48";
/** Methods that change nothing, of texts, lists, sets, maps and numbers. */
const PURE_METHODS: ReadonlySet<string> = new Set([
  "abs",
  "at",
  "ceil",
  "endsWith",
  "floor",
  "get",
  "has",
  "includes",
  "indexOf",
  "isArray",
  "isFinite",
  "isInteger",
  "isNaN",
  "isSafeInteger",
  "max",
  "min",
  "startsWith",
  "toLowerCase",
  "trim",
]);
const COMPARE_SOURCE = `
function ${COMPARE}(value, isTest, ...others) {
  globalThis.__stryker__?.compare?.(value, isTest, others);
  return value;
}
`;

/** What {@linkcode withComparedValues} made. */
export interface ComparedSource {
  readonly content: string;
  /** The mutants whose values are compared. */
  readonly ids: readonly string[];
}

/**
 * Instrumented source that compares the values of those mutants which are constants, or can be had without a side effect.
 *
 * @throws {SyntaxError} when it is not TypeScript
 */
export function withComparedValues(content: string): ComparedSource {
  const root: unknown = parse(content, { sourceType: "module", plugins: ["typescript"] }).program;
  const ids: string[] = [];
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const seen = new Set<SyntaxNode>();
  const visit = (node: SyntaxNode, isTest: boolean): void => {
    const found = placeIn(node);
    // Each condition of a place but the first looks like a smaller place.
    const place = found === undefined || seen.has(found.original) ? undefined : found;
    if (place !== undefined) seen.add(place.original);
    const others = place?.mutants.filter(({ value }) => isPure(value)) ?? [];
    if (place !== undefined && others.length > 0) {
      ids.push(...others.map(({ id }) => id));
      const list = others.map(({ id, value }) => {
        const text = content.slice(value.start, value.end);
        return `"${id}", ${value.type === "BooleanLiteral" ? text : `() => (${text})`}`;
      });
      const { start, end } = place.original;
      insertions.push({ at: start, text: `${COMPARE}(` });
      insertions.push({ at: end, text: `, ${isTest}, ${list.join(", ")})` });
    }
    for (const { key, child } of childrenOf(node)) visit(child, isTestedIn(node, { key, isTest }));
  };
  if (isNode(root)) visit(root, false);
  if (ids.length === 0) return { content, ids };
  return { content: withInsertions(content, insertions) + COMPARE_SOURCE, ids };
}

interface Place {
  readonly mutants: readonly { readonly id: string; readonly value: SyntaxNode }[];
  readonly original: SyntaxNode;
}

/** `active("2") ? other : active("1") ? another : (covered("1", "2"), original)`, from its first condition. */
function placeIn(node: SyntaxNode): Place | undefined {
  const mutants: { id: string; value: SyntaxNode }[] = [];
  let at: SyntaxNode = node;
  while (at.type === "ConditionalExpression") {
    const id = mutantOf(at["test"]);
    const { consequent, alternate } = at as unknown as Record<string, SyntaxNode>;
    if (id === undefined || consequent === undefined || alternate === undefined) break;
    mutants.push({ id, value: consequent });
    at = alternate;
  }
  if (mutants.length === 0 || at.type !== "SequenceExpression") return undefined;
  const [covered, original, more] = at["expressions"] as readonly SyntaxNode[];
  if (covered === undefined || original === undefined || more !== undefined) return undefined;
  return isCallOf(covered, COVERED) ? { mutants, original } : undefined;
}

function mutantOf(test: unknown): string | undefined {
  if (!isNode(test) || !isCallOf(test, ACTIVE)) return undefined;
  const [id] = test["arguments"] as readonly SyntaxNode[];
  return typeof id?.["value"] === "string" ? id["value"] : undefined;
}

function isCallOf(node: SyntaxNode, name: string): boolean {
  const callee = node["callee"];
  return node.type === "CallExpression" && isNode(callee) && callee["name"] === name;
}

/** Whether of a child's value only the truth counts. */
function isTestedIn(
  node: SyntaxNode,
  { key, isTest }: { readonly key: string; readonly isTest: boolean },
): boolean {
  if (key === "test") return node.type !== "SwitchCase";
  switch (node.type) {
    case "UnaryExpression":
      return node["operator"] === "!";
    case "LogicalExpression":
      return isTest && node["operator"] !== "??";
    case "ConditionalExpression":
    case "ParenthesizedExpression":
    case "SequenceExpression":
      return isTest;
    default:
      return false;
  }
}

function childrenOf(node: SyntaxNode): { readonly key: string; readonly child: SyntaxNode }[] {
  return Object.entries(node).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).filter(isNode).map((child) => ({ key, child })),
  );
}

/** Whether an expression can be asked for its value at any time, since nothing else happens. */
function isPure(node: SyntaxNode): boolean {
  switch (node.type) {
    case "BooleanLiteral":
    case "BigIntLiteral":
    case "Identifier":
    case "NullLiteral":
    case "NumericLiteral":
    case "PrivateName":
    case "StringLiteral":
    case "TemplateElement":
    case "ThisExpression":
      return true;
    case "UnaryExpression":
      return node["operator"] !== "delete" && childrenOf(node).every(({ child }) => isPure(child));
    case "CallExpression":
    case "OptionalCallExpression":
      return isPureCall(node);
    case "BinaryExpression":
    case "ConditionalExpression":
    case "LogicalExpression":
    case "MemberExpression":
    case "OptionalMemberExpression":
    case "ParenthesizedExpression":
    case "TemplateLiteral":
    case "TSNonNullExpression":
      return childrenOf(node).every(({ child }) => isPure(child));
    default:
      return false;
  }
}

function isPureCall(node: SyntaxNode): boolean {
  const callee = node["callee"];
  if (!isNode(callee) || !/^(?:Optional)?MemberExpression$/.test(callee.type)) return false;
  const name = callee["property"];
  if (callee["computed"] === true || !isNode(name)) return false;
  return (
    PURE_METHODS.has(String(name["name"])) && childrenOf(node).every(({ child }) => isPure(child))
  );
}

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is SyntaxNode {
  if (typeof value !== "object" || value === null) return false;
  const { type, start, end } = value as Partial<SyntaxNode>;
  return typeof type === "string" && typeof start === "number" && typeof end === "number";
}

function withInsertions(
  content: string,
  insertions: readonly { readonly at: number; readonly text: string }[],
): string {
  // Places within each other have brackets between them, so no two positions are the same.
  let made = "";
  let from = 0;
  for (const { at, text } of insertions.toSorted((one, two) => one.at - two.at)) {
    made += content.slice(from, at) + text;
    from = at;
  }
  return made + content.slice(from);
}
