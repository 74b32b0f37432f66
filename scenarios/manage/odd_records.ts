/**
 * What was written down beside a model (a marker, the plan of a download that died, the journal of a migration or a share, another
 * client's listing) is not what it was: null, a number, a list, half of it, or one of its fields is missing or of another kind. Commands
 * go on with it.
 *
 * Invariants checked:
 * - Each command ends well or with a known code; a model that only such a record vouches for is never complete.
 * - The next download ends with every file, and no migration and no share loses one.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  asFailure,
  changeFiles,
  isMarkerFile,
  ODDITIES,
  type Oddity,
  oddText,
  type RecordFile,
  recordFiles,
  settled,
  sharedPlace,
  writeBytes,
  writeForeignSnapshot,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  killDownload,
  type ModelFile,
  modelPlace,
  ProcessKilled,
  scenario,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";
import type { ModelManager } from "../../spec/mod.ts";

const REPOSITORY = "mlx-community/Noted-4bit";
const FLAT = "mlx-community--Noted-4bit";
const STORIES = [
  "a download",
  "a download",
  "a download",
  "a dead download",
  "a migration",
  "a dead migration",
  "a share",
  "a dead share",
  "another client's",
] as const;

/** How many odd forms of a record are asked about before one is gone on with. */
const ASKED = 5;
/** From field to field of these: a prime, so that all kinds of fields come. */
const FIELD_STEP = 17;
const ODD_IN_TURN = [
  "a field is missing",
  "a field is null",
  "a field is of another kind",
  "null",
] as const;

type Story = (typeof STORIES)[number];

export const oddRecords = scenario({
  name: "manage/odd_records",
  covers: ["ERROR-KIND", "MARK-FOREIGN", "MIGRATE-SAFE", "SHARE-UNDO"],
  goals: ["a marker", "a journal of a migration", "a journal of a share", "another client's"],
  given: {
    model: anySmallModel({ weightBytesMax: 64, beside: false }),
    story: fc.constantFrom(...STORIES),
    nth: fc.integer({ min: 20, max: 60 }),
    which: fc.nat(20),
    // There are many fields, and each has its own reader.
    oddity: fc.oneof(
      { arbitrary: fc.constantFrom(...ODDITIES, "null" as const), weight: 1 },
      {
        arbitrary: fc.constantFrom(
          "a field is missing",
          "a field is null",
          "a field is of another kind",
        ),
        weight: 2,
      },
    ),
    field: fc.nat(200),
    goesOn: fc.boolean(),
  },
  async check({ model, story, nth, which, oddity, field, goesOn }, world, verdict) {
    const { files: disk, root } = world;
    const commit = world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const wanted = wantedFiles(model.files);
    const places = await play(world, story, { files: wanted, nth, commit });
    if (places === undefined) return;
    const records = await recordFiles(world, root);
    const own = records.filter((record) => isOf(story, record));
    const record = own[which % own.length];
    if (record === undefined) return;
    const subject = world.start();
    if (subject.share === undefined) verdict.skip("SHARE-UNDO", "it shares nothing");
    const known = (action: () => Promise<unknown>) =>
      verdict.attempt("ERROR-KIND", () => settled(action));
    const request = { repository: REPOSITORY, layout: places.layout } as const;
    const isMarker = isMarkerFile(record);
    const write = async (how: Oddity, which: number): Promise<string> => {
      await writeBytes(disk, record.place, Buffer.from(oddText(record.text, how, which)));
      return `${record.place} is odd (${how}, ${which})`;
    };
    let shown = "";
    // What only asks changes nothing, so that it is asked about several; the last one stays.
    for (let asked = 0; asked <= ASKED; asked++) {
      const isLast = asked === ASKED;
      shown = await write(
        isLast ? oddity : (ODD_IN_TURN[(field + asked) % 4] ?? "null"),
        field + asked * FIELD_STEP,
      );
      const { state } = await verdict.attempt("ERROR-KIND", () => subject.status(request));
      const isVouched = isMarker && story === "a download" && state === "complete";
      verdict.holds("MARK-FOREIGN", !isVouched, `${shown}, and status answers complete`);
      if (story.endsWith("migration"))
        await known(() => subject.migrate({ repository: REPOSITORY, step: "plan" }));
      if (story.endsWith("share")) await known(() => shareFrom(subject, world, "plan"));
    }
    await known(() => subject.verify(request));
    await known(() => subject.list());
    if (story.endsWith("migration")) {
      verdict.reached("a journal of a migration");
      await known(() =>
        subject.migrate({ repository: REPOSITORY, step: goesOn ? "move" : "undo" }),
      );
      const lost = await lostFiles(world, places.all, wanted);
      verdict.holds("MIGRATE-SAFE", lost.length === 0, `${shown}; nowhere: ${lost.join(", ")}`);
      return;
    }
    if (story.endsWith("share") && subject.share !== undefined) {
      verdict.reached("a journal of a share");
      await known(() => shareFrom(subject, world, goesOn ? "share" : "undo"));
      const lost = await lostFiles(world, places.all.slice(0, 1), wanted);
      verdict.holds("SHARE-UNDO", lost.length === 0, `${shown}; gone: ${lost.join(", ")}`);
      return;
    }
    if (isMarker) verdict.reached("a marker");
    if (story === "another client's") verdict.reached("another client's");
    await verdict.attempt("MARK-FOREIGN", () => subject.download(request));
    const place = story === "another client's" ? undefined : modelPlace(world, REPOSITORY);
    const wrong = place === undefined ? [] : await wrongFiles(world, place, wanted);
    verdict.holds("MARK-FOREIGN", wrong.length === 0, () => `${shown}; then ${wrong.join(", ")}`);
    await known(() => subject.remove(request));
  },
});

