import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { withVolume } from "./nightly_volume.ts";

/*
 * macOS makes the volumes; elsewhere a stand-in for its tool notes what it was asked for.
 */

const SKIP = process.platform === "win32" ? "no shell in its place" : false;
const directory = mkdtempSync(join(tmpdir(), "mlx-conform-volume-"));
const log = join(directory, "log");
const path = process.env["PATH"];
writeFileSync(join(directory, "hdiutil"), `#!/bin/sh\necho "$@" >> '${log}'\n`);
chmodSync(join(directory, "hdiutil"), 0o755);
process.env["PATH"] = `${directory}${delimiter}${path}`;
after(() => {
  process.env["PATH"] = path;
  rmSync(directory, { recursive: true, force: true });
});

test(
  "withVolume() makes a volume, and removes it when the step fails too",
  { skip: SKIP },
  async () => {
    let mount = "";
    const failing = withVolume("Case-sensitive APFS", async (given) => {
      mount = given;
      assert.ok(existsSync(given));
      throw new Error("the step failed");
    });
    await assert.rejects(failing, /the step failed/);
    const image = mount.replace(/mount$/, "volume.dmg");
    assert.deepEqual(readFileSync(log, "utf8").trimEnd().split("\n"), [
      `create -size 512m -fs Case-sensitive APFS -volname mlx ${image}`,
      `attach ${image} -nobrowse -mountpoint ${mount}`,
      `detach ${mount} -force`,
    ]);
    assert.equal(existsSync(mount), false);
  },
);
