import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import test from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { anyModel } from "../../harness/arbitraries/mod.ts";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import {
  appleDouble,
  damagesOf,
  HARMLESS,
  jsonBytes,
  type ModelFile,
  tensorsOf,
  tinyLlama,
  type TinyModel,
  writeSafetensors,
} from "../../harness/models/mod.ts";
import type { CheckReport, Digest } from "../../spec/mod.ts";
import { checkDirectory } from "./check_directory.ts";

const DIRECTORY = "/models/org/name";

const MODELS: readonly TinyModel[] = [
  tinyLlama(),
  tinyLlama({ shards: 3, tied: false, layers: 2, chatTemplate: "in-config" }),
  tinyLlama({ quantization: undefined, dtype: "BF16", tied: false, chatTemplate: "none" }),
  tinyLlama({ quantization: undefined, dtype: "F32", shards: 2 }),
  tinyLlama({ dtype: "BF16", hiddenSize: 64, quantization: { bits: 2, groupSize: 64 } }),
];

/** Bytes that are sound in themselves: only a recorded hash can tell. */
const ONLY_BY_HASH = ["shards-with-each-others-bytes", "weights-one-bit-flipped"];

test("checkDirectory() finds nothing wrong with sound models", async () => {
  await fc.assert(
    fc.asyncProperty(anyModel(), async (model) => {
      const report = await checkFiles(model.files, digestsOf(model));
      assert.deepEqual(errorsOf(report), []);
      assert.equal(report.loadable, true);
      assert.equal(report.architecture, "llama");
      assert.deepEqual(report.weightFiles, [...model.weightFiles].sort());
    }),
    { numRuns: 150 },
  );
});

test("checkDirectory() finds nothing wrong with harmless changes", async () => {
  for (const model of MODELS) {
    for (const harmless of HARMLESS) {
      const report = await checkFiles(harmless.apply(model));
      assert.deepEqual(errorsOf(report), [], `${harmless.name}: ${model.label}`);
    }
  }
});

test("checkDirectory() calls a compressed tokenizer unreadable, and not a bad header", async () => {
  const bytes = gzipSync("{}");
  const files = tinyLlama().files.map((file) =>
    file.path === "tokenizer.json" ? { ...file, bytes } : file,
  );
  const { findings } = await checkFiles(files);
  assert.deepEqual(
    findings.map(({ cause, path }) => [cause, path]),
    [["unreadable", "tokenizer.json"]],
  );
});

test("checkDirectory() names the cause of every damage, and needs a hash only where nothing else tells", async () => {
  const missed: string[] = [];
  const onlyByHash = new Set<string>();
  for (const model of MODELS) {
    for (const damage of damagesOf(model)) {
      const right: readonly string[] = [damage.cause, ...(damage.alsoRight ?? [])];
      // An unknown architecture may be sound, so that it is only a warning.
      const mayLoad = damage.cause === "unsupported-architecture" || damage.mayLoad === true;
      const isNamed = ({ findings, loadable }: CheckReport) =>
        findings.some(({ cause }) => right.includes(cause)) && (mayLoad || !loadable);
      for (const choose of [0, 3, 7]) {
        const damaged = damage.apply(model, choose);
        const report = await checkFiles(damaged);
        if (isNamed(report)) continue;
        onlyByHash.add(damage.name);
        if (isNamed(await checkFiles(damaged, digestsOf(model)))) continue;
        const found = report.findings.map(({ cause, path }) => `${cause} ${path}`).join(", ");
        missed.push(`${damage.name} #${choose} (${model.label}): ${found}`);
      }
    }
  }
  assert.deepEqual(missed, []);
  assert.deepEqual([...onlyByHash].sort(), ONLY_BY_HASH);
});

test("checkDirectory() names the missing bytes, tensor and shard", async () => {
  const model = tinyLlama({ shards: 2, tied: false });
  const detailOf = async (name: string, cause: string) => {
    const damage = damagesOf(model).find((one) => one.name === name);
    const { findings } = await checkFiles(damage?.apply(model, 0) ?? []);
    return findings
      .filter((finding) => finding.cause === cause)
      .map(({ path, detail }) => `${path}: ${detail}`);
  };
  const [truncated] = await detailOf("weights-one-byte-short", "truncated");
  assert.match(truncated ?? "", /^model-00001-of-00002\.safetensors: 1 bytes are missing/);
  const [untied] = await detailOf("shard-missing", "missing-shard");
  assert.match(untied ?? "", /^model-00001-of-00002\.safetensors: /);
  const [missing] = await detailOf("tensor-missing", "missing-tensor");
  assert.match(missing ?? "", /Tensor "model\.embed_tokens\.weight" is missing/);
});

test("checkDirectory() reports what a model is", async () => {
  const report = await checkFiles(tinyLlama({ vocabSize: 288 }).files);
  assert.equal(report.quantization, "affine, 4 bits, group size 32");
  // Embedding, seven matrices of one layer and three norms: 288·32 + 32·32·2 + 16·32·2 + 64·32·3 + 3·32.
  assert.equal(report.parameterCount, 18528);
  assert.equal(report.tensorCount, 8 * 3 + 3);
});

