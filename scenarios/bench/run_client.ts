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
import { measure, type Measurement } from "./measure.ts";
import { isToolName, runTool, type ToolName, type ToolOrder } from "./run_tool.ts";

/** Who downloads. */
export type ClientName = "reference" | "node" | ToolName;

/** What a client is asked to do. */
export interface ClientOrder extends ToolOrder {
  readonly client: ClientName;
}

/** Transfers at a time of the plain loop. */
const CONCURRENCY = 8;

process.once("message", (order: ClientOrder) => {
  void run(order);
});

async function run(order: ClientOrder): Promise<void> {
  const { client } = order;
  const isTool = isToolName(client);
  const report: Measurement = await measure(
    () => {
      if (isTool) return runTool(client, order);
      return client === "reference" ? downloadWithReference(order) : downloadPlainly(order);
    },
    { isProgram: isTool },
  );
  process.send?.(report, () => process.exit(0));
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
