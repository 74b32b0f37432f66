import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SealedFile } from "./sealed_file.ts";

const CHANGES: readonly (readonly [string, (path: string) => void])[] = [
  ["appended to", (path) => appendFileSync(path, '{"type":"result"}\n')],
  ["emptied", (path) => writeFileSync(path, "")],
  ["removed", (path) => unlinkSync(path)],
  [
    "replaced by a link",
    (path) => {
      unlinkSync(path);
      symlinkSync(`${path}.other`, path);
      writeFileSync(`${path}.other`, "kept");
    },
  ],
];

for (const [what, change] of CHANGES) {
  test(`SealedFile is what was written, though it was ${what} meanwhile`, () => {
    const directory = mkdtempSync(join(tmpdir(), "mlx-layout-sealed-"));
    try {
      const path = join(directory, "deep", "run.jsonl");
      const file = new SealedFile(path);
      file.write("one\n");
      change(path);
      file.write("two\n");
      assert.equal(file.close(), true);
      assert.equal(readFileSync(path, "utf8"), "one\ntwo\n");
      if (what === "replaced by a link")
        assert.equal(readFileSync(`${path}.other`, "utf8"), "kept");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

test("SealedFile says that nobody changed it", () => {
  const directory = mkdtempSync(join(tmpdir(), "mlx-layout-sealed-"));
  try {
    const file = new SealedFile(join(directory, "run.jsonl"));
    file.write("one\n");
    assert.equal(file.close(), false);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
