import { resolve } from "node:path";
import type { Command } from "commander";
import type { RootConfig } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { expandHome } from "../../layout/expand_home.ts";
import { readVolume, whyAway, writeVolume } from "../../places/root_volume.ts";
import { addExamples } from "../add_examples.ts";
import { type CommandContext, type CommonOptions, type Session } from "../command_context.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { readRoots, writeRoots } from "../known_roots.ts";
import { printable } from "../output/format.ts";
import { printJson } from "../output/print_json.ts";
import { table } from "../output/table.ts";

/** Adds `mlx-layout roots`, `roots add` and `roots remove`. */
export function addRootsCommand(program: Command, session: Session): void {
  const command = program
    .command("roots")
    .description(
      "show further directories with models, such as on another disk, and whether they are there",
    )
    .option("--json", "print JSON");
  addExamples(command, [
    "roots",
    "roots add /Volumes/Models/mlx --read-only",
    "roots remove /Volumes/Models/mlx",
  ]);
  command.action((options: CommonOptions) =>
    session.run(options, async (context) => {
      await show(await readRoots(context.host.files, context.env), options, context);
      return EXIT_CODES.done;
    }),
  );
  const add = command
    .command("add")
    .description("add a directory, and note which volume it is on")
    .argument("<directory>", "directory with models")
    .option("--read-only", "never change anything in it")
    .option("--json", "print JSON");
  addExamples(add, ["roots add /Volumes/Models/mlx", "roots add /Volumes/Models/mlx --read-only"]);
  add.action((directory: string, options: CommonOptions & { readonly readOnly?: boolean }) =>
    session.run(options, async (context) => {
      const root = resolve(expandHome(directory, context.env));
      const entry = await entryOf(root, options.readOnly === true, context);
      await change(context, options, (roots) => [
        ...roots.filter((one) => one.root !== root),
        entry,
      ]);
      return EXIT_CODES.done;
    }),
  );
  const remove = command
    .command("remove")
    .description("forget a directory; nothing in it is changed")
    .argument("<directory>", "directory that was added")
    .option("--json", "print JSON");
  addExamples(remove, ["roots remove /Volumes/Models/mlx"]);
  remove.action((directory: string, options: CommonOptions) =>
    session.run(options, async (context) => {
      const root = resolve(expandHome(directory, context.env));
      await change(context, options, (roots) => roots.filter((one) => one.root !== root));
      return EXIT_CODES.done;
    }),
  );
}

async function entryOf(
  root: string,
  isReadOnly: boolean,
  { host }: CommandContext,
): Promise<RootConfig> {
  try {
    if ((await host.files.stat(root)).kind !== "directory") throw new Error("not a directory");
  } catch (error) {
    throw new ModelError(
      "invalid-argument",
      `Cannot add "${root}": there is no such directory now; connect its volume, or make it`,
      { cause: error },
    );
  }
  const volume = isReadOnly ? await readVolume(host.files, root) : await writeVolume(host, root);
  return { root, ...(isReadOnly && { isReadOnly }), ...(volume !== undefined && { volume }) };
}

async function change(
  context: CommandContext,
  options: CommonOptions,
  make: (roots: readonly RootConfig[]) => readonly RootConfig[],
): Promise<void> {
  const roots = make(await readRoots(context.host.files, context.env));
  await writeRoots(context.host, context.env, roots);
  await show(roots, options, context);
}

async function show(
  roots: readonly RootConfig[],
  options: CommonOptions,
  { stdout, host, env }: CommandContext,
): Promise<void> {
  const rows: { readonly root: string; readonly isReadOnly: boolean; readonly away?: string }[] =
    [];
  for (const one of roots) {
    const away = await whyAway(host.files, { ...one, env });
    const { root, isReadOnly = false } = one;
    rows.push({ root, isReadOnly, ...(away !== undefined && { away }) });
  }
  if (options.json === true) return printJson(stdout, "roots", { roots: rows });
  if (rows.length === 0) stdout.write("No further directories were added\n");
  stdout.write(
    table(
      rows.map(({ root, isReadOnly, away }) => [
        printable(root),
        isReadOnly ? "read only" : "",
        away === undefined ? "there" : `unknown: ${printable(away)}`,
      ]),
    ),
  );
}
