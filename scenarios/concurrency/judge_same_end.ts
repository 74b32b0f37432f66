/**
 * Two downloads at once that end as two others did, although something is different for them.
 *
 * @module
 */

import { contentBytes } from "../../harness/internal.ts";
import {
  type ModelFile,
  modelPlace,
  type RunningSubject,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";
import type { RequirementId } from "../../spec/mod.ts";
import { judgeEnd } from "./judge_intact.ts";

/** So slowly does the hub send one large file, in bytes a second: a download lasts as long as several looks of who waits. */
const BYTES_PER_SECOND = 100;

/** What is compared. */
export interface SameEndOptions {
  readonly id: RequirementId;
  readonly repositories: { readonly calm: string; readonly disturbed: string };
  readonly files: readonly ModelFile[];
  /** Starts two processes; `disturbed`: with what must make no difference. */
  readonly start: (isDisturbed: boolean) => readonly [RunningSubject, RunningSubject];
}

/** Judges that two downloads at once succeed and transfer no more than two others did, which nothing disturbed. */
export async function judgeSameEnd(
  world: World,
  verdict: Verdict,
  options: SameEndOptions,
): Promise<void> {
  const { id, repositories, files, start } = options;
  const sent: number[] = [];
  for (const repository of [repositories.calm, repositories.disturbed]) {
    const isDisturbed = repository === repositories.disturbed;
    world.hub.publish(repository, files, { tags: ["mlx"] });
    world.hub.faults = [
      {
        match: { path: "*.safetensors", method: "GET", nth: "all" },
        do: { type: "drip", bytesPerSecond: BYTES_PER_SECOND },
      },
    ];
    const before = contentBytes(world.hub.log);
    const [one, two] = start(isDisturbed);
    const downloads = Promise.all([one.download({ repository }), two.download({ repository })]);
    // What two undisturbed downloads end with is another requirement.
    if (isDisturbed) await judgeEnd(world, verdict, { id, downloads });
    else await verdict.attempt(id, () => downloads);
    sent.push(contentBytes(world.hub.log) - before);
    const wrong = await wrongFiles(world, modelPlace(world, repository), wantedFiles(files));
    if (isDisturbed) verdict.holds(id, wrong.length === 0, wrong.join(", "));
  }
  const [calm = 0, disturbed = 0] = sent;
  verdict.holds(id, disturbed <= calm, `${disturbed} bytes were sent in place of ${calm}`);
}
