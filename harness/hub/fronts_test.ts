import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FaultAction } from "./faults/fault_rule.ts";
import type { HubExchange } from "./answers/hub_answer.ts";
import { serveHub } from "./fronts/http_front.ts";
import type { HubFile } from "./hub_file.ts";
import { type HubStyle, LINK_STYLES } from "./hub_style.ts";
import { mswFetch } from "./fronts/msw_front.ts";
import { SimulatedHub } from "./simulated_hub.ts";

interface Question {
  readonly method: "GET" | "HEAD";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const BYTES = Uint8Array.from({ length: 3000 }, (_, index) => (index * 7) % 256);
const FILES: readonly HubFile[] = [
  { path: "config.json", bytes: BYTES.subarray(0, 900), lfs: false },
  { path: "empty.json", bytes: new Uint8Array(), lfs: false },
  { path: "deep/é b%25.json", bytes: BYTES.subarray(5, 300), lfs: false },
  { path: "model.safetensors", bytes: BYTES, lfs: true },
];
const COMPARED = [
  "content-length",
  "content-range",
  "content-encoding",
  "content-type",
  "accept-ranges",
  "etag",
  "x-repo-commit",
  "x-linked-etag",
  "x-linked-size",
  "x-error-code",
  "x-error-message",
  "retry-after",
  "ratelimit",
  "link",
  "location",
];

const style: fc.Arbitrary<Partial<HubStyle>> = fc.record(
  {
    lfsFiles: fc.constantFrom("cdn", "direct"),
    smallFiles: fc.constantFrom("direct", "resolve-cache"),
    pageSize: fc.integer({ min: 1, max: 6 }),
    linkStyle: fc.constantFrom(...LINK_STYLES),
    etagStyle: fc.constantFrom("strong", "weak", "proxied"),
    sendCommitHeader: fc.boolean(),
    sendEtag: fc.boolean(),
    sendContentLength: fc.boolean(),
    sendLinkedHeaders: fc.boolean(),
    directoryEntries: fc.boolean(),
    gzipSmallFiles: fc.boolean(),
    gzipUnasked: fc.boolean(),
    rateLimitHeaders: fc.boolean(),
    chunkBytes: fc.integer({ min: 1, max: 4000 }),
  },
  { requiredKeys: [] },
);

const byte = fc.integer({ min: 0, max: 3100 });
const action: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.record({
    type: fc.constant("cut" as const),
    atByte: byte,
    how: fc.constantFrom("fin" as const, "rst" as const),
  }),
  fc.record({ type: fc.constant("flip" as const), atByte: byte }),
  fc.record({ type: fc.constant("short" as const), byBytes: byte }),
  fc.record({ type: fc.constant("extra" as const), bytes: byte }),
  fc.record({
    type: fc.constant("status" as const),
    status: fc.constantFrom(204, 404, 429, 500, 503),
    retryAfter: fc.constantFrom("3", "soon"),
    html: fc.boolean(),
  }),
  fc.constant({ type: "ignore-range" } as const),
  fc.record({
    type: fc.constant("wrong-content-range" as const),
    shiftBytes: fc.constantFrom(-9, 9),
  }),
  fc.record({
    type: fc.constant("content-length" as const),
    byBytes: fc.integer({ min: -50, max: 50 }),
  }),
  fc.constant({ type: "content-length" } as const),
  fc.constant({ type: "rotate-etag" } as const),
  fc.constant({ type: "html" } as const),
  fc.constant({ type: "lfs-pointer" } as const),
  fc.constant({ type: "redirect", to: "{cdn}/elsewhere" } as const),
  fc.constant({ type: "redirect-loop" } as const),
  fc.constant({ type: "endless-pages" } as const),
  fc.constant({ type: "reset" } as const),
  fc.constant({ type: "close" } as const),
  fc.record({
    type: fc.constant("drip" as const),
    bytesPerSecond: fc.integer({ min: 200_000, max: 1_000_000 }),
  }),
  fc.record({
    type: fc.constant("gzip-bomb" as const),
    inflatedBytes: fc.integer({ min: 0, max: 2_200_000 }),
  }),
  fc.record({
    type: fc.constant("oversize-listing" as const),
    entries: fc.integer({ min: 1, max: 50 }),
  }),
);

const headers = fc.record(
  {
    range: fc.oneof(
      fc.tuple(byte, byte).map(([a, b]) => `bytes=${a}-${b}`),
      byte.map((a) => `bytes=${a}-`),
      byte.map((a) => `bytes=-${a}`),
      fc.constant("bytes=0-1,3-4"),
    ),
    "accept-encoding": fc.constantFrom("gzip", "identity", "gzip;q=0"),
    authorization: fc.constantFrom("Bearer hf_right", "Bearer hf_wrong"),
  },
  { requiredKeys: [] },
);