test("checkDirectory() warns of a matrix in the other 16-bit format, and refuses it where its values are not of it", async () => {
  const model = tinyLlama({ quantization: undefined, dtype: "BF16", tied: false });
  const [weights = ""] = model.weightFiles;
  const withHead = (convert: (bits: number) => number) =>
    model.files.map((file) =>
      file.path === weights
        ? {
            ...file,
            bytes: writeSafetensors(
              tensorsOf(file.bytes).map((tensor) =>
                tensor.name === "lm_head.weight"
                  ? { ...tensor, dtype: "F16", data: mapHalves(tensor.data, convert) }
                  : tensor,
              ),
            ),
          }
        : file,
    );
  const sound = await checkFiles(withHead(halfOf));
  assert.deepEqual(errorsOf(sound), []);
  assert.ok(causesOf(sound).some((cause) => cause.startsWith("dtype")));
  const relabelled = await checkFiles(withHead((bits) => bits));
  assert.match(errorsOf(relabelled).join(), /values make sense only as BF16/);
});

test("checkDirectory() refuses a surplus tensor of any shape, also of none and of nothing", async () => {
  const model = tinyLlama();
  const [weights = ""] = model.weightFiles;
  for (const shape of [[], [0]]) {
    const data = new Uint8Array(shape.length === 0 ? 4 : 0);
    const files = model.files.map((file) =>
      file.path === weights
        ? {
            ...file,
            bytes: writeSafetensors([
              ...tensorsOf(file.bytes),
              { name: "model.extra", dtype: "F32", shape, data },
            ]),
          }
        : file,
    );
    assert.match(errorsOf(await checkFiles(files)).join(), /extra-tensor.*"model\.extra"/);
  }
});

test("checkDirectory() takes packing that hf_quant_config.json states, and names the runtimes that do not", async () => {
  const model = tinyLlama();
  const config = jsonBytes({
    ...model.config,
    quantization: undefined,
    quantization_config: undefined,
  });
  const files = [
    ...model.files.map((file) => (file.path === "config.json" ? { ...file, bytes: config } : file)),
    {
      path: "hf_quant_config.json",
      bytes: jsonBytes({ quant_method: "modelopt", quantization: { quant_algo: "NVFP4" } }),
      lfs: false,
    },
  ];
  const report = await checkFiles(files);
  assert.deepEqual(errorsOf(report), []);
  const mlxLm = report.runtimes?.filter(({ runtime }) => runtime === "mlx-lm");
  assert.deepEqual(
    mlxLm?.map(({ from, loads }) => [from, loads]),
    [
      ["0.22.0", false],
      ["0.32.0", true],
    ],
  );
});

test("checkDirectory() collects all causes", async () => {
  const model = tinyLlama();
  const files = model.files
    .filter(({ path }) => path !== "tokenizer_config.json")
    .map((file) => ({
      ...file,
      ...(file.path === "model.safetensors" && { bytes: file.bytes.slice(0, -1) }),
      ...(file.path === "tokenizer.json" && { bytes: new TextEncoder().encode("<html>") }),
    }));
  const causes = (await checkFiles(files)).findings.map(({ cause }) => cause);
  assert.deepEqual(causes.sort(), ["html", "missing-tokenizer-config", "truncated"]);
});

test("checkDirectory() shortens a long series of findings and says how long it is", async () => {
  const model = tinyLlama({ layers: 3 });
  const config = jsonBytes({ ...model.config, hidden_size: 96 });
  const files = model.files.map((file) =>
    file.path === "config.json" ? { ...file, bytes: config } : file,
  );
  const { findings } = await checkFiles(files);
  const shapes = findings.filter(({ cause }) => cause === "shape");
  assert.equal(shapes.length, 20);
  assert.match(shapes.at(-1)?.detail ?? "", /\(and \d+ more of this kind\)$/);
});

test("checkDirectory() warns of an architecture that is not known and judges the rest", async () => {
  const model = tinyLlama();
  const config = jsonBytes({ ...model.config, model_type: "internvl" });
  const files = model.files.map((file) =>
    file.path === "config.json" ? { ...file, bytes: config } : file,
  );
  const sound = await checkFiles(files);
  assert.deepEqual([sound.loadable, errorsOf(sound)], [true, []]);
  assert.deepEqual(causesOf(sound), ["unsupported-architecture config.json"]);

  const [weights] = model.weightFiles;
  const without = files.map((file) =>
    file.path === weights
      ? {
          ...file,
          bytes: writeSafetensors(
            tensorsOf(file.bytes).filter(({ name }) => name !== "model.embed_tokens.weight"),
          ),
        }
      : file,
  );
  assert.match(errorsOf(await checkFiles(without)).join(), /missing-tensor .*embed_tokens\.weight/);
});

