import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpResponse } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { askedPauseMs, DEFAULT_RETRY, Retryable, RetryBudget } from "./retry.ts";

const NOW = Date.UTC(2026, 0, 1);

const ASKED: readonly (readonly [headers: Record<string, string>, pauseMs: number | undefined])[] =
  [
    [{}, undefined],
    [{ "retry-after": "3" }, 3000],
    [{ "retry-after": "Thu, 01 Jan 2026 00:00:07 GMT" }, 7000],
    [{ "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, 0],
    [{ "retry-after": "soon" }, undefined],
    [{ ratelimit: '"api";r=0;t=55' }, 55_000],
    [{ ratelimit: '"api";r=12;t=55' }, undefined],
    [{ ratelimit: '"api";r=0;t=55', "retry-after": "1" }, 55_000],
    [{ ratelimit: '"api";r=10;t=55', "retry-after": "1" }, 1000],
    [{ ratelimit: '"api";r=0;t=5', "retry-after": "60" }, 60_000],
  ];

for (const [headers, pauseMs] of ASKED) {
  test(`askedPauseMs() reads ${JSON.stringify(headers)}`, () => {
    assert.equal(askedPauseMs(responseWith(headers), NOW), pauseMs);
  });
}

test("RetryBudget.pause() doubles its pauses up to the cap and then throws the failure", async () => {
  const { budget, pauses } = budgetWith({ attemptsMax: 5, pauseMs: 1000, pauseMsMax: 3000 });
  for (let attempt = 1; attempt < 5; attempt++) await budget.pause(failure());
  assert.deepEqual(pauses, [1000, 2000, 3000, 3000]);
  await assert.rejects(budget.pause(failure()), { code: "network" });
});

test("RetryBudget.pause() keeps a pause that was asked for, up to its cap", async () => {
  const { budget, pauses } = budgetWith({ askedPauseMsMax: 60_000 });
  await budget.pause(new Retryable(new ModelError("rate-limited", "Cannot"), 45_000));
  await budget.pause(new Retryable(new ModelError("rate-limited", "Cannot"), 999_000));
  assert.deepEqual(pauses, [45_000, 60_000]);
});

test("RetryBudget.progressed() counts failures from zero again", async () => {
  const { budget } = budgetWith({ attemptsMax: 2 });
  for (let round = 0; round < 10; round++) {
    await budget.pause(failure());
    budget.progressed();
  }
});

test("RetryBudget.pause() passes on at once what is not worth a retry", async () => {
  const { budget, pauses } = budgetWith({});
  await assert.rejects(budget.pause(new ModelError("gated", "Cannot")), { code: "gated" });
  assert.deepEqual(pauses, []);
});

// Helpers

function failure(): Retryable {
  return new Retryable(new ModelError("network", "Cannot fetch"));
}

function responseWith(headers: Record<string, string>): HttpResponse {
  return { status: 429, headers: new Headers(headers), body: null };
}

function budgetWith(policy: Partial<typeof DEFAULT_RETRY>) {
  const pauses: number[] = [];
  const clock = {
    now: () => NOW,
    sleep: async (durationMs: number) => {
      pauses.push(durationMs);
    },
  };
  // A random of one half means no jitter.
  return { budget: new RetryBudget(clock, () => 0.5, { ...DEFAULT_RETRY, ...policy }), pauses };
}
