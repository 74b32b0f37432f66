import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { relativePlaces } from "./relative_places.ts";

const PLACES = { cwd: "/home/ann/client", home: "/home/ann", temporary: "/var/tmp" };
const SUITE = fileURLToPath(new URL("..", import.meta.url));

for (const [text, expected] of [
  ["python3 /home/ann/client/adapter.py", "python3 adapter.py"],
  ["in /home/ann/client, and in '/home/ann/client'", "in ., and in '.'"],
  ["/home/ann/client-2/x and /home/anne/x", "~/client-2/x and /home/anne/x"],
  ["/home/ann/.cache/x", "~/.cache/x"],
  [
    "7 bytes in /var/tmp/mlx-layout-world-a1B2c3/1/2/3/4/5/6/Documents/Models/models/a/b/x.part",
    "7 bytes in Documents/Models/models/a/b/x.part",
  ],
  ["/private/var/tmp/mlx-layout-world-a1B2c3/root", "root"],
  ["/var/tmp/pip-1/x", "tmp/pip-1/x"],
  [`at file://${SUITE}scenarios/mod.ts:3:1`, "at suite/scenarios/mod.ts:3:1"],
  [
    "the root is / and the hub https://hub.test/home/ann/x",
    "the root is / and the hub https://hub.test/home/ann/x",
  ],
  ["tmp/x and models/a/b", "tmp/x and models/a/b"],
] as const) {
  test(`relativePlaces() makes "${expected}"`, () => {
    assert.equal(relativePlaces(text, PLACES), expected);
  });
}

test("relativePlaces() leaves everything as it is where the working directory is a root", () => {
  assert.equal(relativePlaces("/a/b", { ...PLACES, cwd: "/" }), "/a/b");
});
