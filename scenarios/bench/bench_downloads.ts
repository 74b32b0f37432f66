/**
 * The work of `mlx-conform bench download`: measures the reference's download beside a plain loop over `fetch`, in one run, against a hub in another process.
 *
 * Times depend on the machine; the ratio of the two is what can be compared.
 *
 * @module
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConformContext } from "../commands/conform_context.ts";
import { moduleBeside } from "../commands/module_beside.ts";
import type { ClientOrder, ClientReport } from "./run_client.ts";
import type { ServeOrder } from "./serve_large_model.ts";

const MIB = 1024 * 1024;
const REPOSITORY = "mlx-community/Bench-4bit";
const CLIENTS = ["reference", "plain"] as const;

const WORKLOADS: readonly {
  readonly name: string;
  readonly order: Omit<ServeOrder, "repository">;
}[] = [
  { name: "1 x 1 GiB", order: { shards: 1, shardBytes: 1024 * MIB, smallFiles: 0 } },
  { name: "4 x 256 MiB", order: { shards: 4, shardBytes: 256 * MIB, smallFiles: 0 } },
  { name: "1,000 x 10 kB", order: { shards: 1, shardBytes: MIB, smallFiles: 1000 } },
  {
    name: "1 x 256 MiB at 20 MB/s a connection",
    order: { shards: 1, shardBytes: 256 * MIB, smallFiles: 0, bytesPerSecond: 20_000_000 },
  },
];

/** Measures each workload by both clients, some rounds each, and prints medians and the ratio. */
export async function benchDownloads(rounds: number, { writeOut }: ConformContext): Promise<void> {
  for (const { name, order } of WORKLOADS) {
    const server = start("./serve_large_model");
    server.send({ ...order, repository: REPOSITORY } satisfies ServeOrder);
    const [endpoint] = (await once(server, "message")) as [string];
    const reports = new Map<string, ClientReport[]>(CLIENTS.map((client) => [client, []]));
    // Rounds alternate, so that what disturbs the machine disturbs both.
    for (let round = 0; round < rounds; round++) {
      for (const client of CLIENTS) reports.get(client)?.push(await measure(client, endpoint));
    }
    server.kill();
    writeOut(`${name}\n`);
    for (const client of CLIENTS)
      writeOut(`  ${client.padEnd(10)} ${describe(reports.get(client) ?? [])}\n`);
    const ratio =
      median(reports.get("reference"), "durationMs") / median(reports.get("plain"), "durationMs");
    writeOut(`  reference takes ${ratio.toFixed(2)} times as long as the plain loop\n`);
  }
}

async function measure(client: ClientOrder["client"], endpoint: string): Promise<ClientReport> {
  // A fresh directory each time: some file systems are slow to reuse what was just freed.
  const root = await mkdtemp(join(tmpdir(), "mlx-layout-bench-"));
  try {
    const child = start("./run_client");
    child.send({ client, endpoint, repository: REPOSITORY, root } satisfies ClientOrder);
    const [report] = (await once(child, "message")) as [ClientReport];
    return report;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function start(module: string): ChildProcess {
  return fork(moduleBeside(module, import.meta.url), {
    // As `mlx-layout` starts itself; see its first line.
    execArgv: [...process.execArgv, "--max-semi-space-size=2"],
  });
}

function median(reports: readonly ClientReport[] = [], field: keyof ClientReport): number {
  const sorted = reports.map((report) => report[field]).toSorted((one, two) => one - two);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function describe(reports: readonly ClientReport[]): string {
  const seconds = (median(reports, "durationMs") / 1000).toFixed(2);
  const cpuSeconds = (median(reports, "cpuMs") / 1000).toFixed(2);
  return `${seconds} s, ${cpuSeconds} s of processor, ${Math.round(median(reports, "rssMiBMax"))} MiB at most`;
}
