import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const { packages } = JSON.parse(readFileSync(`${ROOT}/package-lock.json`, "utf8")) as {
  packages: Record<string, { readonly integrity?: string }>;
};

/**
 * The interpreter that the package `node` 24.21.0 fetches by an npm call of its own, outside the lock, by platform. A new version
 * needs a new hash here.
 */
const INTERPRETERS: Readonly<Record<string, string>> = {
  "linux-x64": "7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c",
};

test("every package in the lockfile has a hash", () => {
  const lacking = Object.entries(packages).filter(
    ([path, { integrity }]) => path !== "" && integrity?.startsWith("sha512-") !== true,
  );
  assert.deepEqual(
    lacking.map(([path]) => path),
    [],
  );
});

const platform = `${process.platform}-${process.arch}`;
const expected = INTERPRETERS[platform];
const skip = expected === undefined ? `no hash is known for ${platform}` : false;

test("the pinned interpreter is the known one", { skip }, async () => {
  const hash = createHash("sha256");
  await pipeline(createReadStream(`${ROOT}/node_modules/node/bin/node`), hash);
  assert.equal(hash.digest("hex"), expected);
});
