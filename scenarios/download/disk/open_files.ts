/**
 * One call after another succeeds, fails in any way, or is cancelled: downloads, of small files and of ones that arrive in several
 * parts at once, verifications, moves, shares, and bodies that are served and not taken to their end.
 *
 * Invariants checked:
 * - When the call has ended, no file that it opened is open.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { WaitOptions } from "../../../spec/mod.ts";
import {
  askServer,
  errorOf,
  needsOwnProcess,
  overwriteBytes,
  refusingDisk,
  trackedOpens,
  wrapFiles,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  type FaultAction,
  filePlace,
  modelPlace,
  type RunningSubject,
  scenario,
  type World,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Opened-4bit";
const LONG_BYTES = 4000;
const MODEL = { repository: REPOSITORY };
/** Where a repository is not there yet, where it is whole, and where one file of it is wrong. */
const STATES = ["absent", "whole", "damaged", "outdated"] as const;
const CALLS = [
  "download",
  "downloadUrl",
  "verify",
  "status",
  "list",
  "check",
  "locate",
  "remove",
  "migrate",
  "share",
  "diagnose",
  "canLoad",
  "plan",
  "serve",
] as const;
/** Calls on an open file come up more often: those are where one is left open. */
const REFUSED = ["read", "read", "fstat", "write", "sync", "truncate", "close", "open"] as const;
const FAULTS: readonly FaultAction[] = [
  { type: "cut", atByte: 5, how: "rst" },
  { type: "flip", atByte: 3 },
  { type: "status", status: 404 },
  { type: "extra", bytes: 5 },
  { type: "html" },
];

export const openFiles = scenario({
  name: "download/open_files",
  covers: ["DISK-CLOSED"],
  goals: ["it succeeded", "the disk refused", "the hub failed", "it was cancelled"],
  weight: 2,
  pieceBytes: [1024],
  given: {
    // What is long enough arrives in several parts at once, where parts are small.
    model: fc.oneof(
      anySmallModel({ weightBytesMax: 600 }),
      anySmallModel({ weightBytesMax: LONG_BYTES }),
    ),
    urlBytes: fc.constantFrom(700, LONG_BYTES, LONG_BYTES),
    state: fc.constantFrom(...STATES, "absent" as const, "whole" as const),
    call: fc.oneof(
      fc.constantFrom(...CALLS),
      fc.constantFrom(
        "download" as const,
        "download" as const,
        "downloadUrl" as const,
        "downloadUrl" as const,
        "serve" as const,
        "share" as const,
      ),
    ),
    layout: fc.constantFrom(undefined, undefined, "lmstudio" as const, "hf-cache" as const),
    trouble: fc.constantFrom("none", "disk", "disk", "disk", "hub", "hub", "cancel"),
    refused: fc.constantFrom(...REFUSED),
    fault: fc.constantFrom(...FAULTS),
    isForever: fc.boolean(),
    nth: fc.oneof(
      fc.constant(1),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 20, max: 120 }),
    ),
  },
  world: () => ({ style: { chunkBytes: 250 } }),
  async check(given, world, verdict) {
    const { model, urlBytes, state, call, layout, trouble, refused, fault, isForever, nth } = given;
    needsOwnProcess(world, "which files another process has open is not seen");
    const request = { ...MODEL, ...(layout !== undefined && { layout }) };
    await prepare(world, { request, model, state });
    const url = world.hub.serveUrl("/files/model.gguf", new Uint8Array(urlBytes).fill(5));
    const refusing = refusingDisk({ operation: refused, code: "EIO", nth, forever: isForever });
    const controller = new AbortController();
    let calls = 0;
    let opens: ReturnType<typeof trackedOpens> | undefined;
    const subject = world.start({
      files: (files) => {
        // What is refused was not opened, and what is tracked must be the files of the disk itself.
        opens = trackedOpens(files);
        if (trouble === "disk") return refusing.files(opens.files);
        return trouble === "cancel"
          ? wrapFiles(opens.files, async (_, next) => {
              if (++calls === nth) controller.abort();
              return next();
            })
          : opens.files;
      },
    });
    // Only what has bytes to come meets the fault.
    const isFetching = call === "downloadUrl" || (call === "download" && state !== "whole");
    if (trouble === "hub" && isFetching)
      world.hub.faults = ["resolve" as const, "url" as const, "cdn" as const].map((kind) => ({
        match: { kind, method: "GET" as const, nth: isForever ? ("all" as const) : 1 },
        do: fault,
      }));
    const error = await errorOf(() =>
      carryOut(subject, { call, world, request, url, signal: controller.signal, isForever }),
    );
    // What was still on its way when the call ended may end by itself.
    await world.watch();
    const left = opens?.openPaths() ?? [];
    verdict.holds("DISK-CLOSED", left.length === 0, () => `${call} leaves ${left.join(", ")} open`);
    if (error === undefined) verdict.reached("it succeeded");
    else if (controller.signal.aborted) verdict.reached("it was cancelled");
    if (refusing.firedCount() > 0) verdict.reached("the disk refused");
    if (world.hub.firedCounts().some((count) => count > 0)) verdict.reached("the hub failed");
  },
});

