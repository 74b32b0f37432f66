/**
 * Files of a complete model are lost, cut, lengthened or changed, and then the hub is away, in any of the ways in which it can be.
 *
 * Invariants checked:
 * - A download fails with the code of the hub's answer, or `offline` where there was none.
 * - The error names each file that is missing or of another size.
 * - Who fails where other bytes have the size of the right ones names one that has them, also where their time is the former one.
 * - The files that are left stay as they are.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import {
  asFailure,
  beginOutage,
  describeError,
  errorOf,
  formerTimes,
  namesFile,
  OUTAGES,
  overwriteBytes,
  readTree,
  textOf,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  scenario,
  type StartOptions,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";

export const incompleteModel = scenario({
  name: "offline/incomplete_model",
  covers: ["OFF-INCOMPLETE", "OFF-KEEPS", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    outage: fc.constantFrom(...OUTAGES),
    lost: fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 3 }),
    organization: fc.constantFrom("mlx-community", "someone-else"),
    isByCommit: fc.boolean(),
    damage: fc.constantFrom("gone", "gone", "cut", "longer", "other bytes", "other bytes"),
    /** Whether a file that is changed looks as old as before, as after a restore. */
    keepsTime: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { model, outage, lost, organization, isByCommit, damage, keepsTime } = given;
    const repository = `${organization}/Lost-4bit`;
    const commit = world.hub.publish(repository, model.files, { tags: ["mlx"] });
    const request = {
      repository,
      layout: "hubapi",
      revision: isByCommit ? commit : "main",
    } as const;
    const times = new Map<string, number>();
    const start: StartOptions =
      keepsTime && world.kind !== "process" ? { files: (below) => formerTimes(below, times) } : {};
    const { directory } = await world.start(start).download(request);
    const wanted = wantedFiles(model.files).filter(
      ({ bytes }) => damage === "gone" || bytes.length > 0,
    );
    const chosen = new Set(lost.map((at) => wanted[at % wanted.length]));
    const paths: string[] = [];
    for (const file of chosen) {
      if (file === undefined) continue;
      const place = filePlace(directory, file.path);
      times.set(place, (await world.files.stat(place)).modifiedMs);
      await damageFile(world, place, { damage, bytes: file.bytes });
      paths.push(file.path);
    }
    const treeBefore = await readTree(world.files, directory);
    world.clock.advance(60_000);
    const effect = beginOutage(world, outage, repository);
    const subject = world.start({ ...start, ...effect.start });
    const download = () => subject.download({ ...request, ...effect.request });
    // Whether it is found without a look at every byte is the client's own affair.
    const isSeen = damage !== "other bytes";
    const failure = isSeen
      ? await verdict.fails("OFF-INCOMPLETE", download, effect.codes)
      : await errorOf(download);
    const text = textOf(asFailure(failure));
    const named = paths.filter((path) => namesFile(text, path));
    const isListed = isSeen ? named.length === paths.length : named.length > 0;
    verdict.holds("OFF-INCOMPLETE", isListed || failure === undefined, {
      expected: `an error that names each file that is wrong: ${paths.join(", ")}`,
      detail: `${paths.find((path) => !named.includes(path))} is not named in: ${describeError(failure)}`,
    });
    const treeAfter = await readTree(world.files, directory);
    const isSame = treeBefore.every((entry) =>
      treeAfter.some((now) => entry.kind !== "file" || isDeepStrictEqual(now, entry)),
    );
    verdict.holds("OFF-KEEPS", isSame, "a file that was left is not as it was");
  },
});

async function damageFile(
  { files }: World,
  place: string,
  { damage, bytes }: { readonly damage: string; readonly bytes: Uint8Array },
): Promise<void> {
  if (damage === "gone") await files.unlink(place);
  else if (damage === "cut") await overwriteBytes(files, place, bytes.subarray(1));
  else if (damage === "longer") await overwriteBytes(files, place, Buffer.concat([bytes, bytes]));
  else
    await overwriteBytes(
      files,
      place,
      bytes.map((byte) => byte ^ 1),
    );
}
