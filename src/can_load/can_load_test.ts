import assert from "node:assert/strict";
import { test } from "node:test";
import { SimulatedClock } from "../../harness/clock/simulated_clock.ts";
import { memoryFiles } from "../../harness/disk/mod.ts";
import { directFetch } from "../../harness/hub/fronts/direct_fetch.ts";
import type { FaultRule } from "../../harness/hub/mod.ts";
import { SimulatedHub } from "../../harness/hub/simulated_hub.ts";
import { tinyLlama, writeSafetensors } from "../../harness/models/mod.ts";
import { seededRandom } from "../../harness/worlds/seeded_random.ts";
import type { Fetch, RuntimeVerdict } from "../../spec/mod.ts";
import { verdictOf } from "../load/runtimes/choose_runtime.ts";
import { SharedModelManager } from "../shared_model_manager.ts";

const REPOSITORY = "mlx-community/model";
const REQUEST = { repository: REPOSITORY };
/** A slow line: how long an answer takes to begin, and how fast it then comes. */
const LATENCY_MS = 100;
const BYTES_PER_MS = 2_000;
const LLAMA = {
  model_type: "llama",
  hidden_size: 512,
  intermediate_size: 1_024,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-5,
  vocab_size: 4_096,
};
const SHARDS = shards();
const { "tokenizer_config.json": _absent, ...WITHOUT_TOKENIZER_CONFIG } = SHARDS;
const WHISPER = {
  "config.json": text('{"model_type":"whisper","n_mels":80}'),
  "weights.safetensors": writeSafetensors([]),
  "tokenizer.model": text("x"),
};

test("canLoad() answers about four shards over a slow line in two seconds, with less than 5 MB", async () => {
  const { manager, line, clock } = startWorld(SHARDS);
  const report = await manager.canLoad(REQUEST);
  assert.deepEqual(report.findings, []);
  assert.equal(report.canLoad, true);
  assert.ok(report.downloadBytes > 20_000_000, `${report.downloadBytes}`);
  assert.equal(report.parameterCount, report.weightBytes === 0 ? 0 : 12_587_520);
  assert.equal(report.tensorCount, 38);
  // Weights and a tenth, and keys and values of 4 layers, 8 heads of 64, 4,096 tokens, in 16 bits.
  assert.equal(report.peakMemory?.cacheBytes, 4 * 2 * 8 * 64 * 4_096 * 2);
  assert.ok(line.bytes < 5_000_000, `${line.bytes} bytes`);
  assert.ok(clock.now() < 2_000, `${clock.now()} ms`);
});

test("canLoad() reads no more of a hub that ignores ranges", async () => {
  const faults: FaultRule[] = [{ match: {}, do: { type: "ignore-range" } }];
  const { manager, line } = startWorld(SHARDS, faults);
  const report = await manager.canLoad(REQUEST);
  assert.equal(report.canLoad, true);
  assert.ok(line.bytes < 5_000_000, `${line.bytes} bytes`);
});

test("canLoad() names a missing shard, a cut file and a tensor of another shape", async () => {
  const [, second = "", third = ""] = Object.keys(SHARDS).filter((path) =>
    path.startsWith("model"),
  );
  const without = Object.fromEntries(Object.entries(SHARDS).filter(([path]) => path !== second));
  assert.deepEqual(await causes(without), [`missing-shard ${second}`]);
  const bytes = SHARDS[third] ?? new Uint8Array(0);
  assert.deepEqual(await causes({ ...SHARDS, [third]: bytes.subarray(0, -1) }), [
    `truncated ${third}`,
  ]);
  const config = text(JSON.stringify({ ...LLAMA, num_key_value_heads: 4 }));
  assert.match((await causes({ ...SHARDS, "config.json": config })).join(), /shape/);
});

test("canLoad() says what a packed model is, and of a type that no runtime has", async () => {
  const model = tinyLlama({ shards: 2 });
  const packed = Object.fromEntries(model.files.map(({ path, bytes }) => [path, bytes]));
  const { manager } = startWorld(packed);
  const report = await manager.canLoad(REQUEST);
  assert.deepEqual(
    [report.quantization, report.findings.length],
    ["affine, 4 bits, group size 32", 0],
  );
  const unknown = { ...SHARDS, "config.json": text('{"model_type":"nosuch"}') };
  assert.deepEqual(await causes(unknown), ["unsupported-architecture config.json"]);
});

