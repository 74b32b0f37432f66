import assert from "node:assert/strict";
import { test } from "node:test";
import type { Marker } from "../../spec/mod.ts";
import type { DownloadTask } from "./download_task.ts";
import { assertNotSuperseded, SupersededError } from "./superseded.ts";

const [FIRST, SECOND, THIRD] = ["1", "2", "3"].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
];

test("assertNotSuperseded() refuses what another process has finished since the hub was asked", () => {
  const task = { source: "org/name", revision: "main", commit: SECOND } as DownloadTask;
  const marker = { source: "org/name", revision: "main", commit: THIRD } as Marker;
  const asked = { ...task, placeWhenAsked: { commit: FIRST } };
  assert.throws(() => assertNotSuperseded(asked, marker), SupersededError);
  assert.throws(
    () => assertNotSuperseded({ ...task, placeWhenAsked: { commit: undefined } }, marker),
    { code: "claim-lost" },
  );
  for (const other of [
    undefined,
    // It was there when the hub was asked, or is what the hub answered.
    { ...marker, commit: FIRST },
    { ...marker, commit: SECOND },
    // Somebody asked for another branch, or put another model there.
    { ...marker, revision: "faster" },
    { ...marker, source: "org/other" },
  ])
    assertNotSuperseded(asked, other);
  assertNotSuperseded(task, marker);
});