test("checkDirectory() lets a tied model have its embedding twice, and not another matrix", async () => {
  const untied = tinyLlama({ tied: false, quantization: undefined });
  const config = jsonBytes({ ...untied.config, tie_word_embeddings: true });
  const withOutput = (source: string) =>
    untied.files.map((file) => {
      if (file.path === "config.json") return { ...file, bytes: config };
      if (file.path !== "model.safetensors") return file;
      const tensors = tensorsOf(file.bytes);
      const data = tensors.find(({ name }) => name === source)?.data ?? new Uint8Array(0);
      return {
        ...file,
        bytes: writeSafetensors(
          tensors.map((tensor) =>
            tensor.name === "lm_head.weight" ? { ...tensor, data } : tensor,
          ),
        ),
      };
    });
  assert.deepEqual(errorsOf(await checkFiles(withOutput("model.embed_tokens.weight"))), []);
  const other = await checkFiles(withOutput("lm_head.weight"));
  assert.deepEqual(causesOf(other), ["extra-tensor model.safetensors"]);
});

test("checkDirectory() only warns of constant bytes that were published so", async () => {
  const [model] = MODELS;
  assert.ok(model);
  const damage = damagesOf(model).find(({ name }) => name === "weights-zero-block");
  const files = damage?.apply(model, 0) ?? [];
  const report = await checkFiles(files, digestsOf({ ...model, files }));
  assert.deepEqual([report.loadable, errorsOf(report)], [true, []]);
  assert.ok(report.findings.some(({ cause }) => cause === "zeroed"));
});

test("checkDirectory() believes the metadata of other clients where no marker says more", async () => {
  const model = tinyLlama();
  const metadata = (path: string, etag: string): ModelFile => ({
    path: `.cache/huggingface/download/${path}.metadata`,
    bytes: new TextEncoder().encode(`${"c".repeat(40)}\n${etag}\n1700000000.5\n`),
    lfs: false,
  });
  const config = model.files.find(({ path }) => path === "config.json")?.bytes ?? new Uint8Array(0);
  const git = createHash("sha1").update(`blob ${config.length}\0`).update(config).digest("hex");
  const wrong = "0".repeat(64);
  const records = [
    metadata("config.json", git),
    metadata("model.safetensors", wrong),
    metadata("tokenizer.json", '"not-a-hash"'),
  ];
  const report = await checkFiles([...model.files, ...records]);
  assert.deepEqual(causesOf(report), ["hash model.safetensors"]);
  assert.deepEqual(causesOf(await checkFiles([...model.files, ...records], digestsOf(model))), []);
});

test("checkDirectory() never takes a sidecar for weights, also where there are no others", async () => {
  const model = tinyLlama();
  const files = [
    ...model.files.filter(({ path }) => path !== "model.safetensors"),
    { path: "._model.safetensors", bytes: appleDouble(), lfs: false },
  ];
  const report = await checkFiles(files);
  assert.ok(report.findings.some(({ cause }) => cause === "missing-weights"));
  assert.deepEqual(report.weightFiles, []);
});

test("checkDirectory() rejects when there is no directory, and when it is cancelled", async () => {
  const files = memoryFiles();
  await assert.rejects(checkDirectory(files, DIRECTORY), { code: "not-downloaded" });
  const signal = AbortSignal.abort();
  await assert.rejects(checkDirectory(files, DIRECTORY, { signal }), { name: "AbortError" });
});

// Helpers

test("checkDirectory() waits for no FIFO in the place of a file", async () => {
  const model = tinyLlama({ shards: 2 });
  for (const { path } of model.files) {
    const files = memoryFiles();
    for (const file of model.files) {
      if (file.path !== path) await writeBytes(files, join(DIRECTORY, file.path), file.bytes);
    }
    await files.makeFifo(join(DIRECTORY, path));
    const { findings } = await checkDirectory(files, DIRECTORY);
    assert.ok(findings.length > 0 || !path.endsWith(".safetensors"), path);
  }
});

async function checkFiles(
  modelFiles: readonly ModelFile[],
  digests?: ReadonlyMap<string, Digest>,
): Promise<CheckReport> {
  const files = memoryFiles();
  for (const { path, bytes } of modelFiles) await writeBytes(files, join(DIRECTORY, path), bytes);
  return await checkDirectory(files, DIRECTORY, { ...(digests && { digests }) });
}

function digestsOf(model: TinyModel): Map<string, Digest> {
  return new Map(
    model.files.map(({ path, bytes }) => [
      path,
      `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    ]),
  );
}

function errorsOf(report: CheckReport): string[] {
  return report.findings
    .filter(({ level }) => level === "error")
    .map(({ cause, path, detail }) => `${cause} ${path}: ${detail}`);
}

function causesOf(report: CheckReport): string[] {
  return report.findings.map(({ cause, path }) => `${cause} ${path}`).sort();
}

function mapHalves(data: Uint8Array, convert: (bits: number) => number): Uint8Array {
  const halves = new Uint16Array(data.slice().buffer);
  return new Uint8Array(halves.map(convert).buffer);
}

/** A number of bfloat16 as one of float16; what float16 cannot hold becomes zero. */
function halfOf(bits: number): number {
  const exponent = ((bits >> 7) & 0xff) - 127 + 15;
  if (exponent <= 0 || exponent >= 31) return bits & 0x8000;
  return (bits & 0x8000) | (exponent << 10) | ((bits & 0x7f) << 3);
}
