import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { keepBaseline, type Measured, readBaseline, slowerThan } from "./baseline.ts";

const BASELINE: Measured = {
  "4 files": { reference: figures(1000, 900), curl: figures(500, 300) },
  "small files": { reference: figures(200, 100) },
};

test("slowerThan() finds what takes a tenth more than before", () => {
  const small = (durationMs: number, cpuMs: number) =>
    slowerThan(BASELINE, { "small files": { reference: figures(durationMs, cpuMs) } });
  assert.deepEqual(small(219, 109), []);
  assert.deepEqual(small(230, 50), ["small files: 15 % more time than the baseline"]);
  assert.deepEqual(small(200, 150), ["small files: 50 % more processor time than the baseline"]);
});

test("slowerThan() compares multiples of another client, where there is one in both", () => {
  const four = (reference: Measured[string][string], curl: Measured[string][string]) =>
    slowerThan(BASELINE, { "4 files": { reference, curl } });
  assert.deepEqual(four(figures(3000, 2700), figures(1500, 900)), [], "a machine that is busy");
  assert.deepEqual(four(figures(1000, 900), figures(400, 300)), [
    "4 files: 25 % more time than the baseline, as a multiple of what curl takes",
  ]);
});

test("slowerThan() passes over processor time that is not known", () => {
  const unknown = { reference: figures(1000, 900), curl: figures(500, null) };
  assert.deepEqual(slowerThan(BASELINE, { "4 files": unknown }), []);
});

test("slowerThan() passes over what was not measured before, and what another client alone did", () => {
  assert.deepEqual(slowerThan(BASELINE, { other: { reference: figures(9e9, 9e9) } }), []);
  assert.deepEqual(slowerThan(BASELINE, { "4 files": { curl: figures(9e9, 9e9) } }), []);
});

test("readBaseline() gives what was kept, nothing where there is no file, and refuses what it is not", async () => {
  const directory = await mkdtemp(join(tmpdir(), "mlx-layout-baseline-"));
  try {
    const path = join(directory, "baseline.json");
    assert.equal(await readBaseline(path), undefined);
    await keepBaseline(path, BASELINE);
    assert.deepEqual(await readBaseline(path), BASELINE);
    await writeFile(path, '{"4 files": {"reference": {"durationMs": "long"}}}');
    await assert.rejects(readBaseline(path), /holds no figures/);
  } finally {
    await rm(directory, { recursive: true });
  }
});

// Helpers

function figures(durationMs: number, cpuMs: number | null) {
  return { durationMs, cpuMs };
}
