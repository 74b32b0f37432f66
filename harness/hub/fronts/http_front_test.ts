import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultAction } from "../faults/fault_rule.ts";
import type { HubExchange } from "../answers/hub_answer.ts";
import { serveHub, type ServeHubOptions } from "./http_front.ts";
import { SimulatedHub } from "../simulated_hub.ts";

const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
const FILE = "/org/name/resolve/main/a.bin";

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly received: Buffer;
  /** Code of the error that broke the body off. */
  readonly broken: string | undefined;
}

/** Reads to the end or to the break; a body that goes silent for 300 ms counts as stalled. */
async function get(url: string, options: http.RequestOptions = {}): Promise<Reply> {
  const request = http.get(url, { agent: false, ...options });
  const [response]: http.IncomingMessage[] = await once(request, "response");
  assert.ok(response !== undefined);
  const chunks: Buffer[] = [];
  let broken: string | undefined;
  request.on("error", () => {});
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve) => {
    let silence: NodeJS.Timeout | undefined;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        broken ??= "STALLED";
        request.destroy();
        resolve();
      }, 300);
    };
    listen();
    response.on("data", listen);
    response.on("error", (error: NodeJS.ErrnoException) => {
      broken ??= error.code ?? "unknown";
    });
    response.on("close", () => {
      clearTimeout(silence);
      resolve();
    });
  });
  const { statusCode = 0, headers } = response;
  return { status: statusCode, headers, received: Buffer.concat(chunks), broken };
}

async function served(
  actions: readonly FaultAction[],
  use: (hub: SimulatedHub, url: string) => Promise<void>,
  options?: ServeHubOptions,
): Promise<void> {
  const faults = actions.map((action) => ({ match: {}, do: action }));
  const hub = new SimulatedHub({ now: () => 0, faults, style: { lfsFiles: "direct" } });
  hub.publish("org/name", [{ path: "a.bin", bytes, lfs: true }]);
  const front = await serveHub(hub, options);
  try {
    await use(hub, front.endpoint + FILE);
    assert.deepEqual(hub.harnessErrors, []);
  } finally {
    await front.close();
  }
}

test("serveHub() serves hub and content network under two hosts, and on Linux by addresses alone", async () => {
  const hub = new SimulatedHub({ now: () => 0 });
  hub.publish("org/name", [{ path: "a.bin", bytes, lfs: true }]);
  const simulated = hub.endpoint;
  const front = await serveHub(hub);
  try {
    assert.equal(hub.endpoint, front.endpoint);
    assert.equal(new URL(front.endpoint).hostname, "127.0.0.1");
    assert.notEqual(new URL(front.cdnOrigin).hostname, new URL(front.endpoint).hostname);
    if (process.platform === "linux") assert.match(new URL(front.cdnOrigin).hostname, /^127\./);
    const first = await get(front.endpoint + FILE);
    assert.equal(first.status, 302);
    const second = await get(first.headers.location ?? "");
    assert.deepEqual(new Uint8Array(second.received), bytes);
    const url = hub.serveUrl("/plain.bin", bytes);
    assert.equal((await get(url)).received.length, bytes.length);
  } finally {
    await front.close();
  }
  assert.equal(hub.endpoint, simulated);
  await assert.rejects(get(front.endpoint + FILE), { code: "ECONNREFUSED" });
});

test("serveHub() breaks a body off properly, by reset, or by silence", async () => {
  for (const [how, code] of [
    ["fin", "ECONNRESET"],
    ["rst", "ECONNRESET"],
    ["stall", "STALLED"],
  ] as const) {
    await served([{ type: "cut", atByte: 70_000, how }], async (hub, url) => {
      const reply = await get(url);
      assert.equal(reply.headers["content-length"], "200000");
      assert.equal(reply.broken, code, how);
      assert.deepEqual(new Uint8Array(reply.received), bytes.subarray(0, 70_000), how);
      assert.equal(hub.log[0]?.bytesSent, 70_000);
    });
  }
});

/** What a socket sees: how it ends, which an HTTP client does not tell. */
async function socketEnd(url: string): Promise<string> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
  socket.resume();
  return await new Promise((resolve) => {
    socket.on("end", () => resolve("fin"));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
  });
}

test("serveHub() tells a closed connection from a reset one", async () => {
  await served([{ type: "cut", atByte: 7, how: "fin" }], async (_, url) => {
    assert.equal(await socketEnd(url), "fin");
  });
  await served([{ type: "cut", atByte: 7, how: "rst" }], async (_, url) => {
    assert.equal(await socketEnd(url), "ECONNRESET");
  });
  await served([{ type: "refuse" }, { type: "reset" }], async (_, url) => {
    assert.equal(await socketEnd(url), "ECONNRESET");
    assert.equal(await socketEnd(url), "ECONNRESET");
  });
});