test("canLoad() is offline without the network, and ends when it is cancelled", async () => {
  const { manager } = startWorld(SHARDS);
  await assert.rejects(manager.canLoad({ ...REQUEST, offline: true }), { code: "offline" });
  const signal = AbortSignal.abort();
  await assert.rejects(manager.canLoad(REQUEST, { signal }), { code: "cancelled" });
  await assert.rejects(manager.canLoad({ repository: "org/absent" }), {
    code: "repository-not-found",
  });
});

test("planDownload() says what canLoad() says, and asks no more of the hub", async () => {
  for (const files of [SHARDS, WITHOUT_TOKENIZER_CONFIG, WHISPER]) {
    const asked = startWorld(files);
    const { bytesRead: _, ...report } = await asked.manager.canLoad(REQUEST);
    const planned = startWorld(files);
    const plan = await planned.manager.planDownload({ ...REQUEST, exclude: [".gitattributes"] });
    assert.deepEqual({ ...plan.model, bytesRead: undefined }, { ...report, bytesRead: undefined });
    assert.equal(plan.bytesTotal, report.downloadBytes);
    assert.deepEqual(requestsOf(planned), requestsOf(asked));
  }
});

test("planDownload() is there where the files may not be read, and says why it knows no more", async () => {
  const faults: FaultRule[] = [{ match: { kind: "resolve" }, do: { type: "status", status: 403 } }];
  const { manager } = startWorld(SHARDS, faults);
  const plan = await manager.planDownload(REQUEST);
  assert.equal(plan.files.length, 8);
  assert.deepEqual([plan.model, plan.modelError?.code], [undefined, "unauthorized"]);
});

test("planDownload() is about the files that the patterns leave", async () => {
  const files = { ...SHARDS, "adapters.safetensors": writeSafetensors([]) };
  const { manager } = startWorld(files);
  const answers = async (exclude: readonly string[]) => {
    const { model } = await manager.planDownload({ ...REQUEST, exclude });
    return verdictOf(model?.runtimes ?? [], { runtime: "mlx-swift-lm", version: "3.31.4" })?.loads;
  };
  assert.deepEqual([await answers([]), await answers(["adapters*"])], [false, true]);
});

test("canLoad() answers as the check of the downloaded directory does", async () => {
  const { files, config } = tinyLlama({ shards: 2 });
  const sound = Object.fromEntries(files.map(({ path, bytes }) => [path, bytes]));
  const { "tokenizer_config.json": _, ...withoutTokenizerConfig } = sound;
  const { quantization: __, ...plainConfig } = config;
  const beside = writeSafetensors([]);
  const cases: Readonly<Record<string, Record<string, Uint8Array>>> = {
    sound,
    "without tokenizer_config.json": withoutTokenizerConfig,
    "packed by ModelOpt": {
      ...sound,
      "config.json": text(JSON.stringify(plainConfig)),
      "hf_quant_config.json": text("{}"),
    },
    "with weights beside": { ...sound, "consolidated.safetensors": beside },
    "with an empty tokenizer": { ...sound, "tokenizer.json": text("") },
    whisper: WHISPER,
    adapter: {
      "adapter_config.json": text('{"base_model_name_or_path":"org/base"}'),
      "adapters.safetensors": beside,
    },
    "of an unknown type": { ...sound, "config.json": text('{"model_type":"nosuch"}') },
    "of another tool's packing": {
      ...sound,
      "config.json": text(
        JSON.stringify({ ...plainConfig, quantization_config: { quant_method: "bitsandbytes" } }),
      ),
    },
  };
  for (const [name, files] of Object.entries(cases)) {
    const { manager } = startWorld(files);
    // With patterns, a download takes what is incomplete too.
    const request = { ...REQUEST, include: ["*"] };
    const before = await manager.canLoad(request);
    const { directory } = await manager.download(request);
    const after = await manager.checkDirectory(directory);
    assert.deepEqual(answersOf(before.runtimes), answersOf(after.runtimes ?? []), name);
    assert.deepEqual([before.kind, before.base], [after.kind, after.base], name);
  }
});

