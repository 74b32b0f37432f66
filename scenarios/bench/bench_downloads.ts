/**
 * The work of `mlx-conform bench download`: measures downloads by the reference beside other clients, in one run, against a hub in another process.
 *
 * Times depend on the machine; the ratios are what can be compared.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ConformContext } from "../commands/conform_context.ts";
import { type Figures, keepBaseline, type Measured, readBaseline, slowerThan } from "./baseline.ts";
import { type BenchWork, BENCH_WORK } from "./bench_work.ts";
import type { Measurement } from "./measure.ts";
import { answerOf, askProcess, describeAll, median, startProcess } from "./measuring_process.ts";
import type { ClientName, ClientOrder } from "./run_client.ts";
import { isToolName, toolVersion } from "./run_tool.ts";
import type { ServedModel, ServeOrder } from "./serve_large_model.ts";

const REPOSITORY = "mlx-community/Bench-4bit";
const CLIENTS: readonly ClientName[] = ["reference", "node", "curl", "aria2c", "huggingface_hub"];

/** What `mlx-conform bench download` is told. */
export interface BenchDownloadsOptions {
  readonly rounds: number;
  /** A part of the names of what is to be measured. @default {all of it} */
  readonly only?: string;
  /** Whether the reference is measured alone. @default {false} */
  readonly alone?: boolean;
  /** A file with the figures of an earlier run; it is made where it is not there. @default {none} */
  readonly baseline?: string;
}

/**
 * Measures each work by each client that is installed, some rounds each, and prints medians and ratios.
 *
 * @returns whether nothing is slower than in the baseline
 */
export async function benchDownloads(
  options: BenchDownloadsOptions,
  { writeOut }: ConformContext,
): Promise<boolean> {
  // What cannot be compared with is known before an hour of measuring.
  const baseline =
    options.baseline === undefined ? undefined : await readBaseline(options.baseline);
  const measured: Record<string, Measured[string]> = {};
  const { only = "" } = options;
  const clients = options.alone ? CLIENTS.slice(0, 1) : await installedClients(writeOut);
  const load = loadavg()[0]?.toFixed(2);
  writeOut(`Node ${process.version}, ${cpus().length} cores, load average ${load}\n`);
  for (const work of BENCH_WORK.filter(({ name }) => name.includes(only))) {
    const here = clients.filter((client) => work.clients?.includes(client) ?? true);
    writeOut(`${work.name}\n`);
    const reports = await measureAll(work, { clients: here, rounds: options.rounds });
    const own = median(reports.get("reference"), "durationMs");
    measured[work.name] = Object.fromEntries(
      here.map((client) => [client, figuresOf(reports.get(client))]),
    );
    for (const client of here) {
      const theirs = reports.get(client);
      const ratio =
        client === "reference"
          ? ""
          : `; the reference takes ${(own / median(theirs, "durationMs")).toFixed(2)} times as long`;
      writeOut(`  ${nameOf(client).padEnd(15)} ${describeAll(theirs)}${ratio}\n`);
    }
  }
  return compareWithBaseline(measured, { path: options.baseline, baseline, writeOut });
}

/** Keeps the first figures, and names what is slower than those that were kept. */
async function compareWithBaseline(
  measured: Measured,
  options: {
    readonly path: string | undefined;
    readonly baseline: Measured | undefined;
    readonly writeOut: ConformContext["writeOut"];
  },
): Promise<boolean> {
  const { path, baseline, writeOut } = options;
  if (path === undefined) return true;
  if (baseline === undefined) {
    await keepBaseline(path, measured);
    writeOut(`These figures are the baseline from now on: ${path}\n`);
    return true;
  }
  const slower = slowerThan(baseline, measured);
  for (const line of slower) writeOut(`slower: ${line}\n`);
  if (slower.length === 0) writeOut("nothing is slower than the baseline by more than a tenth\n");
  return slower.length === 0;
}

function figuresOf(reports: readonly Measurement[] = []): Figures {
  const cpuMs = median(reports, "cpuMs");
  return { durationMs: median(reports, "durationMs"), cpuMs: Number.isNaN(cpuMs) ? null : cpuMs };
}

async function installedClients(writeOut: (text: string) => void): Promise<ClientName[]> {
  const here: ClientName[] = [];
  const absent: string[] = [];
  for (const client of CLIENTS) {
    const version = isToolName(client) ? await toolVersion(client) : process.version;
    if (version === undefined) absent.push(client);
    else here.push(client);
    if (version !== undefined && isToolName(client)) writeOut(`${client} ${version}\n`);
  }
  if (absent.length > 0) writeOut(`not installed, so not measured: ${absent.join(", ")}\n`);
  return here;
}

/** Rounds alternate, so that what disturbs the machine disturbs all. */
async function measureAll(
  { order, isAgain = false }: BenchWork,
  options: { readonly clients: readonly ClientName[]; readonly rounds: number },
): Promise<ReadonlyMap<ClientName, readonly Measurement[]>> {
  const server = startProcess("./serve_large_model");
  server.send({ ...order, repository: REPOSITORY } satisfies ServeOrder);
  const served = await answerOf<ServedModel>(server, "serve a model");
  const reports = new Map<ClientName, Measurement[]>(options.clients.map((name) => [name, []]));
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const client of options.clients)
        reports.get(client)?.push(await measure(client, { served, isAgain }));
    }
  } finally {
    server.kill();
  }
  return reports;
}

async function measure(
  client: ClientName,
  options: { readonly served: ServedModel; readonly isAgain: boolean },
): Promise<Measurement> {
  const { served, isAgain } = options;
  // A fresh directory each time: some file systems are slow to reuse what was just freed.
  const root = await mkdtemp(join(tmpdir(), "mlx-layout-bench-"));
  try {
    const { endpoint, files } = served;
    const paths = files.map(({ path }) => path);
    const order: ClientOrder = { client, endpoint, repository: REPOSITORY, root, paths };
    if (isAgain) await runOnce(order);
    const report = await runOnce(order);
    await assertWhole(client === "reference" ? join(root, "models", REPOSITORY) : root, served);
    return report;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function runOnce(order: ClientOrder): Promise<Measurement> {
  return askProcess("./run_client", order, `measure ${order.client}`);
}

/** Who is quick and wrong is not quick. */
async function assertWhole(directory: string, { files }: ServedModel): Promise<void> {
  for (const { path, sha256 } of files) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(directory, path)), hash);
    if (hash.digest("hex") !== sha256) throw new Error(`"${path}" in "${directory}" is wrong`);
  }
}

function nameOf(client: ClientName): string {
  if (client === "curl") return "curl, openssl";
  return client === "node" ? "fetch in a loop" : client;
}
