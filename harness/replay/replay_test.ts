import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleFailure } from "../deviations/example_result.ts";
import { encodeGiven } from "../scenario/encode_given.ts";
import { formatReplay, parseReplay, type Replay, replayOf } from "./replay.ts";

const ORIGIN = {
  suite: "0.1.0",
  subject: { name: "example", version: "1.4.0" },
  environment: { runtime: "node", platform: "linux", architecture: "x64" },
};
const SECRET = "s3cr3t-of-this-machine";

function replayAbout(detail: string, given: Readonly<Record<string, unknown>> = {}): Replay {
  const { breakage, ...failed } = exampleFailure("DL-INTEGRITY", detail);
  assert.ok(breakage !== undefined);
  const replay = replayOf(
    { ...failed, breakage: { ...breakage, words: [detail], given: encodeGiven(given) } },
    ORIGIN,
  );
  assert.ok(replay !== undefined);
  return replay;
}

test("formatReplay() writes no secret, wherever it stands", () => {
  const replay = replayAbout(`it printed ${SECRET} and Authorization: Bearer hf_abcdefghijk`, {
    header: SECRET,
    inner: [{ [SECRET]: { path: `x/${SECRET}` } }],
  });
  const text = formatReplay({ ...replay, subject: { name: SECRET, version: "1" } }, [SECRET]);
  assert.ok(!text.includes(SECRET), text);
  assert.ok(!text.includes("hf_abcdefghijk"), text);
  assert.equal(parseReplay(text, "a").seen, "it printed [token] and Authorization: Bearer [token]");
});

test("formatReplay() leaves the case what it is, its drawn tokens included", () => {
  const given = { token: "hf_ofTheRequest", bytes: new Uint8Array(200).fill(7) };
  const replay = replayAbout("it hung", given);
  assert.deepEqual(parseReplay(formatReplay(replay, [SECRET]), "a"), replay);
});

test("replayOf() writes down what fails, whether it is listed as known or not", () => {
  const failed = exampleFailure("DL-INTEGRITY", "it hung");
  assert.ok(failed.breakage !== undefined);
  const breakage = {
    ...failed.breakage,
    given: encodeGiven({}),
    apartFrom: ["DL-RESUME"] as const,
  };
  const plain = replayOf({ ...failed, breakage }, ORIGIN);
  assert.deepEqual(replayOf({ ...failed, breakage, status: "expected-fail" }, ORIGIN), plain);
  assert.deepEqual(plain?.apartFrom, ["DL-RESUME"]);
});
