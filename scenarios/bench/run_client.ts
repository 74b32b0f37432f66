/**
 * A process that downloads once, with the client that its parent names, and reports how it went.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { createWriteStream, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { MlxModelDownloader, nodeHost } from "../../src/mod.ts";
import { isToolName, runTool, type ToolName, type ToolOrder } from "./run_tool.ts";

/** Who downloads. */
export type ClientName = "reference" | "node" | ToolName;

/** What a client is asked to do. */
export interface ClientOrder extends ToolOrder {
  readonly client: ClientName;
}

/** How it went. */
export interface ClientReport {
  /** Without the start of Node.js for `reference` and `node`, with that of the program for others. */
  readonly durationMs: number;
  /** Of the same. */
  readonly cpuMs: number;
  /** Undefined for programs of others. */
  readonly rssMiBMax: number | undefined;
}

/** Transfers at a time of the plain loop. */
const CONCURRENCY = 8;
/** Linux counts the time of processes in hundredths of a second. */
const TICK_MS = 10;

process.once("message", (order: ClientOrder) => {
  void run(order);
});

async function run(order: ClientOrder): Promise<void> {
  const { client } = order;
  const startMs = performance.now();
  const start = process.resourceUsage();
  if (isToolName(client)) await runTool(client, order);
  else if (client === "reference") await downloadWithReference(order);
  else await downloadPlainly(order);
  const durationMs = performance.now() - startMs;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const report: ClientReport = isToolName(client)
    ? { durationMs, cpuMs: childrenCpuMs(), rssMiBMax: undefined }
    : {
        durationMs,
        cpuMs: (userCPUTime - start.userCPUTime + systemCPUTime - start.systemCPUTime) / 1000,
        rssMiBMax: maxRSS / 1024,
      };
  process.send?.(report, () => process.exit(0));
}

/** The processor time of all children that have ended; Node.js does not tell it. */
function childrenCpuMs(): number {
  if (process.platform !== "linux") return Number.NaN;
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

async function downloadWithReference({ endpoint, repository, root }: ClientOrder): Promise<void> {
  const downloader = new MlxModelDownloader(nodeHost(), { root, env: { HF_ENDPOINT: endpoint } });
  await downloader.download({ repository, include: ["*"] });
}

/** What everybody would write first: fetch, hash on the way, write to the final path; no resume, no sync, no check. */
async function downloadPlainly(order: ClientOrder): Promise<void> {
  const { endpoint, repository, root } = order;
  const queue = [...order.paths];
  const work = async (): Promise<void> => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      const response = await fetch(`${endpoint}/${repository}/resolve/main/${path}`);
      const target = join(root, path);
      await mkdir(dirname(target), { recursive: true });
      const file = createWriteStream(target);
      const hash = createHash("sha256");
      for await (const chunk of response.body ?? []) {
        hash.update(chunk);
        if (!file.write(chunk)) await once(file, "drain");
      }
      hash.digest("hex");
      file.end();
      await once(file, "close");
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}
