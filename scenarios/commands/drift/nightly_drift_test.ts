import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  type HubStyle,
  LIVE_HUB_STYLE,
  serveHub,
  SimulatedHub,
} from "../../../harness/internal.ts";
import { tinyLlama } from "../../../harness/mod.ts";
import { captureConform } from "../capture_conform.ts";

/*
 * The commands of the night's job `hub`, as its workflow has them, with a hub on loopback in the place of the real one.
 */

const WORKFLOW = new URL("../../../.github/workflows/nightly.yml", import.meta.url);
const REAL_HUB = "https://huggingface.co";
const directory = await mkdtemp(join(tmpdir(), "mlx-layout-drift-"));
after(() => rm(directory, { recursive: true }));

/** Runs what the night runs, in its order. */
async function nightAgainst(style: Partial<HubStyle>) {
  const hub = new SimulatedHub({ now: () => 0, style: { ...LIVE_HUB_STYLE, ...style } });
  hub.publish("mlx-community/SmolLM-135M-Instruct-4bit", tinyLlama({ shards: 2 }).files);
  const served = await serveHub(hub);
  try {
    const lines = readFileSync(WORKFLOW, "utf8").matchAll(/mlx-conform -- (drift .*)$/gm);
    const ends = [];
    for (const [, line = ""] of lines) {
      const words = line.split(" ").map((word) => {
        if (word === REAL_HUB) return served.endpoint;
        return word.endsWith(".json") ? join(directory, word) : word;
      });
      ends.push(await captureConform(...words));
    }
    return ends;
  } finally {
    await served.close();
  }
}

test("the night records the hub, and holds the simulated one against what it answered", async () => {
  const [recorded, simulated, ...more] = await nightAgainst({});
  assert.ok(recorded !== undefined && simulated !== undefined && more.length === 0);
  assert.equal(recorded.exitCode, 0, recorded.out + recorded.err);
  assert.match(recorded.out, /^recorded: 11 answers, in /);
  assert.equal(simulated.exitCode, 0, simulated.out + simulated.err);
  assert.match(
    simulated.out,
    /^the simulated hub, against answers of .*\n(?:.*\n)*no drift in 11 answers$/m,
  );
});

test("a hub that answers otherwise than before makes both commands of the night fail", async () => {
  const ends = await nightAgainst({ etagStyle: "weak" });
  assert.deepEqual(
    ends.map(({ exitCode }) => exitCode),
    [1, 1],
  );
  for (const { out } of ends) assert.match(out, /^drift: small file, served, header etag: /m);
});
