import assert from "node:assert/strict";
import { test } from "node:test";
import { type Attack, memoryWorld, runAttack, tinyLlama } from "../../harness/internal.ts";
import { reference } from "../reference/reference.ts";

/*
 * Foreign text is never looked up as the name of what every object has, and is never spread over a call's arguments:
 * whatever a hub says in such words ends with a code that has a meaning.
 */

const WORDS = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
const LONG = [
  "/".repeat(200_000),
  `${"a/".repeat(200_000)}x.json`,
  `a${"/".repeat(200_000)}x.json`,
];

function attacksOf(word: string): readonly Attack[] {
  const json = (value: unknown) => JSON.stringify(value) ?? "";
  const header = { kind: "header", value: word } as const;
  return [
    ...(["info", "tree", "resolve"] as const).flatMap((on) => [
      { ...header, on, name: "x-error-code" },
      { ...header, on, name: "content-type" },
      { ...header, on, name: "content-encoding" },
      { ...header, on, name: "etag" },
      { ...header, on, name: "link" },
    ]),
    ...["path", "oid", "type", "lfs", "xetHash"].map(
      (name) => ({ kind: "field", on: "tree", name, value: word, nth: 1 }) as const,
    ),
    { kind: "field", on: "info", name: "sha", value: word },
    { kind: "json", on: "tree", text: json([{ type: "file", path: word, size: 1, oid: word }]) },
    { kind: "json", on: "info", text: json({ [word]: word, library_name: word }) },
  ];
}

for (const word of [...WORDS, ...LONG]) {
  const shown = word.length > 40 ? `${word.slice(0, 4)}… of ${word.length}` : word;
  test(`a hub that says ${shown} in any place gets no untyped failure`, async () => {
    for (const attack of attacksOf(word)) {
      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      await using world = await memoryWorld(reference);
      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      const { code, findings } = await runAttack(world, { attack, model: tinyLlama().files });
      assert.deepEqual(findings, [], `${attack.kind} on ${attack.on}`);
      assert.notEqual(code, "internal");
    }
  });
}

for (const status of [401, 403, 404, 451, 500]) {
  test(`an error code that every object has means what status ${status} means`, async () => {
    for (const errorCode of WORDS) {
      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      await using world = await memoryWorld(reference);
      world.hub.publish("org/name", tinyLlama().files, { tags: ["mlx"] });
      world.hub.faults = [
        { match: { kind: "info", nth: "all" }, do: { type: "status", status, errorCode } },
      ];
      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      await assert.rejects(world.start().download({ repository: "org/name" }), {
        code: /^(?:repository-not-found|unauthorized|withheld|hub-unavailable)$/,
      });
    }
  });
}
