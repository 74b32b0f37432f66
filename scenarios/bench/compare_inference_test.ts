import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { captureConform } from "../commands/capture_conform.ts";

/*
 * What is asked of MLX, and on what: a stand-in for its Python notes the formats of the weights that it is given, and answers with a
 * device and no token. What MLX answers itself is compared in compare_with_mlx_test.ts.
 */

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-compare-"));
const seen = join(directory, "formats");
const PYTHON = `#!${process.execPath}
const { appendFileSync, readdirSync, readFileSync } = require("node:fs");
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { directory } = JSON.parse(line);
  for (const name of readdirSync(directory).filter((one) => one.endsWith(".safetensors"))) {
    const bytes = readFileSync(directory + "/" + name);
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
    for (const [key, { dtype }] of Object.entries(header))
      if (key !== "__metadata__") appendFileSync(process.env.SEEN, dtype + "\\n");
  }
  console.log(JSON.stringify({ ok: true, device: process.env.DEVICE, load_ms: 0, cpu_ms: 0, steps: [] }));
});
`;
const env = { ...process.env };
after(async () => {
  process.env = env;
  await rm(directory, { recursive: true });
});

async function compare(device: string, ...options: string[]) {
  const python = join(directory, "python");
  writeFileSync(python, PYTHON, { mode: 0o755 });
  writeFileSync(seen, "");
  Object.assign(process.env, { MLX_LAYOUT_PYTHON: python, SEEN: seen, DEVICE: device });
  const end = await captureConform("bench", "compare", "--models", "28", ...options);
  return { ...end, formats: new Set(readFileSync(seen, "utf8").trim().split("\n")) };
}

test("bench compare --float32 gives MLX no weight of 16 bits, which it does otherwise", async () => {
  const { formats } = await compare("Device(cpu, 0)", "--float32");
  assert.deepEqual([...formats].toSorted(), ["F32", "U32", "U8"]);
  const { formats: others } = await compare("Device(cpu, 0)");
  assert.ok(others.has("BF16") && others.has("F16"), [...others].join());
});

test("bench compare --metal fails where MLX computes on a processor, and says the margin", async () => {
  const wrong = /MLX computed on Device\(cpu, 0\), and --metal asks for Device\(gpu, 0\)/;
  const onProcessor = await compare("Device(cpu, 0)", "--metal", "--float32", "--margin", "0.002");
  assert.equal(onProcessor.exitCode, 1);
  assert.match(onProcessor.out, wrong);
  assert.match(onProcessor.out, /differ by more than 0\.002, and/);
  const onMetal = await compare("Device(gpu, 0)", "--metal", "--float32");
  assert.doesNotMatch(onMetal.out, wrong);
  assert.match(onMetal.out, /\nMLX computed on Device\(gpu, 0\)\.\n/);
  // Nothing was answered, so nothing is equal.
  assert.equal(onMetal.exitCode, 1);
  assert.match(onMetal.out, /no step was compared/);
});

test("bench compare refuses a margin that is none", async () => {
  for (const margin of ["0", "-1", "2", "wide"]) {
    const { exitCode, err } = await captureConform("bench", "compare", "--margin", margin);
    assert.equal(exitCode, 2, margin);
    assert.match(err, /more than 0 and at most 1/);
  }
});
