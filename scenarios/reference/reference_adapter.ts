/**
 * The reference as a program that speaks the subject protocol.
 *
 * With `--miniature NAME` it misbehaves as that one does, for tests of the harness. With `--layout hf-cache` the hub's own cache
 * is its first layout. With `--places` it claims that profile too, of which the protocol carries only a part.
 * `MLX_LAYOUT_CLOCK_SPEED` lets its clock, and so its pauses and time limits, run so many times as fast;
 * it claims so.
 *
 * @module
 */

import { RealClock } from "../../harness/clock/real_clock.ts";
import {
  type AdapterCall,
  AdapterError,
  serveAdapter,
} from "../../harness/subjects/adapters/serve_adapter.ts";
import type {
  Clock,
  DownloadRequest,
  Layout,
  MigrationRequest,
  ModelManager,
  ServeRequest,
  ShareRequest,
  Subject,
  UrlRequest,
} from "../../spec/mod.ts";
import { DEFAULT_LAYOUT, layoutNames } from "../../src/layout/layouts/mod.ts";
import { listenHttp } from "../../src/node/http_listener.ts";
import { nodeHost } from "../../src/node_host.ts";
import { packageVersion } from "../../src/package_version.ts";
import { reference } from "./reference.ts";

const speed = Number(process.env["MLX_LAYOUT_CLOCK_SPEED"] ?? 1);
const startMs = Number(process.env["MLX_LAYOUT_CLOCK_START"] ?? Date.now());
const host = { ...nodeHost(), ...(speed === 1 ? {} : { clock: fastClock() }) };
/** `--layout hf-cache` makes the hub's own cache its first layout. */
const isOfHubCache = process.argv.includes("hf-cache");
const ownLayout: Layout = isOfHubCache ? "hf-cache" : DEFAULT_LAYOUT;
const layouts: readonly Layout[] = [ownLayout, ...layoutNames(({ name }) => name !== ownLayout)];
/** One for each root: a process keeps what it knows from one operation to the next. */
const managers = new Map<string, ModelManager>();
const subject = await resolvedSubject();
const inputEnds = new AbortController();
process.stdin.once("end", () => inputEnds.abort());

serveAdapter(
  {
    name: isOfHubCache ? "mlx-layout-hf-cache" : "mlx-layout",
    version: packageVersion(),
    roles: ["downloader", "manager", "loader"],
    capabilities: [
      "cancel",
      "progress",
      "patterns",
      "revision",
      "token",
      "offline",
      "endpoint",
      "concurrency",
    ],
    layouts,
    profiles: [
      "core",
      "offline",
      "environment",
      "interop",
      "durable",
      "verdicts",
      "serving",
      ...(process.argv.includes("--places") ? (["places"] as const) : []),
    ],
    clockSpeed: speed,
  },
  {
    download: (call) => managerOf(call).download(requestOf<DownloadRequest>(call), waiting(call)),
    downloadUrl: (call) => managerOf(call).downloadUrl(requestOf<UrlRequest>(call), waiting(call)),
    status: (call) => managerOf(call).status(call.request),
    verify: (call) => managerOf(call).verify(call.request, waiting(call)),
    list: async (call) => ({ models: await managerOf(call).list() }),
    locate: async (call) => ({ directory: await managerOf(call).locate(call.request) }),
    remove: (call) => managerOf(call).remove(call.request),
    migrate: (call) => managerOf(call).migrate(requestOf<MigrationRequest>(call), waiting(call)),
    share: (call) => share(managerOf(call), call),
    check: (call) => managerOf(call).check(call.request, waiting(call)),
    canLoad: (call) => canLoad(managerOf(call), call),
    serve: (call) => serve(managerOf(call), requestOf<ServeRequest>(call)),
  },
);

async function canLoad(manager: ModelManager, call: AdapterCall): Promise<object> {
  if (manager.canLoad === undefined) throw new AdapterError("unsupported", "It gives no verdicts");
  return await manager.canLoad(requestOf<DownloadRequest>(call), waiting(call));
}

async function share(manager: ModelManager, call: AdapterCall): Promise<object> {
  if (manager.share === undefined) throw new AdapterError("unsupported", "It shares nothing");
  return await manager.share(requestOf<ShareRequest>(call), waiting(call));
}

/** Listens until the input ends. */
async function serve(manager: ModelManager, request: ServeRequest): Promise<object> {
  if (manager.serve === undefined) throw new AdapterError("unsupported", "It serves nothing");
  const server = await manager.serve(request);
  const { origin } = await listenHttp((asked) => server.answer(asked), {
    host: "127.0.0.1",
    port: 0,
    signal: inputEnds.signal,
  });
  return { address: origin };
}

function managerOf({ root }: AdapterCall): ModelManager {
  const known = managers.get(root);
  if (known !== undefined) return known;
  const manager = subject.start(host, { root, env: process.env });
  managers.set(root, manager);
  return manager;
}

async function resolvedSubject(): Promise<Subject> {
  const at = process.argv.indexOf("--miniature");
  if (at < 0) return reference;
  const { miniatureNamed } = await import("../../harness/miniatures/mod.ts");
  return miniatureNamed(process.argv[at + 1] ?? "").wrap(reference);
}

function requestOf<T extends object>({ request }: AdapterCall): T {
  return request as object as T;
}

function waiting({ signal, progress }: AdapterCall) {
  return { signal, onProgress: progress };
}

function fastClock(): Clock {
  const clock = new RealClock({ startMs, speed });
  return {
    now: () => clock.now(),
    // In parts, as the real clock refuses a pause that is too long for a test; the process is ended long before that.
    sleep: async (durationMs, signal) => {
      for (let leftMs = durationMs; leftMs > 0; leftMs -= 1000)
        await clock.sleep(Math.min(leftMs, 1000), signal);
      signal?.throwIfAborted();
    },
  };
}
