/**
 * A download is resumed, and the server answers the range request in a way of its own.
 *
 * Invariants checked:
 * - A part that starts elsewhere is not used, and does not cost what was kept.
 * - A whole file restarts the file; 416 and kept bytes that are too many or enough never keep it from finishing.
 * - Bytes of content that has changed upstream are not used.
 */
import fc from "fast-check";
import {
  contentExchanges,
  firstByte,
  overwriteBytes,
  readBytes,
  readTree,
  stateDirectory,
} from "../../../harness/internal.ts";
import {
  type FaultAction,
  type FaultRule,
  type Scenario,
  type TinyModel,
  type Verdict,
  type World,
  anySmallModel,
  filePlace,
  killDownload,
  type ModelFile,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";
import type { RequirementId } from "../../../spec/mod.ts";

const REPOSITORY = "mlx-community/ResumeAnswers";
/** So many bytes distinguish a partial file from other files. */
const HEAD_BYTES = 32;
const SIZE_BYTES = 4000;
/** How the server answers, or what became of the kept bytes. */
type Way =
  | "wrong range"
  | "whole file"
  | "416"
  | "too many bytes"
  | "all bytes"
  | "changed"
  | "damaged";

const ANSWERS: Partial<Record<Way, FaultAction>> = {
  "wrong range": { type: "wrong-content-range", shiftBytes: -7 },
  "whole file": { type: "ignore-range" },
  "416": { type: "status", status: 416 },
};
type Given = {
  readonly fill: TinyModel;
  readonly way: Way;
  readonly after: number;
  readonly isAlways: boolean;
};

const ROWS: readonly {
  readonly name: string;
  readonly id: RequirementId;
  readonly ways: readonly Way[];
  readonly goal: string;
}[] = [
  {
    name: "download/resume_wrong_range",
    id: "DL-RESUME-RANGE",
    ways: ["wrong range"],
    goal: "a range was asked for",
  },
  {
    name: "download/resume_whole_file",
    id: "DL-RESUME-WHOLE",
    ways: ["whole file"],
    goal: "a range was asked for",
  },
  {
    // What could keep a download from ever finishing.
    name: "download/resume_unwedged",
    id: "DL-RESUME-UNWEDGED",
    ways: ["416", "too many bytes", "all bytes", "damaged"],
    goal: "kept bytes were altered",
  },
  {
    // The content upstream is not the one that the kept bytes are of.
    name: "download/resume_changed",
    id: "DL-RESUME-CHANGED",
    ways: ["changed"],
    goal: "bytes were kept",
  },
];

/** Each requirement has a scenario, and so cases, of its own. */
export const resumeAnswers: readonly Scenario[] = ROWS.map(({ name, id, ways, goal }) =>
  scenario<Given>({
    name,
    covers: [id],
    goals: [goal],
    given: {
      fill: anySmallModel(),
      way: fc.constantFrom(...ways),
      // The first seven or eight pieces are of the listing, and twenty of the weights.
      after: fc.integer({ min: 11, max: 25 }),
      isAlways: fc.boolean(),
    },
    world: () => ({ style: { chunkBytes: SIZE_BYTES / 20 } }),
    check: (given, world, verdict) => interruptAndAnswer(id, given, { world, verdict, goal }),
  }),
);

async function interruptAndAnswer(
  id: RequirementId,
  { fill, way, after, isAlways }: Given,
  context: { readonly world: World; readonly verdict: Verdict; readonly goal: string },
): Promise<void> {
  const { world, verdict, goal } = context;
  const reached = (what: string) => {
    if (what === goal) verdict.reached(goal);
  };
  const weights = { path: "model.safetensors", bytes: pattern(SIZE_BYTES), lfs: true };
  const files = [...fill.files.filter(({ path }) => !path.endsWith(".safetensors")), weights];
  world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
  // Nothing but weights, so that it is they that are cut off.
  const request = { repository: REPOSITORY, include: ["*.safetensors"], concurrency: 1 };
  const directory = modelPlace(world, REPOSITORY);
  await killDownload(world, request, { at: { at: "chunk", nth: after } });
  // As long as before, or longer: either could be gone on with.
  const other = pattern(isAlways ? SIZE_BYTES : 2 * SIZE_BYTES).map((byte) => byte ^ 1);
  const changed = files.map((file) => (file === weights ? { ...weights, bytes: other } : file));
  const next = way === "changed" ? changed : files;
  if (way === "changed") world.hub.publish(REPOSITORY, next, { tags: ["mlx"] });
  const kept = await keptPlaces(world, directory, weights);
  if (kept.length > 0) reached("bytes were kept");
  for (const place of kept) {
    const bytes = await readBytes(world.files, place);
    if (way === "too many bytes")
      await overwriteBytes(world.files, place, new Uint8Array([...bytes, ...pattern(SIZE_BYTES)]));
    if (way === "all bytes")
      await overwriteBytes(world.files, place, pattern(SIZE_BYTES).fill(3, 10));
    if (way === "damaged")
      await overwriteBytes(
        world.files,
        place,
        bytes.map((byte) => byte ^ 1),
      );
    if (way.endsWith("bytes") || way === "damaged") reached("kept bytes were altered");
  }
  const action = ANSWERS[way];
  // The content network answers with bytes; what a redirect does with a range is not judged.
  const match = { kind: "cdn", range: true, nth: isAlways ? "all" : 1 } as const;
  const rule: FaultRule[] = action === undefined ? [] : [{ match, do: action }];
  world.hub.faults = rule;
  world.hub.clearLog();
  await verdict.attempt(id, () => world.start().download(request));
  const wrong = await wrongFiles(world, directory, wantedFiles(next, request.include));
  verdict.holds(id, wrong.length === 0, wrong.join(", "));
  const parts = contentExchanges(world.hub.log).filter(({ range }) => range !== undefined);
  if (parts.length > 0) reached("a range was asked for");
  if (way !== "wrong range" || isAlways || parts.length === 0) return;
  const keptBytes = Math.min(...parts.map(firstByte));
  const again = contentExchanges(world.hub.log).filter(
    (exchange) =>
      parts.some(({ path }) => path === exchange.path) && firstByte(exchange) < keptBytes,
  );
  verdict.holds(
    id,
    again.length === 0,
    () =>
      `${keptBytes} bytes were kept, and byte ${firstByte(again[0] ?? exchangeOf(parts))} was asked for`,
  );
}

// Helpers

function pattern(sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 7 + (at >> 6)) & 255);
}

function exchangeOf<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined) throw new RangeError("Cannot take the first of none");
  return first;
}

/** Files at no final path that begin as the content does. */
async function keptPlaces(world: World, directory: string, content: ModelFile): Promise<string[]> {
  const state = stateDirectory(directory);
  const places: string[] = [];
  for (const { path, kind, sizeBytes } of await readTree(world.files, state)) {
    if (kind !== "file" || sizeBytes === 0 || path === content.path || isBlob(path)) continue;
    const place = filePlace(state, path);
    const head = (await readBytes(world.files, place)).subarray(0, HEAD_BYTES);
    if (Buffer.from(content.bytes).indexOf(head) === 0) places.push(place);
  }
  return places;
}

/** In the hub's cache a content is final under its hash. */
function isBlob(path: string): boolean {
  return /^blobs\/[0-9a-f]{40,64}$/.test(path);
}
