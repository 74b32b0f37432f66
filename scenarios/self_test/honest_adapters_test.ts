/**
 * No right implementation is blamed: minimal honest adapters are judged, and each red that they get is a promise that they
 * break, listed with its reason in `harness/subjects/honest/reds.json`.
 *
 * A bounded part runs here. `MLX_LAYOUT_HONEST=whole` judges them by every scenario, with the seeds in `MLX_LAYOUT_SEEDS`
 * (`1` without it); then a listed red that does not show is wrong too.
 *
 * @module
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { failureStories } from "../../harness/internal.ts";
import { type ScenarioResult, runParallel, runScenario, startProgram } from "../../harness/mod.ts";
import { REQUIREMENTS } from "../../spec/mod.ts";
import { findSubject, resolveSubject } from "../commands/resolve_subject.ts";
import { scenarios } from "../mod.ts";

/** A red that an adapter gets: a promise that it breaks, or how it fails the protocol. */
interface Red {
  readonly requirement?: string;
  readonly status?: string;
  readonly scenarios: readonly string[];
  readonly reason: string;
  /** Whether it shows only with some seeds, or depends on real time. @default {false} */
  readonly sometimes?: true;
}

const HONEST = fileURLToPath(new URL("../../harness/subjects/honest/", import.meta.url));
const ADAPTERS = [
  { name: "honest-python", text: `python3 "${HONEST}honest_python.py"`, needs: ["python3"] },
  { name: "honest-shell", text: `--once sh "${HONEST}honest_shell.sh"`, needs: ["curl", "jq"] },
  { name: "honest-node", text: `node "${HONEST}honest_node.mjs"`, needs: ["node"] },
] as const;
const REDS = JSON.parse(readFileSync(`${HONEST}reds.json`, "utf8")) as Readonly<
  Record<string, readonly Red[]>
>;
/** Scenarios of every kind that are short: what was asked for, what is wrong, what is gone, and what others leave. */
const BOUNDED = [
  "layout/required_files",
  "download/wrong_bytes",
  "download/login_page",
  "download/few_headers",
  "download/error_facts",
  "download/distinct_error_codes",
  "download/idempotent",
  "download/peak",
  "concurrency/two_tasks",
  "hub/listing_pages",
  "model_based/any_history",
];
const WORKER = fileURLToPath(new URL("../commands/worker.ts", import.meta.url));
const isWhole = process.env["MLX_LAYOUT_HONEST"] === "whole";
const seeds = (process.env["MLX_LAYOUT_SEEDS"] ?? "1").split(",").map(Number);

for (const { name, text, needs } of ADAPTERS)
  test(`${name} gets no red that is not its own`, async (context) => {
    const missing = needs.filter((command) => !isInstalled(command));
    if (missing.length > 0) {
      context.skip(`no ${missing.join(" and no ")} here`);
      return;
    }
    const found: { readonly key: string; readonly story: string }[] = [];
    for (const seed of seeds)
      for (const result of await (isWhole ? judgeWhole : judgeBounded)(text, seed))
        found.push(...redsOf(result));
    const listed = keysOf(REDS[name] ?? []);
    const unlisted = found.filter(({ key }) => !listed.has(key));
    assert.deepEqual(
      unlisted.map(({ key }) => key),
      [],
      unlisted.map(({ story }) => story).join("\n\n"),
    );
    if (!isWhole) return;
    const steady = keysOf((REDS[name] ?? []).filter(({ sometimes }) => sometimes !== true));
    const keys = new Set(found.map(({ key }) => key));
    assert.deepEqual(
      [...steady].filter((key) => !keys.has(key)),
      [],
      "these are listed, and did not show",
    );
  });

test("each red of an honest adapter is listed with a reason, for what exists", () => {
  const known = new Set(scenarios.map(({ name }) => name));
  assert.deepEqual(Object.keys(REDS).toSorted(), ADAPTERS.map(({ name }) => name).toSorted());
  for (const red of Object.values(REDS).flat()) {
    assert.match(red.reason, /^[A-Z`].{20,}\.$/, JSON.stringify(red));
    assert.ok(
      red.status !== undefined || (red.requirement ?? "") in REQUIREMENTS,
      JSON.stringify(red),
    );
    assert.deepEqual(
      red.scenarios.filter((scenario) => !known.has(scenario)),
      [],
    );
  }
  assert.deepEqual(
    BOUNDED.filter((scenario) => !known.has(scenario)),
    [],
  );
});

// Helpers

async function judgeBounded(text: string, seed: number): Promise<ScenarioResult[]> {
  const subject = await startProgram(findSubject(text).command);
  const options = { world: "process", seed, runs: 1, triesFactor: 1, shrinkMs: 0 } as const;
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios)
    if (BOUNDED.includes(scenario.name))
      results.push(await runScenario(scenario, subject, options));
  return results;
}

async function judgeWhole(text: string, seed: number): Promise<ScenarioResult[]> {
  const worlds = ["process"] as const;
  const resolved = await resolveSubject({ subject: text, worlds });
  assert.ok(!("fault" in resolved));
  const runs = { memory: 0, disk: 0, process: 2 };
  const options = { worlds, seed, runs, jobs: 2, worker: WORKER, ...resolved.workers };
  return runParallel(scenarios, options);
}

/** What went wrong in a result; what proved nothing in so few cases is no red. */
function redsOf(result: ScenarioResult): { readonly key: string; readonly story: string }[] {
  const { scenario, status, breakage, further = [] } = result;
  return [breakage, ...further].flatMap((promise) => {
    if (promise === undefined) return [];
    const key = `${promise.requirement ?? status} in ${scenario}`;
    return [{ key, story: failureStories({ ...result, breakage: promise, further: [] }) ?? key }];
  });
}

function keysOf(reds: readonly Red[]): Set<string> {
  return new Set(
    reds.flatMap(({ requirement, status, scenarios: names }) =>
      names.map((scenario) => `${requirement ?? status} in ${scenario}`),
    ),
  );
}

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
