/**
 * The work of `mlx-conform bench check`: measures `check` and `verify` of a downloaded model beside openssl, in one run.
 *
 * @module
 */

import { mkdtemp, rm, stat } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { ConformContext } from "../commands/conform_context.ts";
import type { Measurement } from "./measure.ts";
import { answerOf, askProcess, describeAll, median, startProcess } from "./measuring_process.ts";
import type { CheckOrder, CheckWork } from "./run_check.ts";
import type { ClientOrder } from "./run_client.ts";
import type { ServedModel, ServeOrder } from "./serve_large_model.ts";

const REPOSITORY = "mlx-community/Bench-F16";
/** What `mlx-conform bench check` is told. */
export interface BenchCheckOptions {
  readonly rounds: number;
  /** Size of the model's rows, a multiple of 64; it has 96 times its square in bytes. */
  readonly hidden: number;
}

/** Makes and downloads a model, measures the work on it by turns, and prints medians and ratios. */
export async function benchCheck(
  { rounds, hidden }: BenchCheckOptions,
  { writeOut }: ConformContext,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "mlx-layout-bench-"));
  try {
    const model = await downloadModel(root, hidden);
    const sizes = await Promise.all(model.paths.map(async (path) => (await stat(path)).size));
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
    writeOut(
      `Node ${process.version}, ${cpus().length} cores, load average ${loadavg()[0]?.toFixed(2)}\n`,
    );
    writeOut(`${Math.round(sizeBytes / 1024 ** 2)} MiB\n`);
    const works: readonly CheckWork[] = ["check", "verify", "openssl"];
    const measured = new Map<CheckWork, Measurement[]>(works.map((work) => [work, []]));
    for (let round = 0; round < rounds; round++)
      for (const work of works) {
        const order: CheckOrder = { work, root, ...model };
        measured.get(work)?.push(await askProcess("./run_check", order, `measure ${work}`));
      }
    const theirs = measured.get("openssl");
    for (const [work, all] of measured) {
      const ratio = (field: "durationMs" | "cpuMs") =>
        (median(all, field) / median(theirs, field)).toFixed(2);
      const compared =
        work === "openssl"
          ? ""
          : `; ${ratio("durationMs")} times as long as openssl, ${ratio("cpuMs")} times the processor`;
      writeOut(`  ${work.padEnd(7)} ${describeAll(all)}${compared}\n`);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Downloads with the reference, so that the hashes are recorded as with any model. */
async function downloadModel(
  root: string,
  hiddenSize: number,
): Promise<Pick<CheckOrder, "repository" | "paths">> {
  // In another process: what a process has used at most counts for those that it starts.
  const server = startProcess("./serve_large_model");
  try {
    const order: ServeOrder = { repository: REPOSITORY, shards: 0, shardBytes: 0, smallFiles: 0 };
    server.send({ ...order, hiddenSize });
    const { endpoint, files } = await answerOf<ServedModel>(server, "serve a model");
    const paths = files.map(({ path }) => path);
    const client: ClientOrder = {
      client: "reference",
      endpoint,
      repository: REPOSITORY,
      root,
      paths,
    };
    await askProcess("./run_client", client, "download a model");
    const directory = join(root, "models", REPOSITORY);
    return { repository: REPOSITORY, paths: paths.map((path) => join(directory, path)) };
  } finally {
    server.kill();
  }
}
