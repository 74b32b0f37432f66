import { NotApplicable, SubjectFault } from "../errors.ts";
import { tinyLlama } from "../models/mod.ts";
import type { SubjectProgram } from "../subjects/program.ts";
import { startProgram } from "../subjects/start_program.ts";
import { processWorld } from "./process_world.ts";

/** One thing that the adapter itself, and not what it adapts, must get right. */
export interface SmokeCheck {
  readonly name: string;
  /** Why it is not right; undefined when it is. */
  readonly fault: string | undefined;
  /** Whose fault it is: the adapter's, or something to look at in the implementation. */
  readonly of: "adapter" | "implementation";
}

const REPOSITORY = "mlx-community/Smoke-4bit";

/**
 * Distinguishes a wrong adapter from a wrong implementation: hello, a plain download, an unknown repository, the end of input. It judges nothing.
 *
 * @returns the checks in order; after one that the adapter failed there are no more
 */
export async function smoke(program: SubjectProgram): Promise<SmokeCheck[]> {
  const checks: SmokeCheck[] = [];
  const check = async (
    name: string,
    of: SmokeCheck["of"],
    action: () => Promise<string | undefined>,
  ): Promise<boolean> => {
    let fault: string | undefined;
    let isOfAdapter = of === "adapter";
    try {
      fault = await action();
    } catch (error) {
      if (error instanceof NotApplicable) return true;
      isOfAdapter ||= error instanceof SubjectFault;
      fault = error instanceof Error ? error.message : String(error);
    }
    checks.push({ name, fault, of: isOfAdapter ? "adapter" : "implementation" });
    return fault === undefined || !isOfAdapter;
  };
  const started: { subject?: Awaited<ReturnType<typeof startProgram>> } = {};
  const isSound = await check(
    "it says hello, and ends when its input does",
    "adapter",
    async () => {
      started.subject = await startProgram(program.command, program);
      return undefined;
    },
  );
  const { subject } = started;
  if (!isSound || subject === undefined) return checks;
  const model = tinyLlama();
  await using world = await processWorld(subject);
  world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
  const request = { repository: REPOSITORY };
  const running = world.start();
  let directory = "";
  const goesOn =
    (await check("a plain download ends with a result", "implementation", async () => {
      ({ directory } = await running.download(request));
      return undefined;
    })) &&
    (await check("its directory is the one that the adapter says", "adapter", async () => {
      if (directory === "") return undefined;
      const names = await world.files.readdir(directory).catch((): string[] => []);
      return names.includes("config.json") ? undefined : `there is no config.json in ${directory}`;
    })) &&
    (await check("it asked the hub in HF_ENDPOINT", "adapter", async () =>
      world.hub.log.length > 0 ? undefined : "the hub was not asked",
    )) &&
    (await check("it wrote under the root", "adapter", async () =>
      directory === "" || directory.startsWith(world.root)
        ? undefined
        : `${directory} is not under ${world.root}`,
    ));
  if (!goesOn) return checks;
  await check("an unknown repository is an error with a kind", "implementation", async () => {
    try {
      await running.download({ repository: "mlx-community/Absent-4bit" });
      return "it succeeded";
    } catch (error) {
      if (error instanceof SubjectFault || error instanceof NotApplicable) throw error;
      const { code } = error as { code?: unknown };
      return code === "internal"
        ? "its kind is internal, which ERROR-KIND counts as wrong: map the implementation's error"
        : undefined;
    }
  });
  return checks;
}
