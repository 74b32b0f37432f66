import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean } from "./did_you_mean.ts";

test("didYouMean() suggests the nearest name, and nothing where none is near", () => {
  const names = ["keeps_strays", "keeps_one_twin", "leaks_token_to_cdn"];
  assert.equal(didYouMean("keep_stray", names), " (Did you mean keeps_strays?)");
  assert.equal(didYouMean("goes_direct", names), "");
  assert.equal(didYouMean("", names), "");
  assert.equal(didYouMean("x", []), "");
});
