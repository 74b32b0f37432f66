import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "commander";
import {
  choiceParser,
  choicesParser,
  parseInteger,
  parseMinutes,
  parsePositiveInteger,
  parseShard,
  seedParser,
} from "./option_parsers.ts";

const WRONG_NUMBERS = ["", " ", "-1", "1.5", "1e3", "0x1", "few", "１"];

test("parsePositiveInteger() and parseInteger() read digits only, and differ at 0", () => {
  assert.equal(parsePositiveInteger("30"), 30);
  assert.equal(parseInteger("0"), 0);
  assert.equal(parseInteger("19876543210"), 19_876_543_210);
  for (const text of [...WRONG_NUMBERS, "0", "07"])
    assert.throws(() => parsePositiveInteger(text), /Expected a positive integer\./);
  for (const text of WRONG_NUMBERS) assert.throws(() => parseInteger(text), InvalidArgumentError);
});

test("seedParser() reads an integer, or draws one", () => {
  const parse = seedParser(() => 0.5);
  assert.equal(parse("0"), 0);
  assert.equal(parse("random"), 2 ** 30);
  for (const text of WRONG_NUMBERS) assert.throws(() => parse(text), InvalidArgumentError);
});

test("parseMinutes() reads fractions of minutes above 0", () => {
  assert.equal(parseMinutes("0.01"), 0.01);
  for (const text of ["", "0", "-1", "x", "100001"])
    assert.throws(() => parseMinutes(text), /Expected a positive number of minutes\./);
});

test("parseShard() reads a part of a whole", () => {
  assert.deepEqual(parseShard("3/4"), { index: 3, count: 4 });
  for (const text of ["", "3", "0/4", "5/4", "1/0"])
    assert.throws(() => parseShard(text), /such as 1\/4/);
});

test("choiceParser() and choicesParser() suggest the nearest name", () => {
  const names = ["memory", "disk"] as const;
  assert.equal(choiceParser(names)("disk"), "disk");
  assert.throws(() => choiceParser(names)("dsk"), /memory, disk\. \(Did you mean disk\?\)/);
  assert.throws(() => choiceParser(names)("paper"), /memory, disk\.$/);
  const parse = choicesParser(names);
  assert.deepEqual(parse("memory", parse("disk", parse("memory"))), ["memory", "disk"]);
});
