import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { exampleFailure, exampleResult } from "../../../harness/deviations/example_result.ts";
import { exampleRecordText } from "../../../harness/report/example_record.ts";
import type { ScenarioResult } from "../../../harness/scenario/scenario_result.ts";
import { captureConform } from "../capture_conform.ts";

const KEPT = new URL("../../../harness/subjects/replays/", import.meta.url);
const OTHER = "wrong_bytes.frost_0.2.2.json";
const FAILURE = exampleFailure("DL-INTEGRITY", "it took wrong bytes");
const root = await mkdtemp(join(tmpdir(), "mlx-layout-matrix-"));
after(() => rm(root, { recursive: true }));

/** A document, a directory of replays with those of another client, and the records of one whole run and others of parts. */
async function make(name: string, results: readonly ScenarioResult[]) {
  const [into, records, replays] = ["tables.md", "records", "replays"].map((path) =>
    join(root, name, path),
  ) as [string, string, string];
  await mkdir(records, { recursive: true });
  await mkdir(replays);
  await writeFile(into, "<!-- matrix --><!-- /matrix -->\n<!-- defects --><!-- /defects -->\n");
  await writeFile(join(replays, OTHER), await readFile(new URL(OTHER, KEPT)));
  const record = (part: readonly ScenarioResult[]) =>
    exampleRecordText({
      header: { subject: { name: "hub-js", version: "2.17.5" } },
      results: part,
      materialOf: ({ breakage }) =>
        breakage === undefined ? {} : { replay: { name: "wrong_bytes", content: "of the run" } },
    });
  await writeFile(join(records, "hub-js.jsonl"), record(results));
  const words = ["matrix", "hub-js", "--no-run", "--records", records, "--into", into];
  const tables = async () => {
    const { exitCode, err } = await captureConform(...words, "--replays", replays);
    assert.equal(exitCode, 0, err);
    return readFile(into, "utf8");
  };
  return { records, replays, record, tables };
}

test("mlx-conform matrix keeps the replays of clients of which there is no record, and links them", async () => {
  const { replays, tables } = await make("other", [FAILURE]);
  const own = "wrong_bytes.hub_js_2.17.5.json";
  const text = await tables();
  assert.deepEqual((await readdir(replays)).toSorted(), [OTHER, own]);
  assert.deepEqual(
    await readFile(join(replays, OTHER), "utf8"),
    await readFile(new URL(OTHER, KEPT), "utf8"),
  );
  assert.equal(await readFile(join(replays, own), "utf8"), "of the run");
  assert.match(
    text,
    new RegExp(
      `DL-INTEGRITY \\| \\[hub-js 2\\.17\\.5\\]\\([^)]*${own}\\), \\[frost 0\\.2\\.2\\]\\([^)]*${OTHER}\\) \\|`,
    ),
  );
});

test("mlx-conform matrix removes a replay that a whole run of the same version no longer shows, and no other version's", async () => {
  const { replays, tables } = await make("mended", [exampleResult()]);
  const [own, earlier] = ["wrong_bytes.hub_js_2.17.5.json", "wrong_bytes.hub_js_2.17.json"];
  const content = await readFile(new URL(own, KEPT), "utf8");
  await writeFile(join(replays, own), content);
  await writeFile(join(replays, earlier), content.replaceAll('"2.17.5"', '"2.17"'));
  const text = await tables();
  assert.deepEqual((await readdir(replays)).toSorted(), [OTHER, earlier]);
  assert.match(text, /DL-INTEGRITY \| \[frost 0\.2\.2\]\([^)]*\), \[hub-js 2\.17\]\([^)]*\) \|/);
});

test("mlx-conform matrix removes no replay for the record of a part", async () => {
  const { records, replays, record, tables } = await make("part", [exampleResult()]);
  await rm(join(records, "hub-js.jsonl"));
  await writeFile(join(records, "hub-js.again.jsonl"), record([exampleResult()]));
  const own = "wrong_bytes.hub_js_2.17.5.json";
  await writeFile(join(replays, own), await readFile(new URL(own, KEPT)));
  await tables();
  assert.deepEqual((await readdir(replays)).toSorted(), [OTHER, own]);
});

test("mlx-conform matrix names a kept file that is no replay", async () => {
  const { replays, records, tables } = await make("no_replay", [exampleResult()]);
  await writeFile(join(replays, "reset.mine_1.json"), "{}");
  await assert.rejects(tables(), /reset\.mine_1\.json/);
  assert.ok((await readdir(records)).length > 0);
});
