/**
 * A process that downloads once, with the client that its parent names, and reports how it went.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { MlxModelDownloader, nodeHost } from "../../src/mod.ts";

/** What a client is asked to do. */
export interface ClientOrder {
  readonly client: "reference" | "plain";
  readonly endpoint: string;
  readonly repository: string;
  readonly root: string;
}

/** How it went. */
export interface ClientReport {
  readonly durationMs: number;
  readonly cpuMs: number;
  readonly rssMiBMax: number;
}

const CLIENTS = { reference: downloadWithReference, plain: downloadPlainly } as const;
/** Transfers at a time, for both. */
const CONCURRENCY = 8;

process.once("message", (order: ClientOrder) => {
  void run(order);
});

async function run(order: ClientOrder): Promise<void> {
  const startMs = performance.now();
  await CLIENTS[order.client](order);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const report: ClientReport = {
    durationMs: performance.now() - startMs,
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    rssMiBMax: maxRSS / 1024,
  };
  process.send?.(report, () => process.exit(0));
}

async function downloadWithReference({ endpoint, repository, root }: ClientOrder): Promise<void> {
  const downloader = new MlxModelDownloader(nodeHost(), { root, env: { HF_ENDPOINT: endpoint } });
  await downloader.download({ repository, concurrency: CONCURRENCY });
}

/** What everybody would write first: fetch, hash on the way, write to the final path; no resume, no sync, no check. */
async function downloadPlainly({ endpoint, repository, root }: ClientOrder): Promise<void> {
  const info = (await (await fetch(`${endpoint}/api/models/${repository}`)).json()) as {
    siblings: { rfilename: string }[];
  };
  const queue = info.siblings.map((sibling) => sibling.rfilename);
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