// Helpers

interface Places {
  readonly layout: "hubapi" | "hf-cache";
  /** Directories that have the model, or parts of it. */
  readonly all: readonly string[];
}

/** @returns undefined where nothing came of it */
async function play(
  world: World,
  story: Story,
  how: { readonly files: readonly ModelFile[]; readonly nth: number; readonly commit: string },
): Promise<Places | undefined> {
  const { files, nth, commit } = how;
  const to = modelPlace(world, REPOSITORY, { layout: "hubapi" });
  const request = { repository: REPOSITORY, layout: "hubapi" } as const;
  if (story === "another client's") {
    const directory = await writeForeignSnapshot(world.files, world.root, {
      repository: REPOSITORY,
      files,
      commit,
      revision: "main",
      hasListing: true,
      isShared: false,
      absent: [],
      isCopied: false,
    });
    return { layout: "hf-cache", all: [directory] };
  }
  if (story.endsWith("migration")) {
    const from = join(world.root, FLAT);
    await changeFiles(world, from, { before: [], after: files });
    await dies(world, story === "a migration" ? undefined : nth, (subject) =>
      subject.migrate({ repository: REPOSITORY, step: "move" }),
    );
    return { layout: "hubapi", all: [from, to] };
  }
  if (story === "a dead download") {
    await killDownload(world, request, { at: { at: "operation", nth } });
    return { layout: "hubapi", all: [to] };
  }
  await world.start().download(request);
  if (story === "a download") return { layout: "hubapi", all: [to] };
  await dies(world, story === "a share" ? undefined : nth, (subject) =>
    shareFrom(subject, world, "share"),
  );
  const into = storeOf(world);
  const store = await sharedPlace(world, { into, repository: REPOSITORY, layout: "lmstudio" });
  return { layout: "hubapi", all: [to, store] };
}

/** Carries out what another process ends, where a number says at which of its changes of the disk. */
async function dies(
  world: World,
  nth: number | undefined,
  action: (subject: ModelManager) => Promise<unknown>,
): Promise<void> {
  const subject = world.start();
  if (nth !== undefined) subject.killAt({ at: "operation", nth });
  try {
    await action(subject);
  } catch (error) {
    if (!(error instanceof ProcessKilled) && asFailure(error) === undefined) throw error;
  }
  await world.settle();
}

function storeOf({ outside }: World): string {
  return join(outside, "store");
}

async function shareFrom(subject: ModelManager, world: World, step: "plan" | "share" | "undo") {
  const from = modelPlace(world, REPOSITORY, { layout: "hubapi" });
  const into = storeOf(world);
  return subject.share?.({ repository: REPOSITORY, from, into, layout: "lmstudio", step });
}

/** Whether a record is one that the story is about: a marker says nothing of a migration or a share. */
function isOf(story: Story, record: RecordFile): boolean {
  return !isMarkerFile(record) || !(story.endsWith("migration") || story.endsWith("share"));
}

/** Files that are whole in none of the directories. */
async function lostFiles(
  world: World,
  directories: readonly string[],
  files: readonly ModelFile[],
): Promise<string[]> {
  const lost: string[] = [];
  for (const file of files) {
    const wrong = await Promise.all(directories.map((at) => wrongFiles(world, at, [file])));
    if (wrong.every((lines) => lines.length > 0)) lost.push(file.path);
  }
  return lost;
}
