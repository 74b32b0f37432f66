import assert from "node:assert/strict";
import { test } from "node:test";
import { withComparedValues } from "./compared_values.ts";
import { differingMutants } from "./differing_mutants.ts";

/** What an instrumented place looks like. */
const place = (mutants: Readonly<Record<string, string>>, original: string) =>
  Object.entries(mutants)
    .toReversed()
    .reduce(
      (inner, [id, value]) => `stryMutAct_9fa48("${id}") ? ${value} : ${inner}`,
      `(stryCov_9fa48(${Object.keys(mutants)
        .map((id) => `"${id}"`)
        .join(", ")}), ${original})`,
    );

/** Runs the source with `a` and `b`, and says which mutants differed. */
function run(source: string, values: { readonly a: unknown; readonly b?: unknown }) {
  const { content, ids } = withComparedValues(source);
  const differed = new Set<string>();
  const globals = {
    __stryker__: {
      compare: (value: unknown, isTest: boolean, others: readonly unknown[]) => {
        for (const id of differingMutants(value, { isTest, others })) differed.add(id);
      },
    },
  };
  const script = content.replace("globalThis", "globals");
  const body = `${script}\nreturn { made: made(a, b) };`;
  const arguments_ = ["globals", "stryMutAct_9fa48", "stryCov_9fa48", "a", "b"];
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is the test's own
  const made = new Function(...arguments_, body)(
    globals,
    () => false,
    () => {},
    values.a,
    values.b,
  ) as { readonly made: unknown };
  return { ids, differed: [...differed].toSorted(), made: made.made };
}

test("a constant differs where the condition has the other value", () => {
  const test = place({ 1: "true", 2: "false", 3: "a <= b" }, "a < b");
  const source = `function made(a, b) { return ${test}; }`;
  assert.deepEqual(run(source, { a: 1, b: 2 }), {
    ids: ["1", "2", "3"],
    differed: ["2"],
    made: true,
  });
  assert.deepEqual(run(source, { a: 2, b: 2 }), {
    ids: ["1", "2", "3"],
    differed: ["1", "3"],
    made: false,
  });
  assert.deepEqual(run(source, { a: 3, b: 2 }).differed, ["1"]);
});

test("of what is tested only the truth counts, and elsewhere the value", () => {
  const tested = `function made(a) { if (${place({ 1: "true" }, "a")}) return 1; return 2; }`;
  assert.deepEqual(run(tested, { a: "text" }).differed, []);
  assert.deepEqual(run(tested, { a: "" }).differed, ["1"]);
  const within = `function made(a, b) { return !(${place({ 1: "a || b" }, `(${place({ 2: "true" }, "a")}) && b`)}) }`;
  assert.deepEqual(run(within, { a: 1, b: 2 }), { ids: ["1", "2"], differed: [], made: false });
  assert.deepEqual(run(within, { a: 0, b: 2 }), {
    ids: ["1", "2"],
    differed: ["1", "2"],
    made: true,
  });
  const value = `function made(a) { return ${place({ 1: "true" }, "a")}; }`;
  assert.deepEqual(run(value, { a: "text" }).differed, ["1"]);
  const chosen = `function made(a) { switch (a) { case ${place({ 1: "true" }, "a")}: return 1; } }`;
  assert.deepEqual(run(chosen, { a: 7 }).differed, ["1"]);
});

test("what may do something is not asked, and who fails differs", () => {
  const source = `function made(a, b) {
    const first = ${place({ 1: "a.push(1) > 1", 2: "await a", 3: "false" }, "a.push(1) > 0")};
    const second = ${place({ 4: "b.c.d === 1", 5: "a.includes(9)" }, "b?.c === 1")};
    return [first, second, a.length];
  }`;
  const { ids, differed, made } = run(source.replace("await a", "a.pop()"), { a: [], b: {} });
  assert.deepEqual(ids, ["3", "4", "5"]);
  assert.deepEqual(differed, ["3", "4"]);
  assert.deepEqual(made, [true, false, 1]);
});

test("source without a place stays as it is", () => {
  const content = "export const one = 1;\n";
  assert.deepEqual(withComparedValues(content), { content, ids: [] });
});
