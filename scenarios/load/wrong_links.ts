/**
 * A file of a model is a link that leads nowhere, round in a circle, or out of the root, directly or by way of others.
 *
 * Invariants checked:
 * - The check refuses it as broken or as leading outside, with its path.
 * - So it does where the link is a directory of files.
 * - So it does where the link leads to what a hub's cache keeps under a name that is more than a hash, such as half a download.
 * - A link within the directory, or to a content of a hub's cache by its hash, is accepted.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { missingFinding, placeModel, removeTree, writeBytes } from "../../harness/internal.ts";
import { anyModel, filePlace, scenario, wantedFiles } from "../../harness/mod.ts";

const repository = "mlx-community/Linked-4bit";
/** Where a hub's cache of another tool keeps contents. */
const CACHED = join("hub", "models--org--other", "blobs");
const RIGHT = ["inside", "inside, by a name of dots", "to a content of a cache"] as const;
const LEADS = [
  "nowhere",
  "to itself",
  "out by its path",
  "out by steps up",
  "out to a neighbour whose name begins like the root's",
  "out to what a cache has by no hash",
  "out to what has a hash and is in no cache",
  "out to a directory",
  ...RIGHT,
] as const;

export const wrongLinks = scenario({
  name: "load/wrong_links",
  pieceBytes: [8192],
  covers: ["LOAD-LINK", "LOAD-SOUND"],
  given: {
    model: anyModel({ nested: true }),
    choose: fc.nat(),
    leads: fc.constantFrom(
      ...LEADS,
      "out to a directory" as const,
      "to a content of a cache" as const,
      "out to what a cache has by no hash" as const,
      "out to what a cache has by no hash" as const,
    ),
    hops: fc.nat(2),
    /** Whether contents of a cache are named as small ones are: by git's hash. */
    isByGit: fc.boolean(),
    isDownloaded: fc.boolean(),
  },
  goals: [
    "a nested file was a link",
    "a file at the top was a link",
    "a directory was a link",
    "a link was right",
  ],
  async check({ model, choose, leads, hops, isByGit, isDownloaded }, world, verdict) {
    const { files } = world;
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    // Nested and other files alike: any of them may be opened by a runtime.
    const isNested = choose % 3 === 0 || leads === "out to a directory";
    const list = wantedFiles(model.files).filter(({ path }) => path.includes("/") === isNested);
    const victim = list[(choose >>> 2) % list.length];
    if (victim === undefined) return;
    const place = filePlace(directory, victim.path);
    const secret = join(world.outside, "secret");
    const hash = hashOf(victim.bytes, isByGit);
    const places: Partial<Record<(typeof LEADS)[number], string>> = {
      "out by its path": secret,
      "out to a neighbour whose name begins like the root's": join(`${world.root}-other`, "secret"),
      "out to what a cache has by no hash": join(world.outside, CACHED, nameOfNoHash(hash, choose)),
      "out to what has a hash and is in no cache": join(world.outside, "blobs", hash),
      inside: join(directory, ".store", "data"),
      "inside, by a name of dots": join(directory, "..data"),
      "to a content of a cache": join(world.outside, CACHED, hash),
    };
    await writeBytes(files, places[leads] ?? secret, victim.bytes);
    await writeBytes(files, secret, victim.bytes);
    if (leads === "out to a directory") {
      const name = victim.path.slice(0, victim.path.indexOf("/"));
      const elsewhere = join(world.outside, "elsewhere", name);
      const below = model.files.filter(({ path }) => path.startsWith(`${name}/`));
      for (const { path, bytes } of below)
        await writeBytes(files, filePlace(dirname(elsewhere), path), bytes);
      await removeTree(files, filePlace(directory, name));
      await files.symlink(elsewhere, filePlace(directory, name));
      const report = await verdict.attempt("LOAD-LINK", () => world.start().check({ repository }));
      // It or what is below it may be named.
      const paths = [name, `${name}/`, ...below.map(({ path }) => path)];
      const lack = missingFinding(report, { causes: ["outside-directory"], paths });
      verdict.holds("LOAD-LINK", lack === undefined, () => `the directory ${name}: ${lack}`);
      verdict.reached("a directory was a link");
      return;
    }
    await files.unlink(place);
    const up = join("..", "..", "..", "..", "..", "elsewhere", "secret");
    const byName: Partial<typeof places> = {
      nowhere: "no such file",
      "to itself": place,
      "out by steps up": isNested ? join("..", up) : up,
    };
    const target = byName[leads] ?? places[leads];
    // The last hop leads where it should not; those before it lead from one to the next.
    const steps = Array.from({ length: hops }, (_, at) => `${place}.hop${at}`);
    for (const [at, step] of [place, ...steps].entries()) {
      await files.symlink(steps[at] ?? target ?? "", step);
    }
    const isRight = RIGHT.some((one) => one === leads);
    const id = isRight ? "LOAD-SOUND" : "LOAD-LINK";
    const report = await verdict.attempt(id, () => world.start().check({ repository }));
    if (isRight) {
      const blamed = report.findings.find(({ level }) => level === "error");
      verdict.holds(
        id,
        report.loadable,
        () => `${victim.path} leads ${leads}: ${blamed?.cause} ${blamed?.path}: ${blamed?.detail}`,
      );
      verdict.reached("a link was right");
      return;
    }
    const isBroken = leads === "nowhere" || leads === "to itself";
    const lack = missingFinding(report, {
      causes: [isBroken ? "broken-link" : "outside-directory"],
      paths: [victim.path],
    });
    verdict.holds("LOAD-LINK", lack === undefined, () => `${victim.path} ${leads}: ${lack}`);
    verdict.reached(isNested ? "a nested file was a link" : "a file at the top was a link");
  },
});

/** A name in a hub's cache that is none of a content, or more than that. */
function nameOfNoHash(hash: string, choose: number): string {
  const names = ["README.md", `tmp-${hash}`, `${hash}.incomplete`, `${hash.slice(1)}-${hash}`];
  return names[choose % names.length] ?? hash.slice(1);
}

/** The name of a content in a hub's cache. */
function hashOf(bytes: Uint8Array, isByGit: boolean): string {
  const hash = createHash(isByGit ? "sha1" : "sha256");
  if (isByGit) hash.update(`blob ${bytes.length}\0`);
  return hash.update(bytes).digest("hex");
}
