import assert from "node:assert/strict";
import { test } from "node:test";
import { SimulatedClock } from "../../harness/clock/simulated_clock.ts";
import { memoryFiles } from "../../harness/disk/mod.ts";
import { directFetch } from "../../harness/hub/fronts/direct_fetch.ts";
import { SimulatedHub } from "../../harness/hub/simulated_hub.ts";
import { writeSafetensors } from "../../harness/models/mod.ts";
import { seededRandom } from "../../harness/worlds/seeded_random.ts";
import type { Layout } from "../../spec/mod.ts";
import { SharedModelManager } from "../shared_model_manager.ts";

const ROOT = "/Models";
const WEIGHTS = writeSafetensors([
  { name: "a", dtype: "F32", shape: [2], data: new Uint8Array([0, 0, 128, 63, 0, 0, 0, 64]) },
]);
const WHISPER = JSON.stringify({ n_mels: 80, n_audio_state: 384, n_vocab: 51_865 });

for (const layout of ["hubapi", "hf-cache"] as const) {
  for (const weights of ["weights.npz", "weights.safetensors", "model.safetensors"]) {
    test(`whisper with ${weights} is downloaded, complete and there offline (${layout})`, async () => {
      const { manager } = startWorld(layout, { "config.json": WHISPER, [weights]: WEIGHTS });
      const request = { repository: "mlx-community/whisper", layout };
      const { files, directory } = await manager.download(request);
      assert.deepEqual(files.map(({ path }) => path).toSorted(), ["config.json", weights]);
      assert.equal((await manager.status(request)).state, "complete");
      const again = await manager.download({ ...request, offline: true });
      assert.deepEqual([again.directory, again.offline], [directory, true]);
      const report = await manager.checkDirectory(directory);
      assert.deepEqual(
        report.findings.filter(({ level }) => level === "error"),
        [],
      );
      assert.deepEqual([report.kind, report.architecture], ["audio", "whisper"]);
    });
  }
}

test("a language model with another tokenizer than tokenizer.json is downloaded, complete and there offline", async () => {
  const others = [["vocab.json", "merges.txt"], ["vocab.txt"], ["tekken.json"]];
  for (const names of [...others, ["spiece.model"], ["sentencepiece.bpe.model"]]) {
    const { manager } = startWorld("hubapi", {
      "config.json": '{"model_type":"llama"}',
      "model.safetensors": WEIGHTS,
      "tokenizer_config.json": "{}",
      ...Object.fromEntries(names.map((name) => [name, "{}"])),
    });
    const request = { repository: "mlx-community/whisper" };
    const { files } = await manager.download(request);
    assert.equal(files.length, 3 + names.length, names.join());
    assert.equal((await manager.status(request)).state, "complete", names.join());
    assert.equal((await manager.download({ ...request, offline: true })).offline, true);
    assert.equal((await manager.download(request)).bytesFetched, 0);
  }
});

test("whisper whose files were chosen by hand is complete when nothing that it needs was left out", async () => {
  const files = { "config.json": WHISPER, "weights.npz": WEIGHTS, "README.md": "text" };
  const { manager } = startWorld("hubapi", files);
  const repository = "mlx-community/whisper";
  await manager.download({ repository, include: ["*.json", "*.npz"] });
  assert.equal((await manager.status({ repository })).state, "complete");
});

test("an adapter is called one, with the model that it is for", async () => {
  const config = JSON.stringify({ base_model_name_or_path: "org/base", r: 8 });
  const files = { "adapter_config.json": config, "adapters.safetensors": WEIGHTS };
  const { manager } = startWorld("hubapi", files);
  const { directory } = await manager.download({ repository: "mlx-community/whisper" });
  const { kind, base, findings } = await manager.checkDirectory(directory);
  assert.deepEqual([kind, base], ["adapter", "org/base"]);
  assert.match(findings.map(({ detail }) => detail).join(), /adapter \(LoRA\) for "org\/base"/);
});

test("a language model without a tokenizer is refused, and one of diffusion without a part's weights", async () => {
  const lacking = [
    { "config.json": '{"model_type":"llama"}', "model.safetensors": WEIGHTS },
    { "model_index.json": "{}", "unet/config.json": "{}" },
    { "adapter_config.json": "{}" },
  ];
  for (const files of lacking) {
    const { manager } = startWorld("hubapi", files);
    const download = manager.download({ repository: "mlx-community/whisper" });
    await assert.rejects(download, { code: "repository-incomplete" });
  }
});

function startWorld(layout: Layout, texts: Readonly<Record<string, string | Uint8Array>>) {
  const clock = new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 });
  const files = memoryFiles({ now: () => clock.now() });
  const hub = new SimulatedHub({ now: () => clock.now() });
  const published = Object.entries(texts).map(([path, content]) => ({
    path,
    bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
    lfs: typeof content !== "string",
  }));
  hub.publish("mlx-community/whisper", published, { tags: ["mlx"] });
  const host = {
    files,
    clock,
    fetch: directFetch(hub),
    random: seededRandom(1),
    processes: { machine: "here", pid: 1, started: "1", isAlive: () => true },
  };
  const manager = new SharedModelManager(host, { root: ROOT, env: { HF_ENDPOINT: hub.endpoint } });
  return { manager, layout };
}
