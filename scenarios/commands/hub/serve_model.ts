/**
 * The work of `mlx-conform hub`: serves one repository until it is stopped.
 *
 * @module
 */

import {
  type HubExchange,
  type HubFile,
  parseFault,
  type ServedHub,
  serveHub,
  shellWord,
  SimulatedHub,
  tinyLlama,
} from "../../../harness/internal.ts";
import type { ConformContext } from "../conform_context.ts";
import { exchangeLine, type LogForm } from "./exchange_line.ts";
import type { HubOptions } from "./hub_command.ts";
import { readModel } from "./read_model.ts";

/** Addresses that stand for all of a machine, and lead nowhere as part of a link. */
const ANY_ADDRESS: readonly string[] = ["0.0.0.0", "::", ""];

/** What the server may use of the process around it. */
export interface ServeContext extends Pick<ConformContext, "writeOut" | "writeErr"> {
  /** Resolves when the server is to end. */
  readonly stopped: () => Promise<void>;
}

/**
 * Serves a model until it is stopped, and says how to reach it.
 *
 * @throws {RangeError} when a fault or the model cannot be read, or the address or port not be used
 */
export async function serveModel(options: HubOptions, context: ServeContext): Promise<void> {
  const { repository, token, log } = options;
  const faults = options.fault.map(parseFault);
  const { files, next } = await commitsOf(options.model);
  const hub = new SimulatedHub({
    now: () => Date.now(),
    faults,
    unknownRoutes: "noted",
    // The Python client reads the bare answer to an unknown name over https alone.
    style: { namesErrorToAnonymous: true },
  });
  const commit = hub.publish(repository, files, { tags: ["mlx"] });
  hub.prepare(repository, next, { tags: ["mlx"] });
  if (token !== undefined) hub.requireToken(repository, token);
  const form: LogForm | undefined = log === true ? "lines" : log;
  let requests = 0;
  const onEnd = (exchange: HubExchange) => {
    requests++;
    if (form !== undefined) context.writeOut(`${exchangeLine(exchange, form)}\n`);
    for (const fault of hub.harnessErrors.splice(0)) context.writeErr(`mlx-conform: ${fault}\n`);
    // A server may run for days.
    hub.clearLog();
  };
  const stopped = context.stopped();
  const served = await listen(hub, { options, onEnd });
  context.writeOut(`${greeting({ options, served, commit, files, form }).join("\n")}\n`);
  await stopped;
  await served.close();
  const fired = hub.firedCounts().map((count, at) => `${faults[at]?.do.type} ${count} times`);
  const end = [`${requests} requests`, ...fired].join(", ");
  context.writeErr(`mlx-conform: ended after ${end}\n`);
}

/** The files of the first commit, and of the one that a `move-branch` fault publishes. */
async function commitsOf(
  model: string,
): Promise<{ readonly files: readonly HubFile[]; readonly next: readonly HubFile[] }> {
  if (model === "generated") {
    const ofSeed = (seed: number) => tinyLlama({ seed, shards: 2, extraFiles: true }).files;
    return { files: ofSeed(0), next: ofSeed(1) };
  }
  const files = await readModel(model);
  const bytes = new TextEncoder().encode("# The next commit\n");
  const others = files.filter(({ path }) => path !== "README.md");
  return { files, next: [...others, { path: "README.md", bytes, lfs: false }] };
}

async function listen(
  hub: SimulatedHub,
  {
    options,
    onEnd,
  }: { readonly options: HubOptions; readonly onEnd: (exchange: HubExchange) => void },
): Promise<ServedHub> {
  const { port, host, slow } = options;
  if (host !== undefined && ANY_ADDRESS.includes(host))
    throw new RangeError(
      `Cannot serve at "${host}": name the address by which clients reach this machine, as links lead there`,
    );
  try {
    return await serveHub(hub, {
      onEnd,
      ...(port === undefined ? {} : { port }),
      ...(host === undefined ? {} : { hostname: host }),
      ...(slow === undefined ? {} : { bytesPerSecond: slow }),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot serve the hub: ${why}`, { cause });
  }
}

/** What is printed first. */
function greeting(facts: {
  readonly options: HubOptions;
  readonly served: ServedHub;
  readonly commit: string;
  readonly files: readonly HubFile[];
  readonly form: LogForm | undefined;
}): string[] {
  const { options, served, commit, files, form } = facts;
  const { repository, token } = options;
  const { endpoint, cdnOrigin } = served;
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (form === "json")
    return [
      JSON.stringify({ type: "listening", endpoint, cdn: cdnOrigin, repository, commit, bytes }),
    ];
  const withToken = token === undefined ? "" : ` HF_TOKEN=${shellWord(token)}`;
  return [
    `${repository} at ${endpoint}: commit ${commit}, ${files.length} files, ${bytes} bytes`,
    `HF_ENDPOINT=${endpoint}${withToken} mlx-layout download ${repository}`,
    "Ctrl-C ends it.",
  ];
}
