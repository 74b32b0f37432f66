/**
 * A user has linked a model by hand into the store of another tool: its directory or that of its organization, its files or one of them among copies of the others, at
 * the top or below, by relative or absolute links; or a model whose name begins with that one's. The first model is removed.
 *
 * Invariants checked:
 * - It is refused, and everything is as it was; when told to, the model goes and nothing else.
 * - Links into another model keep nobody from removing this one.
 */
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import {
  contentView,
  exists,
  makeDirectories,
  settled,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  type ModelFile,
  scenario,
  wantedFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Linked-4bit";
const NAMESAKE = `${REPOSITORY}-2`;
const BELOW: ModelFile = {
  path: "2_Normalize/config.json",
  bytes: new TextEncoder().encode('{"normalize":true}'),
  lfs: false,
};

export const removedLinks = scenario({
  name: "share/removed_links",
  covers: ["REMOVE-LINKED", "REMOVE-ALL"],
  goals: [
    "the directory is linked",
    "its organization is linked",
    "files are linked",
    "one file below the top is linked",
    "another model is linked",
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 64, beside: false }),
    layout: fc.constantFrom("hubapi", "hf-cache"),
    store: fc.constantFrom(".lmstudio/models", ".omlx/models", "MLXModels"),
    what: fc.constantFrom("directory", "organization", "files", "one file"),
    choose: fc.nat(),
    isRelative: fc.boolean(),
    isNamesake: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { layout, store, what, choose, isRelative, isNamesake } = given;
    const model = { files: [...given.model.files, BELOW] };
    const { files: disk, root, outside } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const home = join(outside, "home");
    const subject = world.start({ env: { HOME: home } });
    // A program says by its profiles whether it answers for stores.
    if (subject.planRemoval === undefined && world.kind !== "process") {
      verdict.skip("REMOVE-LINKED", "it does not claim places");
      return;
    }
    const request = { repository: REPOSITORY, layout } as const;
    const { directory } = await subject.download(request);
    world.hub.publish(NAMESAKE, model.files, { tags: ["mlx"] });
    const other = isNamesake
      ? await subject.download({ repository: NAMESAKE, layout })
      : { directory };
    const linked = other.directory;
    const place = join(home, store, ...REPOSITORY.split("/"));
    const link = async (target: string, path: string) => {
      await makeDirectories(disk, dirname(path));
      await disk.symlink(isRelative ? relative(dirname(path), target) : target, path);
    };
    const files = wantedFiles(model.files);
    // The one that is likely to be passed over as often as all others.
    const one = choose % 2 === 0 ? BELOW.path : files[(choose >>> 1) % files.length]?.path;
    // In the hub's cache a model has no directory of its organization, and the namesake is of the same one.
    const isOrganization = what === "organization" && layout === "hubapi" && !isNamesake;
    if (isOrganization) await link(dirname(linked), dirname(place));
    else if (what === "directory" || what === "organization") await link(linked, place);
    else
      for (const { path, bytes } of files)
        if (what === "files" || path === one)
          await link(filePlace(linked, path), filePlace(place, path));
        else await writeBytes(disk, filePlace(place, path), bytes);
    const linkAt = {
      directory: place,
      organization: isOrganization ? dirname(place) : place,
      files: filePlace(place, "config.json"),
    };
    const isLinkThere = async () =>
      exists(disk, what === "one file" ? filePlace(place, one ?? "") : linkAt[what]);
    if (isNamesake) {
      verdict.reached("another model is linked");
      await verdict.attempt("REMOVE-ALL", () => subject.remove(request));
      const isStill = await exists(disk, filePlace(directory, "config.json"));
      verdict.holds("REMOVE-ALL", !isStill, "nothing leads into it, and it is still there");
      return;
    }
    if (what === "one file" && one === BELOW.path)
      verdict.reached("one file below the top is linked");
    else if (isOrganization) verdict.reached("its organization is linked");
    else
      verdict.reached(
        what === "files" || what === "one file" ? "files are linked" : "the directory is linked",
      );
    const before = await contentView(disk, root);
    const removed = await settled(() => subject.remove(request));
    verdict.holds("REMOVE-LINKED", removed === undefined, "it was removed under the links");
    const after = await contentView(disk, root);
    verdict.holds("REMOVE-LINKED", after.join() === before.join(), "something was removed");
    await verdict.attempt("REMOVE-LINKED", () => subject.remove({ ...request, force: true }));
    const isLeft = await exists(disk, filePlace(directory, "config.json"));
    verdict.holds("REMOVE-LINKED", !isLeft, "it was told to, and the model is still there");
    verdict.holds("REMOVE-LINKED", await isLinkThere(), "the link of the other store is gone");
  },
});