async function causes(files: Readonly<Record<string, Uint8Array>>): Promise<string[]> {
  const { manager } = startWorld(files);
  const { findings, canLoad } = await manager.canLoad(REQUEST);
  assert.equal(canLoad, false);
  const errors = findings.filter(({ level }) => level === "error");
  return [...new Set(errors.map(({ cause, path }) => `${cause} ${path}`))];
}

function requestsOf({ hub }: ReturnType<typeof startWorld>): string[] {
  return hub.log.map(({ path, range = "" }) => `${path} ${range}`).toSorted();
}

function answersOf(verdicts: readonly RuntimeVerdict[]): string[] {
  return verdicts.map(({ runtime, from, before, loads }) =>
    [runtime, from, before, loads].join(" "),
  );
}

function startWorld(
  files: Readonly<Record<string, Uint8Array>>,
  faults: readonly FaultRule[] = [],
) {
  const clock = new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 });
  const hub = new SimulatedHub({ now: () => clock.now(), faults });
  const published = Object.entries(files).map(([path, bytes]) => ({
    path,
    bytes,
    lfs: path.endsWith(".safetensors"),
  }));
  hub.publish(REPOSITORY, published, { tags: ["mlx"] });
  const line = { bytes: 0 };
  const direct = directFetch(hub);
  const fetch: Fetch = async (url, request) => {
    await clock.sleep(LATENCY_MS, request.signal);
    const answer = await direct(url, request);
    return { ...answer, body: answer.body && slow(answer.body) };
  };
  async function* slow(body: AsyncIterable<Uint8Array>) {
    for await (const chunk of body) {
      line.bytes += chunk.length;
      await clock.sleep(chunk.length / BYTES_PER_MS);
      yield chunk;
    }
  }
  const host = {
    files: memoryFiles({ now: () => clock.now() }),
    clock,
    fetch,
    random: seededRandom(1),
    processes: { machine: "here", pid: 1, started: "1", isAlive: () => true },
  };
  const config = { root: "/Models", env: { HF_ENDPOINT: hub.endpoint } };
  return { manager: new SharedModelManager(host, config), line, clock, hub };
}

/** A llama of 25 MB in four files, one layer in each. */
function shards(): Record<string, Uint8Array> {
  const tensor = (name: string, ...shape: number[]) => ({
    name,
    dtype: "BF16" as const,
    shape,
    data: new Uint8Array(shape.reduce((product, size) => product * size, 2)),
  });
  const layer = (at: number) => {
    const own = (name: string, ...shape: number[]) =>
      tensor(`model.layers.${at}.${name}.weight`, ...shape);
    return [
      ...["q", "k", "v", "o"].map((name) => own(`self_attn.${name}_proj`, 512, 512)),
      own("mlp.gate_proj", 1_024, 512),
      own("mlp.up_proj", 1_024, 512),
      own("mlp.down_proj", 512, 1_024),
      own("input_layernorm", 512),
      own("post_attention_layernorm", 512),
    ];
  };
  const files = [0, 1, 2, 3].map((at) => [
    ...(at === 0 ? [tensor("model.embed_tokens.weight", 4_096, 512)] : []),
    ...layer(at),
    ...(at === 3 ? [tensor("model.norm.weight", 512)] : []),
  ]);
  const path = (at: number) => `model-0000${at + 1}-of-00004.safetensors`;
  const map = files.flatMap((tensors, at) => tensors.map(({ name }) => [name, path(at)] as const));
  return {
    "config.json": text(JSON.stringify(LLAMA)),
    "tokenizer.json": text("{}"),
    "tokenizer_config.json": text("{}"),
    "model.safetensors.index.json": text(JSON.stringify({ weight_map: Object.fromEntries(map) })),
    ...Object.fromEntries(files.map((tensors, at) => [path(at), writeSafetensors(tensors)])),
  };
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}
