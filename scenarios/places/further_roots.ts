/**
 * Besides its root an implementation is told of two further directories with models, of which the first may be marked read-only. The
 * model lies in some of the three, in any layout, and the copy in the first further one may be damaged.
 *
 * Invariants checked:
 * - `list` has each copy once; `locate`, `status` and `verify` answer for the first copy in the order of the roots.
 * - No call changes anything in a root that is marked read-only, whether it succeeds or is refused.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { Layout, ModelManager } from "../../spec/mod.ts";
import { needsOwnProcess, overwriteBytes, readTree, settled } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario, wantedFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Further-4bit";
const REQUEST = { repository: REPOSITORY };
const ID = "PLACE-ROOTS";
type Act = "look" | "download" | "remove" | "share";
const anyLayout = fc.constantFrom<Layout[]>("hubapi", "lmstudio", "hf-cache");

export const furtherRoots = scenario({
  name: "places/further_roots",
  covers: [ID],
  goals: ["several copies", "a marked root", "a damaged copy", "a hub cache", "shared into it"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    layouts: fc.tuple(anyLayout, anyLayout),
    holders: fc.subarray(["own", "first", "second"] as const, { minLength: 1 }),
    isReadOnly: fc.boolean(),
    isDamaged: fc.boolean(),
    act: fc.constantFrom<Act[]>("look", "download", "remove", "share"),
  },
  async check({ model, layouts, holders, isReadOnly, isDamaged, act }, world, verdict) {
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
    const [found = ""] = copies;
    const inFirst = copies[holders.indexOf("first")];
    const victim = wantedFiles(model.files).find(({ bytes }) => bytes.length > 0);
    const isWrong = isDamaged && inFirst !== undefined && victim !== undefined;
    if (isWrong) {
      const wrong = Uint8Array.from(victim.bytes, (byte) => byte ^ 1);
      await overwriteBytes(disk, await disk.realpath(filePlace(inFirst, victim.path)), wrong);
      verdict.reached("a damaged copy");
    }
    if (copies.length > 1) verdict.reached("several copies");
    const before = JSON.stringify(await readTree(disk, first));
    const subject = world.start({ roots: [{ root: first, isReadOnly }, { root: second }] });
    const listed = await verdict.attempt(ID, () => subject.list());
    const directories = listed.map(({ directory }) => directory).toSorted();
    const wanted = copies.toSorted().join();
    holds(directories.join() === wanted, `it lists ${directories.join()} and not ${wanted}`);
    const located = await verdict.attempt(ID, () => subject.locate(REQUEST));
    holds(located === found, `it is looked for in ${located} and not ${found}`);
    for (const question of ["status", "verify"] as const) {
      const { state, directory } = await verdict.attempt(ID, () => subject[question](REQUEST));
      holds(directory === found, `${question} is about ${directory} and not ${found}`);
      const isSound = !(isWrong && found === inFirst);
      if (isSound) holds(state === "complete", `whole, it is ${state} by ${question}`);
      else if (question === "verify") holds(state !== "complete", "damaged, it is complete");
    }
    await settled<unknown>(() => perform(subject, act, { into: first, layout: layouts[0] }));
    if (act === "download") {
      const own = await world.start().locate(REQUEST);
      const place = modelPlace(world, REPOSITORY);
      holds(own === place, `it was downloaded, and is not in ${place}`);
    }
    if (!isReadOnly) return;
    verdict.reached("a marked root");
    if (act === "share") verdict.reached("shared into it");
    const after = JSON.stringify(await readTree(disk, first));
    holds(after === before, `${act} changed the root that is marked read-only`);
  },
});

/** May be refused: what is changed is what counts. */
function perform(
  subject: ModelManager,
  act: Act,
  { into, layout }: { readonly into: string; readonly layout: Layout },
): Promise<unknown> {
  if (act === "look") return subject.check(REQUEST);
  if (act === "share")
    return subject.share?.({ ...REQUEST, into, layout, step: "share" }) ?? subject.list();
  return subject[act](REQUEST);
}
