/**
 * What is fuzzed: every reader of what a hub, a model or a disk may hold.
 *
 * @module
 */

import { HarnessError, memoryFiles, writeBytes } from "../../../harness/internal.ts";
import { parseReplay } from "../../../harness/replay/replay.ts";
import { parseRecord } from "../../../harness/report/record/parse_record.ts";
import { hubSettings } from "../../../src/hub/hub_settings.ts";
import { HubClient } from "../../../src/hub/hub_client.ts";
import { listFiles } from "../../../src/hub/list_files.ts";
import { nextPage } from "../../../src/hub/next_page.ts";
import { apart, timeBudget } from "../../../src/load/apart/apart.ts";
import { parseSafetensorsHeader } from "../../../src/load/bytes/parse_safetensors_header.ts";
import { checkDirectory } from "../../../src/load/check_directory.ts";
import { readModelConfig } from "../../../src/load/config/read_model_config.ts";
import { readWeightMap } from "../../../src/load/config/read_weight_map.ts";
import { planLoad } from "../../../src/load/plan/load_plan.ts";
import { digestOfRecord } from "../../../src/load/recorded_digests.ts";
import { readJournal } from "../../../src/migrate/migration_journal.ts";
import { parseMarker } from "../../../src/records/marker.ts";
import { readMetadata } from "../../../src/records/metadata.ts";
import { readEvent } from "../../../src/run/read_event.ts";
import { ModelError } from "../../../src/mod.ts";
import { fuzzSeeds } from "./fuzz_seeds.ts";
import type { FuzzTargetName } from "./fuzz_target_names.ts";

/** Findings of one check beyond this many are without measure: `LOAD-LIMIT`. */
const FINDINGS_MAX = 10_000;
const DIRECTORY = "/models/org/name";

/** One reader. */
export interface FuzzTarget {
  /** Valid inputs, from which others are made. */
  readonly seeds: () => readonly Uint8Array[];
  /** Reads an input; whatever it throws besides a typed refusal is a finding. */
  readonly read: (bytes: Uint8Array) => unknown;
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Every target by its name on the command line. */
export const FUZZ_TARGETS = {
  header: {
    seeds: fuzzSeeds.header,
    read: (bytes) => parseSafetensorsHeader(bytes, 8 + bytes.length + 64),
  },
  config: { seeds: fuzzSeeds.config, read: readModelConfig },
  index: { seeds: fuzzSeeds.index, read: readWeightMap },
  tokenizer: {
    seeds: fuzzSeeds.tokenizer,
    read: (tokenizer) => judged("tokenizer", { tokenizer, config: undefined, vocabularySize: 300 }),
  },
  template: {
    seeds: fuzzSeeds.template,
    read: (jinja) => judged("template", { jinja, json: undefined, config: undefined }),
  },
  directory: { seeds: () => fuzzSeeds.files().map(({ bytes }) => bytes), read: readDirectory },
  listing: { seeds: fuzzSeeds.listing, read: readListing },
  link: {
    seeds: fuzzSeeds.link,
    read: (bytes) => nextPage({ url: "https://hub.test/api", link: textOf(bytes) }),
  },
  marker: { seeds: fuzzSeeds.marker, read: (bytes) => parseMarker(textOf(bytes)) },
  metadata: { seeds: fuzzSeeds.metadata, read: readRecordOfFile },
  journal: { seeds: fuzzSeeds.journal, read: readJournalOf },
  event: { seeds: fuzzSeeds.event, read: (bytes) => readEvent(textOf(bytes)) },
  replay: { seeds: fuzzSeeds.replay, read: (bytes) => parseReplay(textOf(bytes), "fuzz") },
  record: { seeds: fuzzSeeds.record, read: (bytes) => parseRecord(textOf(bytes), "fuzz") },
} as const satisfies Record<FuzzTargetName, FuzzTarget>;

/** Why what a target threw is a finding; undefined for a typed refusal. */
export function faultOf(error: unknown): string | undefined {
  if (error instanceof ModelError && error.code !== "internal") return undefined;
  if (error instanceof HarnessError) return undefined;
  // A record that cannot be begun is refused so.
  if (error instanceof RangeError && error.message.startsWith("Cannot read")) return undefined;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What does not end in time is a finding of the check and none of the fuzzer; a failure of the reader is one. */
async function judged(
  ...[name, input]:
    | readonly ["tokenizer", Parameters<typeof apart<"tokenizer">>[1]]
    | readonly ["template", Parameters<typeof apart<"template">>[1]]
): Promise<void> {
  const options = { budget: { leftMs: timeBudget().leftMs / 4 } };
  const answer =
    name === "tokenizer" ? await apart(name, input, options) : await apart(name, input, options);
  if (!answer.isJudged && !answer.why.includes("within")) throw new Error(answer.why);
}

/** A whole model one of whose files is another. */
async function readDirectory(bytes: Uint8Array): Promise<void> {
  const files = memoryFiles();
  const whole = fuzzSeeds.files();
  // Which file it stands in for depends on the bytes alone, so that a finding can be repeated.
  const replaced = bytes.length % whole.length;
  for (const [at, file] of whole.entries())
    await writeBytes(files, `${DIRECTORY}/${file.path}`, at === replaced ? bytes : file.bytes);
  const { findings } = await checkDirectory(files, DIRECTORY);
  if (findings.length > FINDINGS_MAX) throw new Error(`${findings.length} findings`);
  for (const runtime of ["mlx-lm", "mlx-swift-lm-main"] as const)
    await planLoad(files, DIRECTORY, { runtime });
}

async function readListing(bytes: Uint8Array): Promise<void> {
  const env = {};
  const clock = { now: () => 0, sleep: async () => {} };
  async function* body() {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  }
  const headers = { get: () => null };
  const fetch = async () => ({ status: 200, headers, body: body() });
  const client = new HubClient(
    { fetch, clock: { ...clock, sleep: never }, random: () => 0.5 },
    { env, settings: hubSettings({ HF_ENDPOINT: "https://hub.test" }) },
  );
  await listFiles(client, { repository: "org/name", commit: "0".repeat(40) });
}

/** The sleeper of a watch over a transfer ends with the transfer. */
async function never(_: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

async function readRecordOfFile(bytes: Uint8Array): Promise<void> {
  digestOfRecord(bytes);
  const files = memoryFiles();
  await writeBytes(files, `${DIRECTORY}/.cache/huggingface/download/a.json.metadata`, bytes);
  await readMetadata(files, DIRECTORY, { path: "a.json" });
}

async function readJournalOf(bytes: Uint8Array): Promise<void> {
  const files = memoryFiles();
  await writeBytes(files, fuzzSeeds.journalPath("/root"), bytes);
  await readJournal(files, "/root", "org/name");
}
