import type { ErrnoStage, ErrnoFinding } from "./errno_kind.ts";
import { join } from "node:path";
import type { ModelRequest } from "../../spec/mod.ts";
import {
  type DiskRefusal,
  exists,
  overwriteBytes,
  readTree,
  refusingDisk,
  writeBytes,
} from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import type { RunningSubject, World } from "../worlds/world.ts";
import { describeError } from "../scenario/verdict.ts";
import { errnoModels, type ErrnoModels } from "./errno_model.ts";
import { ErrnoJudge } from "./errno_judge.ts";

/** What one refusal led to. */
export interface ErrnoOutcome {
  /** How often it really happened; 0 means that there is no such call. */
  readonly fired: number;
  readonly findings: readonly ErrnoFinding[];
  /**
   * Whether the refusal came so late that the old model was no longer and the new one not yet whole: a missing marker
   * distinguishes it from a model and `config.json`, and the next download finishes it.
   */
  readonly isCaughtMidway: boolean;
}

const REPOSITORY = "mlx-community/Errno-4bit";
const REQUEST: ModelRequest = { repository: REPOSITORY };

/**
 * Lets a disk refuse once or for ever during one operation of a subject, and judges what is left: `DL-DISK-ERROR`.
 *
 * The process that was refused stays alive, as an app does: what it left locked must come free by itself.
 */
export async function runErrnoCase(
  world: World,
  given: { readonly stage: ErrnoStage; readonly refusal: DiskRefusal },
): Promise<ErrnoOutcome> {
  const { stage, refusal } = given;
  const models = errnoModels();
  await prepare(world, stage, models);
  const judge = await ErrnoJudge.make(world, { models, stage, directory: place(world) });
  const refusing = refusingDisk(refusal);
  const subject = world.start({ files: refusing.files });
  const outcome = await act(subject, stage).then(
    () => ({ error: undefined }),
    (error: unknown) => ({ error }),
  );
  const count = refusing.firedCount();
  if (count === 0) return { fired: 0, findings: [], isCaughtMidway: false };
  await judge.afterwards(outcome.error, refusal.code);
  await finish(world, stage, judge);
  return { fired: count, findings: judge.findings, isCaughtMidway: judge.isCaughtMidway };
}

function place(world: World): string {
  return modelPlace(world, REPOSITORY);
}

/** What is there before, with neighbours and files of the user's own. */
async function prepare(world: World, stage: ErrnoStage, models: ErrnoModels): Promise<void> {
  const { hub, files } = world;
  await writeBytes(files, join(world.outside, "notes.txt"), Uint8Array.of(1));
  await writeBytes(
    files,
    join(modelPlace(world, "mlx-community/Neighbour"), "config.json"),
    Uint8Array.of(2),
  );
  const tags = ["mlx"];
  if (stage === "download") {
    hub.publish(REPOSITORY, models.next, { tags });
    return;
  }
  hub.publish(REPOSITORY, stage === "update" ? models.old : models.next, { tags });
  await world.start().download(REQUEST);
  await writeBytes(files, filePlace(place(world), "mine/notes.txt"), Uint8Array.of(3));
  world.clock.advance(60_000);
  if (stage === "update") hub.publish(REPOSITORY, models.next, { tags });
  if (stage === "repair")
    await overwriteBytes(files, filePlace(place(world), "model.safetensors"), Uint8Array.of(4));
}

async function act(subject: RunningSubject, stage: ErrnoStage): Promise<unknown> {
  return stage === "remove" ? subject.remove(REQUEST) : subject.download(REQUEST);
}

/** The user frees room, repairs the disk or grants the permission, and retries. */
async function finish(world: World, stage: ErrnoStage, judge: ErrnoJudge): Promise<void> {
  const subject = world.start();
  try {
    if (stage !== "remove") {
      await subject.download(REQUEST);
      const status = await subject.verify(REQUEST);
      if (status.state !== "complete") judge.notFinished(`verify says ${JSON.stringify(status)}`);
    } else if (await exists(world.files, place(world))) {
      await subject.remove(REQUEST).catch((error: unknown) => {
        // What is left may be nothing of the model's any more.
        if (!describeError(error).startsWith("not-downloaded")) throw error;
      });
    }
  } catch (error) {
    judge.notFinished(describeError(error));
    return;
  }
  await judge.inTheEnd(await readTree(world.files, place(world)));
}
