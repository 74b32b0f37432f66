import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, readText, writeBytes } from "../../harness/disk/mod.ts";
import { seededRandom } from "../../harness/worlds/seeded_random.ts";
import type { FileSystem } from "../../spec/mod.ts";
import {
  journalPath,
  type MigrationJournal,
  readJournal,
  writeJournal,
} from "./migration_journal.ts";

const ROOT = "/Models";
const JOURNAL: MigrationJournal = {
  from: "/Models/org--name",
  to: "/Models/models/org/name",
  files: [".cache/huggingface/download/config.json.metadata", "config.json", ".downloaded"],
  isDone: false,
};

test("readJournal() reads what writeJournal() wrote", async () => {
  const { files, write, read } = disk();
  await write(JOURNAL);
  assert.deepEqual(await read(), JOURNAL);
  await write({ ...JOURNAL, isDone: true });
  assert.deepEqual(await read(), { ...JOURNAL, isDone: true });
  assert.equal(await readJournal(files, ROOT, "org/other"), undefined);
});

test("writeJournal() keeps paths under the root relative, so that the root can be moved", async () => {
  const { files, write, moveTo } = disk();
  await write(JOURNAL);
  assert.deepEqual(await moveTo("/Elsewhere"), {
    ...JOURNAL,
    from: "/Elsewhere/org--name",
    to: "/Elsewhere/models/org/name",
  });
  assert.doesNotMatch((await readText(files, journalPath(ROOT, "org/name"))) ?? "", /\/Models/);
});

test("writeJournal() keeps a path outside the root as it is", async () => {
  const { write, moveTo } = disk();
  await write({ ...JOURNAL, from: "/Downloads/name" });
  assert.equal((await moveTo("/Elsewhere"))?.from, "/Downloads/name");
});

test("readJournal() follows no journal of which any part is wrong", async () => {
  const { files, write, read } = disk();
  const place = journalPath(ROOT, "org/name");
  await write(JOURNAL);
  const whole: unknown = JSON.parse((await readText(files, place)) ?? "");
  const wrong = [
    { format: "mlx-layout-migration/2" },
    { from: 1 },
    { to: undefined },
    { isDone: "no" },
    { files: "config.json" },
    { files: ["config.json", "../../etc/passwd"] },
    { files: [".cache/../../etc/passwd"] },
    { files: [".cache/"] },
    { files: [1] },
  ];
  const texts = wrong.map((change) => JSON.stringify({ ...(whole as object), ...change }));
  for (const text of ["", "null", "{", ...texts]) {
    await writeBytes(files, place, new TextEncoder().encode(text));
    assert.equal(await read(), undefined, text);
  }
});

function disk() {
  const files: FileSystem = memoryFiles();
  const host = { files, random: seededRandom(1) };
  return {
    files,
    write: (journal: MigrationJournal) =>
      writeJournal(host, ROOT, {
        repository: "org/name",
        journal,
        directory: "/work",
      }),
    read: () => readJournal(files, ROOT, "org/name"),
    moveTo: async (root: string) => {
      const bytes = new TextEncoder().encode(await readText(files, journalPath(ROOT, "org/name")));
      await writeBytes(files, journalPath(root, "org/name"), bytes);
      return readJournal(files, root, "org/name");
    },
  };
}