/** Puts the model into the state in which the call finds it. */
async function prepare(
  world: World,
  given: {
    readonly request: Parameters<RunningSubject["download"]>[0];
    readonly model: { readonly files: Parameters<World["hub"]["publish"]>[1] };
    readonly state: (typeof STATES)[number];
  },
): Promise<void> {
  const { request, model, state } = given;
  const { hub, files } = world;
  hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
  if (state === "absent") return;
  const { directory } = await world.start().download(request);
  const place = await files.realpath(filePlace(directory, "config.json"));
  if (state === "damaged") await overwriteBytes(files, place, Uint8Array.of(123, 125));
  if (state !== "outdated") return;
  const bytes = new TextEncoder().encode('{"model_type":"llama"}');
  const changed = model.files.map((file) =>
    file.path === "config.json" ? { ...file, bytes } : file,
  );
  hub.publish(REPOSITORY, changed, { tags: ["mlx"] });
}

interface CallContext {
  readonly call: (typeof CALLS)[number];
  readonly world: World;
  readonly request: Parameters<RunningSubject["download"]>[0];
  readonly url: string;
  readonly signal: AbortSignal;
  /** Whether a body that is served is taken to its end. */
  readonly isForever: boolean;
}

async function carryOut(subject: RunningSubject, context: CallContext): Promise<unknown> {
  const { call, world, request, url, signal } = context;
  const wait: WaitOptions = { signal };
  const into = join(world.outside, "store");
  switch (call) {
    case "download":
      return subject.download(request, wait);
    case "downloadUrl":
      return subject.downloadUrl({ url }, wait);
    case "verify":
      return subject.verify(request, wait);
    case "status":
      return subject.status(request);
    case "list":
      return subject.list();
    case "check":
      return subject.check(request, wait);
    case "locate":
      return subject.locate(request);
    case "remove":
      return subject.remove(request);
    case "migrate":
      return subject.migrate(
        { ...MODEL, from: modelPlace(world, REPOSITORY, { layout: "lmstudio" }), step: "move" },
        wait,
      );
    case "share":
      return subject.share?.(
        { ...MODEL, into, layout: "hf-cache", mayCopy: true, step: "share" },
        wait,
      );
    case "diagnose":
      return subject.diagnose?.({}, wait);
    case "canLoad":
      return subject.canLoad?.(request, wait);
    case "plan":
      return subject.plan?.({ ...request, runtime: "mlx-lm" });
    case "serve":
      return serveOne(subject, context);
  }
}

/** Asks for two files; the first body may be let go of before its end. */
async function serveOne(subject: RunningSubject, { isForever }: CallContext): Promise<void> {
  const server = await subject.serve?.({});
  if (server === undefined) return;
  for (const name of ["tokenizer.json", "model.safetensors", "config.json"]) {
    const target = `/${REPOSITORY}/resolve/main/${name}`;
    if (isForever) await askServer(server, { target });
    else {
      const answer = await server.answer({
        method: "GET",
        target,
        headers: { host: "models.test" },
      });
      const body = answer.body?.[Symbol.asyncIterator]();
      await body?.next();
      await body?.return?.();
    }
    await askServer(server, { target, method: "HEAD" });
  }
}
