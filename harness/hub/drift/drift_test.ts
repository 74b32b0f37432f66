import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { type ServedHub, serveHub } from "../fronts/http_front.ts";
import type { HubFile } from "../hub_file.ts";
import { type HubStyle, LIVE_HUB_STYLE } from "../hub_style.ts";
import { SimulatedHub } from "../simulated_hub.ts";
import { answerShape, jsonShape } from "./answer_shape.ts";
import { compareShapes, type Drift, wantedDifference } from "./compare_shapes.ts";
import { parseShapes } from "./parse_shapes.ts";
import { RECORDED_HUB } from "./recorded_hub.ts";
import { type HubShapes, PROBES, recordShapes } from "./record_shapes.ts";

const RECORDED = parseShapes(JSON.stringify(RECORDED_HUB), "the recording");
const bytes = (text: string) => new TextEncoder().encode(text);
const FILES: readonly HubFile[] = [
  { path: "config.json", bytes: bytes("{}"), lfs: false },
  { path: "deep/er/model.safetensors", bytes: bytes("weights and more weights"), lfs: true },
];
const SECRET_WORDS = /weights|config\.json|org\/name/;

async function servedHub(style: Partial<HubStyle>): Promise<ServedHub> {
  const hub = new SimulatedHub({ now: () => 0, style: { ...LIVE_HUB_STYLE, ...style } });
  hub.publish("org/name", FILES);
  return serveHub(hub);
}

async function shapesOf(style: Partial<HubStyle> = {}): Promise<HubShapes["answers"]> {
  const served = await servedHub(style);
  try {
    return await recordShapes({ endpoint: served.endpoint, repository: "org/name", fetch });
  } finally {
    await served.close();
  }
}

let live: HubShapes["answers"];
before(async () => {
  live = await shapesOf();
});

test("the simulated hub answers as the real one did when it was recorded", () => {
  const drift = compareShapes(RECORDED, live).filter((one) => wantedDifference(one) === undefined);
  assert.deepEqual(drift, []);
  // Nothing passes for want of an answer.
  for (const probe of Object.keys(RECORDED.answers)) assert.ok(probe in live, probe);
});

test("a recording says where it comes from, and has no content", () => {
  assert.match(RECORDED.provenance, /by hand|recorded by/);
  assert.match(RECORDED.recorded, /^\d{4}-\d{2}-\d{2}$/);
  for (const shapes of [live, RECORDED.answers])
    assert.doesNotMatch(JSON.stringify(shapes), SECRET_WORDS);
});

test("recordShapes() asks every question over HTTP, and the same hub answers alike", async () => {
  assert.deepEqual(Object.keys(live), PROBES);
  assert.deepEqual(compareShapes({ answers: live }, await shapesOf()), []);
});

test("a hub that answers differently is drift, in the words of what differs", async () => {
  const cases: readonly (readonly [style: Partial<HubStyle>, drift: Partial<Drift>])[] = [
    [{ smallFiles: "direct" }, { probe: "small file, HEAD", where: "status", actual: "200" }],
    [
      { lfsFiles: "direct" },
      { probe: "large file, HEAD", where: "header location", actual: "absent" },
    ],
    [{ sendCommitHeader: false }, { probe: "small file, HEAD", where: "header x-repo-commit" }],
    [{ sendLinkedHeaders: false }, { probe: "large file, HEAD", where: "header x-linked-size" }],
    [
      { etagStyle: "weak" },
      { probe: "small file, served", where: "header etag", actual: "weak, 40 hexadecimal digits" },
    ],
    [
      { namesErrorToAnonymous: true },
      {
        probe: "repository that is not there",
        where: "header x-error-code",
        actual: "RepoNotFound",
      },
    ],
  ];
  for (const [style, expected] of cases) {
    const drift = compareShapes(RECORDED, await shapesOf(style));
    const found = drift.find(
      ({ probe, where }) => probe === expected.probe && where === expected.where,
    );
    assert.ok(found !== undefined, `${JSON.stringify(style)}: ${JSON.stringify(drift)}`);
    if (expected.actual !== undefined) assert.equal(found.actual, expected.actual);
  }
});

test("another server is drift too, and one without the repository is an error", async () => {
  const server = createServer((request, response) => {
    const isInfo = request.url?.includes("/api/models/org/name/revision/main") === true;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(isInfo ? { sha: "main", id: 7 } : []));
  });
  after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answers = await recordShapes({ endpoint, repository: "org/name", fetch });
  const drift = compareShapes(RECORDED, answers).map(({ probe, where }) => `${probe}: ${where}`);
  for (const one of ["revision: body.id", "revision: body.sha", "file that is not there: status"])
    assert.ok(drift.includes(one), `${one} is not among ${drift.join(", ")}`);
  await assert.rejects(
    recordShapes({ endpoint, repository: "org/other", fetch }),
    /Cannot record org\/other at .*: it answered 200 without a commit/,
  );
  await assert.rejects(
    recordShapes({ endpoint: "http://127.0.0.1:1", repository: "org/name", fetch }),
    /Cannot record the answer of 127\.0\.0\.1:1 for .*: no answer came/,
  );
});

test("of a recording everything is compared, of notes what they name", () => {
  const answer = { status: 200, headers: { etag: "strong, other text" }, body: { a: "text" } };
  const more = {
    ...answer,
    headers: { ...answer.headers, link: "no link" },
    body: { a: "text", b: "text" },
  };
  const of = (recorded: typeof answer, isPartial: boolean) =>
    compareShapes(
      { answers: { tree: recorded }, ...(isPartial ? { isPartial: true as const } : {}) },
      { tree: more },
    ).map(({ where }) => where);
  assert.deepEqual(of(answer, false), ["header link", "body.b"]);
  assert.deepEqual(of(answer, true), []);
  assert.deepEqual(of({ ...answer, body: { a: "number" } }, true), ["body.a"]);
  const open = { ...answer, headers: { etag: "other text" } };
  assert.deepEqual(of(open, true), []);
});

test("answerShape() and jsonShape() keep kinds alone", () => {
  const headers = new Headers({
    ETag: `W/"${"a".repeat(40)}-gzip"`,
    Location: "https://elsewhere.test/a?Signature=secret",
    Link: '<https://hub.test/api?cursor=secret>; rel="next"',
    "Content-Range": "bytes 0-0/9",
    "X-Request-Id": "secret",
  });
  const shape = answerShape({ status: 206, headers, url: "https://hub.test/a" });
  assert.deepEqual(shape, {
    status: 206,
    headers: {
      "content-range": "bytes first-last/size",
      etag: "weak, other text",
      link: "next: address of the same host",
      location: "address of another host",
      "x-request-id": "not compared",
    },
  });
  assert.deepEqual(jsonShape([{ a: "x" }, { b: 1 }]), [{ a: "text", b: "number" }]);
  assert.deepEqual(jsonShape({ sha: "0".repeat(40), none: null, list: [] }), {
    sha: "40 hexadecimal digits",
    none: "null",
    list: [],
  });
});

test("parseShapes() refuses what is no recording", () => {
  for (const text of [
    "no",
    "[]",
    '{"format":2}',
    '{"format":1,"provenance":"x","recorded":"x","answers":{"tree":1}}',
  ])
    assert.throws(() => parseShapes(text, "x.json"), /Cannot read x\.json as a recording of a hub/);
});
