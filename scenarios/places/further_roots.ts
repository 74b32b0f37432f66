/**
 * Besides its root an implementation is told of two further directories with models, of which the first may be marked read-only. The
 * model lies in some of the three, in any layout, and the copy in the first further one may be damaged. In the place of the second one's
 * volume may be another.
 *
 * Invariants checked:
 * - `list` has each copy once; `locate`, `status` and `verify` answer for the first copy in the order of the roots.
 * - Of a further root whose volume is another nothing is listed or found, and nothing changes there.
 * - No call changes anything in a root that is marked read-only, whether it succeeds or is refused, the root itself included.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { Layout, ModelManager } from "../../spec/mod.ts";
import {
  exists,
  needsOwnProcess,
  overwriteBytes,
  readTree,
  settled,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  type TinyModel,
  type Verdict,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Further-4bit";
const REQUEST = { repository: REPOSITORY };
const ID = "PLACE-ROOTS";
type Act = "look" | "download" | "remove" | "share" | "move";
/** Where a share goes: the first further root, a store that lies in it, or the second one. */
const STORES = ["first", "first", "in the first", "second"] as const;
const anyLayout = fc.constantFrom<Layout[]>("hubapi", "lmstudio", "hf-cache");

export const furtherRoots = scenario({
  name: "places/further_roots",
  covers: [ID, "PLACE-AWAY"],
  goals: [
    "several copies",
    "a marked root",
    "a damaged copy",
    "a hub cache",
    "shared into it",
    "moved out of it",
    "another volume",
    "the root itself is marked",
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    layouts: fc.tuple(anyLayout, anyLayout),
    holders: fc.subarray(["own", "first", "second"] as const, { minLength: 1 }),
    isReadOnly: fc.boolean(),
    isOwnMarked: fc.constantFrom(true, false, false),
    isDamaged: fc.boolean(),
    isReplaced: fc.boolean(),
    act: fc.constantFrom<Act[]>("look", "download", "remove", "share", "share", "move", "move"),
    store: fc.constantFrom(...STORES),
  },
  async check(given, world, verdict) {
    const { model, layouts, holders, isReadOnly, isDamaged, isReplaced, act, store } = given;
    needsOwnProcess(world, "a program is not told of further roots");
    const { files: disk, outside, hub } = world;
    const holds = (condition: boolean, detail: string) => verdict.holds(ID, condition, detail);
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const first = join(outside, "first");
    const second = join(outside, "second");
    await disk.mkdir(first);
    await disk.mkdir(second);
    const copies: string[] = [];
    for (const holder of holders) {
      const root = { own: world.root, first, second }[holder];
      const layout = { own: undefined, first: layouts[0], second: layouts[1] }[holder];
      const request = { ...REQUEST, ...(layout !== undefined && { layout }) };
      const { directory } = await world.start({ root }).download(request);
      copies.push(directory);
      if (layout === "hf-cache") verdict.reached("a hub cache");
    }
    const lost = isReplaced ? copies[holders.indexOf("second")] : undefined;
    const here = copies.filter((copy) => copy !== lost);
    const [found] = here;
    if (isReplaced) await identify(world, second, "0".repeat(32));
    const inFirst = copies[holders.indexOf("first")];
    const isWrong = isDamaged && inFirst !== undefined && (await damage(world, inFirst, model));
    if (isWrong) verdict.reached("a damaged copy");
    if (copies.length > 1) verdict.reached("several copies");
    const treeOf = async (directory: string) => JSON.stringify(await readTree(disk, directory));
    const [before, others] = [await treeOf(first), await treeOf(second)];
    const volume = isReplaced ? "9".repeat(32) : undefined;
    const subject = world.start({
      roots: [
        { root: first, isReadOnly },
        { root: second, ...(volume !== undefined && { volume }) },
      ],
    });
    const listed = await verdict.attempt(ID, () => subject.list());
    const directories = listed.map(({ directory }) => directory).toSorted();
    const wanted = here.toSorted().join();
    const located = await verdict.attempt(ID, () => subject.locate(REQUEST));
    if (lost !== undefined) {
      verdict.holds("PLACE-AWAY", !directories.includes(lost), "it lists what another volume has");
      verdict.holds("PLACE-AWAY", located !== lost, "it takes another volume for the one it knew");
      verdict.reached("another volume");
    }
    holds(directories.join() === wanted, `it lists ${directories.join()} and not ${wanted}`);
    holds(located === found, `it is looked for in ${located} and not ${found}`);
    const isSound = !(isWrong && found === inFirst);
    if (found !== undefined) await judgeAnswers(subject, verdict, { found, isSound });
    if (given.isOwnMarked && holders.includes("own")) await judgeOwnMarked(world, verdict, given);
    const into = { first, "in the first": join(first, "models"), second }[store];
    const from = inFirst ?? first;
    await settled<unknown>(() => perform(subject, act, { into, from, layout: layouts[0] }));
    const isAsItWas = !isReplaced || (await treeOf(second)) === others;
    verdict.holds("PLACE-AWAY", isAsItWas, `${act} changed what is on another volume`);
    if (act === "download") {
      const place = modelPlace(world, REPOSITORY);
      holds(await exists(disk, place), `it was downloaded, and is not in ${place}`);
    }
    if (!isReadOnly) return;
    verdict.reached("a marked root");
    if (act === "share" && store !== "second") verdict.reached("shared into it");
    if (act === "move" && inFirst !== undefined) verdict.reached("moved out of it");
    holds((await treeOf(first)) === before, `${act} changed the root that is marked read-only`);
  },
});

