import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyMutations, mutate } from "../../../harness/arbitraries/any_mutation.ts";
import { EXIT_CODES } from "../../../harness/suite/exit_codes.ts";
import { fuzz } from "./fuzz.ts";
import { FUZZ_TARGET_NAMES } from "./fuzz_target_names.ts";

test("no reader hangs or fails without a type on changed inputs", async () => {
  let said = "";
  const options = { targets: FUZZ_TARGET_NAMES, seed: 1, minutes: 5, inputs: 20 };
  const exitCode = await fuzz(options, { writeOut: (text) => (said += text) });
  assert.equal(exitCode, EXIT_CODES.conformant, said);
  for (const target of FUZZ_TARGET_NAMES) assert.match(said, new RegExp(`^${target} +20 `, "m"));
});

test("a guided run reads what it finds again", async () => {
  let said = "";
  const targets = ["link", "header", "marker"] as const;
  const options = { targets, seed: 1, minutes: 5, inputs: 50, isGuided: true };
  const exitCode = await fuzz(options, { writeOut: (text) => (said += text) });
  assert.equal(exitCode, EXIT_CODES.conformant, said);
  assert.match(said, /^guided: \d{2,} branches reached$/m);
});

test("mutate() makes another input of bounded size, and the same one each time", () => {
  const seed = new TextEncoder().encode('{"a":[1,{"b":"c"}],"d":null}');
  let changed = 0;
  fc.assert(
    fc.property(anyMutations(), (mutations) => {
      const made = mutate(seed, mutations);
      assert.deepEqual(mutate(seed, mutations), made);
      assert.ok(made.length <= 4 * 1024 * 1024);
      if (!Buffer.from(made).equals(seed)) changed++;
    }),
    { numRuns: 200, seed: 1 },
  );
  assert.ok(changed > 100);
});
