import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { serveHub, SimulatedHub, tinyLlama } from "../../../harness/mod.ts";
import { captureConform } from "../capture_conform.ts";

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-drift-"));
after(() => rm(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

test("mlx-conform drift finds none between the simulated hub and the recording, and says what that is", async () => {
  const { exitCode, out, err } = await captureConform("drift");
  assert.equal(exitCode, 0, `${out}${err}`);
  assert.match(
    out,
    /against answers of \d{4}-\d{2}-\d{2}: Written by hand .*not recorded by mlx-conform drift/,
  );
  assert.match(out, /\nno drift in 10 answers\n$/);
});

test("mlx-conform drift records a hub, and finds what another answers differently", async () => {
  const hub = new SimulatedHub({ now: () => Date.now(), unknownRoutes: "noted" });
  hub.publish("org/name", tinyLlama({ shards: 2 }).files);
  const served = await serveHub(hub);
  try {
    const asked = ["--endpoint", `${served.endpoint}/`, "--repository", "org/name"];
    const first = await captureConform("drift", ...asked, "--record", at("hub.json"));
    // A small file is served without the detour of the real hub.
    assert.equal(first.exitCode, 1, first.out);
    assert.match(first.out, /\ndrift: small file, HEAD, status: recorded 307, now 200\n/);
    const { provenance } = JSON.parse(readFileSync(at("hub.json"), "utf8"));
    assert.match(
      provenance,
      /^recorded by mlx-conform drift at http:\/\/127\.0\.0\.1:\d+, of org\/name, /,
    );
    const again = await captureConform("drift", ...asked, "--against", at("hub.json"));
    assert.equal(again.exitCode, 0, again.out);
    assert.match(again.out, /\nno drift in 11 answers\n$/);
    const absent = await captureConform(
      "drift",
      "--endpoint",
      served.endpoint,
      "--repository",
      "a/b",
    );
    assert.equal(absent.exitCode, 4);
    assert.match(absent.err, /Cannot record a\/b at .*: it answered 401 without a commit/);
  } finally {
    await served.close();
  }
});

test("mlx-conform drift shows what the simulated hub leaves out on purpose, and does not fail by it", async () => {
  const answers = {
    "large file, HEAD": { status: 302, headers: { link: "xet-auth: address of the same host" } },
  };
  const shapes = { format: 1, provenance: "x", isPartial: true, recorded: "2099-01-05", answers };
  writeFileSync(at("xet.json"), JSON.stringify(shapes));
  const { exitCode, out } = await captureConform("drift", "--against", at("xet.json"));
  assert.equal(exitCode, 0, out);
  assert.match(
    out,
    /on purpose, as it names Xet.*: large file, HEAD, header link: recorded xet-auth/,
  );
});

test("mlx-conform drift names what it cannot use", async () => {
  writeFileSync(at("bad.json"), "{}");
  for (const [words, code, why] of [
    [["--endpoint", "huggingface.co"], 2, /Expected an address/],
    [["--against", at("none.json")], 2, /Cannot read the recording/],
    [["--against", at("bad.json")], 2, /as a recording of a hub/],
    [
      ["--endpoint", "http://127.0.0.1:1"],
      4,
      /no answer came \(.*(?:refused|ECONNREFUSED|bad port)/,
    ],
  ] as const) {
    const { exitCode, err } = await captureConform("drift", ...words);
    assert.equal(exitCode, code, err);
    assert.match(err, why);
  }
});