// Helpers

/** Turns every bit of a content over, so that the size stays; false where the model has none. */
async function damage({ files: disk }: World, directory: string, model: TinyModel) {
  const victim = wantedFiles(model.files).find(({ bytes }) => bytes.length > 0);
  if (victim === undefined) return false;
  const wrong = Uint8Array.from(victim.bytes, (byte) => byte ^ 1);
  await overwriteBytes(disk, await disk.realpath(filePlace(directory, victim.path)), wrong);
  return true;
}

/** The root itself is marked read-only, and its copy may be damaged. */
async function judgeOwnMarked(
  world: World,
  verdict: Verdict,
  given: { readonly model: TinyModel; readonly isDamaged: boolean; readonly act: Act },
): Promise<void> {
  const { model, isDamaged, act } = given;
  const root = join(world.outside, "marked");
  const { directory } = await world.start({ root }).download(REQUEST);
  if (isDamaged) await damage(world, directory, model);
  const treeOf = async () => JSON.stringify(await readTree(world.files, root));
  const before = await treeOf();
  const subject = world.start({ root, isReadOnly: true });
  const into = join(world.outside, "beside");
  await settled(() => subject.verify(REQUEST));
  await settled<unknown>(() =>
    perform(subject, act, { into, from: directory, layout: "lmstudio" }),
  );
  const isAsItWas = (await treeOf()) === before;
  verdict.holds(ID, isAsItWas, `verify or ${act} changed the root, which is marked read-only`);
  verdict.reached("the root itself is marked");
}

async function judgeAnswers(
  subject: ModelManager,
  verdict: Verdict,
  { found, isSound }: { readonly found: string; readonly isSound: boolean },
): Promise<void> {
  for (const question of ["status", "verify"] as const) {
    const { state, directory } = await verdict.attempt(ID, () => subject[question](REQUEST));
    const about = `${question} is about ${directory} and not ${found}`;
    verdict.holds(ID, directory === found, about);
    const isWhole = state === "complete";
    if (isSound) verdict.holds(ID, isWhole, `whole, it is ${state} by ${question}`);
    else if (question === "verify") verdict.holds(ID, !isWhole, "damaged, it is complete");
  }
}

async function identify({ files }: World, root: string, id: string): Promise<void> {
  const text = JSON.stringify({ format: "mlx-layout-volume/1", id });
  await writeBytes(files, join(root, ".mlx-layout", "volume.json"), new TextEncoder().encode(text));
}

/** May be refused: what is changed is what counts. */
function perform(
  subject: ModelManager,
  act: Act,
  { into, from, layout }: { readonly into: string; readonly from: string; readonly layout: Layout },
): Promise<unknown> {
  if (act === "look") return subject.check(REQUEST);
  if (act === "move")
    return subject.migrate({ ...REQUEST, from, layout: "lmstudio", step: "move" });
  if (act === "share")
    return subject.share?.({ ...REQUEST, into, layout, step: "share" }) ?? subject.list();
  return subject[act](REQUEST);
}