const question: fc.Arbitrary<Question> = fc.record({
  method: fc.constantFrom("GET" as const, "GET" as const, "HEAD" as const),
  path: fc.constantFrom(
    ...[
      "",
      "/tree/main?recursive=true",
      "/tree/main",
      "/tree/none",
      "/revision/main?blobs=true",
    ].map((rest) => `/api/models/org/name${rest}`),
    ...["config.json", "empty.json", "deep/%C3%A9%20b%2525.json", "model.safetensors", "none"].map(
      (file) => `/org/name/resolve/main/${file}`,
    ),
    "/api/models/ORG/name",
    "/api/models/org/none",
    "/gated/name/resolve/main/config.json",
    "/unknown/route",
  ),
  headers,
});

function newHub(options: {
  style: Partial<HubStyle>;
  faults: readonly FaultAction[];
}): SimulatedHub {
  const hub = new SimulatedHub({
    now: () => 0,
    style: options.style,
    faults: options.faults.map((fault) => ({ match: {}, do: fault })),
  });
  hub.publish("org/name", FILES);
  hub.publish("gated/name", FILES);
  hub.gate("gated/name", { tokens: ["hf_right"] });
  return hub;
}

type Asker = (
  url: string,
  init: { method: "GET" | "HEAD"; headers: Question["headers"] },
) => Promise<Told>;

interface Told {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** What the log says of an exchange, save addresses and times. */
function logged({ status, kind, path, range, acceptEncoding, file }: HubExchange): unknown {
  return { status, kind, path, range, file, gzip: acceptEncoding?.includes("gzip") };
}

/** Everything that a client can see, with the hub's addresses made equal. */
async function seen(ask: Asker, hub: SimulatedHub, { method, path, headers: sent }: Question) {
  const url = path.startsWith("/") ? hub.endpoint + path : path;
  const neutral = (text: string) =>
    text
      .replaceAll(hub.endpoint, "<hub>")
      .replaceAll(hub.cdnOrigin, "<cdn>")
      .replaceAll(hub.urlOrigin, "<url>");
  let response: Told;
  try {
    response = await ask(url, { method, headers: sent });
  } catch (error) {
    assert.ok(error instanceof TypeError);
    return { answer: { broken: true }, location: null };
  }
  const chunks: Uint8Array[] = [];
  let broken = false;
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
  } catch (error) {
    assert.ok(error instanceof TypeError, String(error));
    broken = true;
  }
  const { status } = response;
  const location = response.headers.get("location");
  const fields = COMPARED.map((name) => [name, neutral(response.headers.get(name) ?? "-")]);
  const redirected = status >= 300 && status < 400;
  const body = redirected ? neutral(Buffer.concat(chunks).toString()) : Buffer.concat(chunks);
  // The text of a redirect has an address in it, and the two hubs' differ in length.
  const compared = redirected ? fields.filter(([name]) => name !== "content-length") : fields;
  // How much comes out of a damaged compressed body before the damage shows depends on buffers.
  const zipped = response.headers.get("content-encoding") === "gzip";
  const read = broken && zipped ? "damaged" : body;
  return { answer: { status, fields: compared, broken, read }, location };
}

test("both fronts answer alike, redirects followed by hand", { timeout: 120_000 }, async () => {
  const goals = new Map<string, number>();
  const reach = (goal: string) => goals.set(goal, (goals.get(goal) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(
      style,
      fc.array(action, { maxLength: 2 }),
      fc.array(question, { minLength: 1, maxLength: 6 }),
      async (drawnStyle, faults, questions) => {
        // Megabytes in pieces of a few bytes take minutes, and show nothing that larger pieces do not.
        const isLong = faults.some(({ type }) => type === "gzip-bomb");
        const hubStyle = isLong ? { ...drawnStyle, chunkBytes: 4096 } : drawnStyle;
        const simulated = newHub({ style: hubStyle, faults });
        const real = newHub({ style: hubStyle, faults });
        const front = await serveHub(real);
        try {
          for (const asked of questions) {
            let toSimulated = asked;
            let toReal = asked;
            for (let hop = 0; hop < 3; hop++) {
              const expected = await seen(
                (url, init) =>
                  fetch(url, { ...init, headers: { ...init.headers }, redirect: "manual" }),
                real,
                toReal,
              );
              const actual = await seen(mswFetch(simulated), simulated, toSimulated);
              assert.deepEqual(actual.answer, expected.answer);
              if ("status" in expected.answer) reach(`${expected.answer.status}`);
              if (expected.answer.broken) reach("broken");
              if (expected.location === null || actual.location === null) break;
              toReal = { ...asked, path: new URL(expected.location, real.endpoint).href };
              toSimulated = { ...asked, path: new URL(actual.location, simulated.endpoint).href };
            }
          }
          assert.deepEqual(simulated.firedCounts(), real.firedCounts());
          assert.deepEqual(simulated.log.map(logged), real.log.map(logged));
        } finally {
          await front.close();
        }
      },
    ),
    { numRuns: 150 },
  );
  for (const goal of ["200", "206", "302", "307", "401", "403", "404", "416", "501", "broken"]) {
    assert.ok((goals.get(goal) ?? 0) > 0, `never seen: ${goal}`);
  }
});
