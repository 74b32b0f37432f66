import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServedAnswer, ServedRequest } from "../../spec/mod.ts";
import { type EndedExchange, listenHttp, type ListenLimits } from "./http_listener.ts";

interface Given {
  readonly answer?: (asked: ServedRequest) => Promise<ServedAnswer>;
  readonly limits?: Partial<ListenLimits>;
}

/** Listens while `use` works, and gives the exchanges that have ended. */
async function listening(
  { answer = async () => text("hello"), limits = {} }: Given,
  use: (origin: string, ended: readonly EndedExchange[]) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const exchanges: EndedExchange[] = [];
  const listener = await listenHttp(answer, {
    host: "127.0.0.1",
    port: 0,
    signal: stop.signal,
    limits,
    onEnd: (ended) => exchanges.push(ended),
  });
  try {
    await use(listener.origin, exchanges);
  } finally {
    stop.abort();
    await listener.ended;
  }
}

/** Waits until so many exchanges are over; who asked may know it first. */
async function endOf(ended: readonly EndedExchange[], count: number): Promise<void> {
  while (ended.length < count) await sleep(10);
}

function text(body: string): ServedAnswer {
  const bytes = new TextEncoder().encode(body);
  return { status: 200, headers: [["Content-Length", String(bytes.length)]], body: from([bytes]) };
}

async function* from(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

test("a request arrives as it stands on the wire, and its answer goes back", async () => {
  const asked: ServedRequest[] = [];
  const answer = async (one: ServedRequest) => {
    asked.push(one);
    return text("hello");
  };
  await listening({ answer }, async (origin, ended) => {
    const { hostname, port } = new URL(origin);
    const sent = request({
      hostname,
      port,
      path: "/a/%2e%2e//b?c",
      method: "POST",
      headers: { "X-Some": "1" },
    });
    sent.end("body");
    const [response] = await once(sent, "response");
    assert.equal(response.statusCode, 200);
    assert.equal(await response.toArray().then(String), "hello");
    assert.deepEqual([asked[0]?.target, asked[0]?.body], ["/a/%2e%2e//b?c", "body"]);
    assert.equal(asked[0]?.headers["x-some"], "1");
    await endOf(ended, 1);
    assert.deepEqual([ended[0]?.status, ended[0]?.bytesSent, ended[0]?.fault], [200, 5, undefined]);
  });
});

test("headers and bodies that are too long are refused", async () => {
  const limits = { headerBytesMax: 2048, bodyBytesMax: 100 };
  await listening({ limits }, async (origin) => {
    const long = await fetch(`${origin}/${"x".repeat(5000)}`);
    assert.equal(long.status, 431);
    const big = await fetch(origin, { method: "POST", body: "x".repeat(200) });
    assert.equal(big.status, 413);
  });
});

test("a body that fails breaks the connection, and an answer that fails is 500", async () => {
  async function* failing() {
    yield new Uint8Array(10);
    throw new Error("changed");
  }
  const answer = async ({ target }: ServedRequest): Promise<ServedAnswer> => {
    if (target === "/never") throw new Error("never");
    return { status: 200, headers: [["Content-Length", "20"]], body: failing() };
  };
  await listening({ answer }, async (origin, ended) => {
    const broken = await fetch(`${origin}/broken`);
    await assert.rejects(broken.arrayBuffer());
    assert.equal((await fetch(`${origin}/never`)).status, 500);
    await endOf(ended, 2);
    assert.deepEqual(
      ended.map(({ status, fault }) => [status, String(fault)]),
      [
        [200, "Error: changed"],
        [500, "Error: never"],
      ],
    );
  });
});

test("a client that takes nothing is cut off, and no more is read than it takes", async () => {
  let made = 0;
  let isClosed = false;
  async function* endless() {
    try {
      for (;;) {
        made++;
        yield new Uint8Array(256 * 1024);
      }
    } finally {
      isClosed = true;
    }
  }
  const answer = async () => ({ status: 200, headers: [], body: endless() });
  await listening({ answer, limits: { stallMs: 200 } }, async (origin, ended) => {
    const socket = connect(Number(new URL(origin).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await endOf(ended, 1);
    socket.destroy();
    assert.ok(isClosed);
    assert.ok(made < 200, `${made} pieces were read`);
  });
});

test("connections beyond the limit are closed at once", async () => {
  await listening({ limits: { connectionsMax: 1 } }, async (origin) => {
    const port = Number(new URL(origin).port);
    const first = connect(port, "127.0.0.1");
    await once(first, "connect");
    const second = connect(port, "127.0.0.1");
    second.on("error", () => {});
    await once(second, "close");
    first.destroy();
  });
});

test("a port that is taken is refused", async () => {
  await listening({}, async (origin) => {
    const port = Number(new URL(origin).port);
    const { signal } = new AbortController();
    const answer = async () => text("");
    await assert.rejects(listenHttp(answer, { host: "127.0.0.1", port, signal }), {
      code: "EADDRINUSE",
    });
  });
});

test(
  "an address of another machine is refused",
  { skip: process.versions["deno"] !== undefined && "Deno answers EINVAL, which may be anything" },
  async () => {
    const { signal } = new AbortController();
    const answer = async () => text("");
    await assert.rejects(listenHttp(answer, { host: "192.0.2.1", port: 0, signal }), {
      code: "EADDRNOTAVAIL",
    });
  },
);
