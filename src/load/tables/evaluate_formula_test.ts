import assert from "node:assert/strict";
import test from "node:test";
import { evaluateFormula, type Formula } from "./evaluate_formula.ts";

const FIELDS: Readonly<Record<string, unknown>> = {
  size: 7,
  isTied: true,
  nothing: null,
  kinds: ["full", "sliding"],
  listed: "3,4,12",
  "text_config.size": 3,
};

test("evaluateFormula() computes as Python does", () => {
  for (const [formula, value] of [
    [5, 5],
    ["size", 7],
    ["text_config.size", 3],
    ["$i", 1],
    [["//", ["-", 0, "size"], 2], -4],
    [["%", ["-", 0, "size"], 3], 2],
    [["int", ["/", "size", 2]], 3],
    [["+", "isTied", 1], 2],
    [["==", ["[]", "kinds", "$i"], ["s", "sliding"]], true],
    [["[]", "kinds", -1], "sliding"],
    [["in", ["s", "full"], "kinds"], true],
    [["len", "kinds"], 2],
    [["in", 3, ["numbers", "listed"]], true],
    [["in", "$i", ["numbers", "listed"]], false],
    [["null", "nothing"], true],
    [["if", ["b", "nothing"], 1, 2], 2],
    [["and", ["b", "size"], ["not", ["b", "nothing"]]], true],
    [["or", ["b", "nothing"], ["<", "$i", 1]], false],
  ] as const) {
    assert.deepEqual(evaluate(formula), value, JSON.stringify(formula));
  }
});

test("evaluateFormula() answers null where a field is absent or of another type", () => {
  for (const formula of [
    "nosuch",
    ["+", "nosuch", 1],
    ["*", "kinds", 2],
    ["/", "size", 0],
    ["//", "size", 0],
    ["[]", "kinds", 9],
    ["[]", "size", 0],
    ["len", "size"],
    ["numbers", "size"],
    ["**", "size", 1000],
  ] as const) {
    assert.equal(evaluate(formula), null, JSON.stringify(formula));
  }
});

function evaluate(formula: Formula): unknown {
  return evaluateFormula(formula, { field: (path) => FIELDS[path], index: [1] });
}
