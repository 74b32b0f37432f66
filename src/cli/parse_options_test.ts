import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "commander";
import { collect, parseSha256, parseSize, parseUrl, positiveInteger } from "./parse_options.ts";

test("positiveInteger() takes digits from 1 to its limit, and nothing else", () => {
  assert.equal(positiveInteger()("1"), 1);
  assert.equal(positiveInteger(20)("20"), 20);
  for (const text of ["", "0", "01", "-1", "1.5", "1e3", " 1", "0x1", "many"])
    assert.throws(
      () => positiveInteger()(text),
      new InvalidArgumentError("Expected a positive integer."),
    );
  assert.throws(
    () => positiveInteger(20)("21"),
    new InvalidArgumentError("Expected a positive integer. It can be at most 20."),
  );
});

test("collect() keeps the order in which an option was repeated", () => {
  assert.deepEqual(collect("b", collect("a")), ["a", "b"]);
});

test("parseSha256() and parseUrl() refuse what is neither", () => {
  assert.equal(parseSha256("A".repeat(64)), "a".repeat(64));
  assert.throws(() => parseSha256("a".repeat(63)), InvalidArgumentError);
  assert.equal(parseUrl("https://hub.test/x"), "https://hub.test/x");
  for (const url of ["hub.test", "file:///x", "https://"])
    assert.throws(() => parseUrl(url), InvalidArgumentError);
});

test("parseSize() takes bytes and the usual units, and refuses the rest", () => {
  assert.deepEqual(
    ["1", "2KB", "1.5 GiB", "3mib"].map((text) => parseSize(text)),
    [1, 2000, 1.5 * 1024 ** 3, 3 * 1024 ** 2],
  );
  for (const text of ["", "0", "-1", "1e9", "5 apples", "1XB", `${"9".repeat(15)}TiB`, "1..2"])
    assert.throws(() => parseSize(text), InvalidArgumentError, text);
});