test("serveHub() says nothing when there is to be no answer", async () => {
  await served([{ type: "no-answer" }], async (_, url) => {
    const request = http.get(url, { agent: false });
    const answered = once(request, "response").then(
      () => "answer",
      () => "failure",
    );
    assert.equal(await Promise.race([answered, sleep(150, "silence")]), "silence");
    request.destroy();
  });
});

test("serveHub() sends the Content-Length that it is told to, and ends where the body ends", async () => {
  await served([{ type: "content-length", byBytes: 9 }], async (_, url) => {
    const reply = await get(url);
    assert.equal(reply.headers["content-length"], "200009");
    assert.equal(reply.received.length, 200_000);
    assert.equal(reply.broken, "ECONNRESET");
  });
  await served([{ type: "content-length", byBytes: -9 }], async (_, url) => {
    assert.equal((await get(url)).received.length, 199_991);
  });
  await served([{ type: "content-length" }], async (_, url) => {
    const reply = await get(url);
    assert.equal(reply.headers["transfer-encoding"], "chunked");
    assert.equal(reply.received.length, 200_000);
    assert.equal(reply.broken, undefined);
  });
});

test("serveHub() sends a body without end until the client leaves", async () => {
  await served([{ type: "endless-body" }], async (hub, url) => {
    const request = http.get(url, { agent: false });
    request.on("error", () => {});
    const [response]: http.IncomingMessage[] = await once(request, "response");
    assert.ok(response !== undefined);
    let total = 0;
    for await (const chunk of response) {
      total += chunk.length;
      if (total > 5_000_000) break;
    }
    assert.ok(total > 5_000_000);
    await sleep(20);
    const sent = hub.log[0]?.bytesSent;
    await sleep(20);
    assert.equal(hub.log[0]?.bytesSent, sent);
  });
});

test("serveHub() waits before a delayed answer", async () => {
  await served([{ type: "delay", delayMs: 60 }], async (_, url) => {
    const start = performance.now();
    assert.equal((await get(url)).status, 200);
    assert.ok(performance.now() - start >= 55);
  });
});

test("serveHub() keeps to a pace, and tells what it sent", async () => {
  const seen: number[] = [];
  const onSent = ({ bytesSent }: HubExchange) => {
    seen.push(bytesSent);
  };
  await served(
    [],
    async (_, url) => {
      const start = performance.now();
      assert.equal((await get(url)).received.length, 200_000);
      assert.ok(performance.now() - start >= 150);
    },
    { bytesPerSecond: 1_000_000, onSent },
  );
  assert.ok(seen.length >= 10);
  assert.equal(seen.at(-1), 200_000);
});

test("serveHub() answers a request that came as to a proxy", async () => {
  await served([], async (hub, url) => {
    const { hostname, port } = new URL(url);
    const reply = await get(`http://${hostname}:${port}`, { path: url });
    assert.equal(reply.status, 200);
    assert.equal(hub.log[0]?.proxy, hub.endpoint);
  });
});

test("serveHub() keeps one connection for many requests", async () => {
  await served([], async (hub, url) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const ports = new Set<number | undefined>();
      for (let index = 0; index < 5; index++) {
        const request = http.get(url, { agent, method: index % 2 === 0 ? "GET" : "HEAD" });
        const [response]: http.IncomingMessage[] = await once(request, "response");
        ports.add(response?.socket.localPort);
        response?.resume();
        if (response !== undefined) await once(response, "end");
      }
      assert.equal(ports.size, 1);
      assert.equal(hub.log.length, 5);
    } finally {
      agent.destroy();
    }
  });
});

test("serveHub() closes a connection before an answer, without a reset", async () => {
  await served([{ type: "close" }], async (_, url) => {
    await assert.rejects(get(url), { code: "ECONNRESET", message: /hang up/ });
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${FILE} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n`);
    const [first]: [Buffer] = (await once(socket, "data")) as [Buffer];
    assert.match(first.toString(), /^HTTP\/1\.1 200/, "the next request is answered");
    socket.destroy();
  });
});

test("serveHub() drips where a fault says so", async () => {
  let pieces = 0;
  const drip = { type: "drip", bytesPerSecond: 1_000_000 } as const;
  const onSent = () => {
    pieces++;
  };
  await served([drip], async (_, url) => void (await get(url)), { onSent });
  assert.ok(pieces > Math.ceil(bytes.length / 65_536), `${pieces} pieces`);
});

test("serveHub() sends a field several times", async () => {
  const hub = new SimulatedHub({
    now: () => 0,
    style: { pageSize: 1, linkStyle: "several-fields" },
  });
  hub.publish(
    "org/name",
    ["a", "b"].map((path) => ({ path, bytes, lfs: false })),
  );
  const front = await serveHub(hub);
  try {
    const request = http.get(`${front.endpoint}/api/models/org/name/tree/main`, { agent: false });
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const names = response.rawHeaders.filter((_, at) => at % 2 === 0);
    assert.equal(names.filter((name) => name === "Link").length, 3);
    response.resume();
    await once(response, "close");
  } finally {
    await front.close();
  }
});
