import type { Command } from "commander";
import type { Session } from "./command_context.ts";

/** Adds one command, or several that belong together, to the program. */
export type AddCommand = (program: Command, session: Session) => void;

/** The commands in the order of the help; a module is loaded only where its commands are needed. */
const COMMANDS: readonly {
  readonly names: readonly string[];
  readonly load: () => Promise<AddCommand>;
}[] = [
  {
    names: ["download"],
    load: async () => (await import("./commands/download.ts")).addDownloadCommand,
  },
  {
    names: ["list"],
    load: async () => (await import("./commands/list.ts")).addListCommand,
  },
  {
    names: ["doctor"],
    load: async () => (await import("./commands/doctor.ts")).addDoctorCommand,
  },
  {
    names: ["path"],
    load: async () => (await import("./commands/path.ts")).addPathCommand,
  },
  {
    names: ["status"],
    load: async () => (await import("./commands/status.ts")).addStatusCommand,
  },
  {
    names: ["verify"],
    load: async () => (await import("./commands/verify.ts")).addVerifyCommand,
  },
  {
    names: ["check"],
    load: async () => (await import("./commands/check.ts")).addCheckCommand,
  },
  {
    names: ["can-load"],
    load: async () => (await import("./commands/can_load.ts")).addCanLoadCommand,
  },
  {
    names: ["plan"],
    load: async () => (await import("./commands/plan.ts")).addPlanCommand,
  },
  {
    names: ["run"],
    load: async () => (await import("./commands/run.ts")).addRunCommand,
  },
  {
    names: ["bench"],
    load: async () => (await import("./commands/bench.ts")).addBenchCommand,
  },
  {
    names: ["remove"],
    load: async () => (await import("./commands/remove.ts")).addRemoveCommand,
  },
  {
    names: ["migrate"],
    load: async () => (await import("./commands/migrate.ts")).addMigrateCommand,
  },
  {
    names: ["share", "adopt"],
    load: async () => (await import("./share/share_commands.ts")).addShareCommands,
  },
  {
    names: ["outdated", "update"],
    load: async () => (await import("./commands/outdated.ts")).addOutdatedCommands,
  },
  {
    names: ["serve"],
    load: async () => (await import("./commands/serve.ts")).addServeCommand,
  },
  {
    names: ["roots"],
    load: async () => (await import("./commands/roots.ts")).addRootsCommand,
  },
  {
    names: ["completions"],
    load: async () => (await import("./commands/completions.ts")).addCompletionsCommand,
  },
];

/** Commands that tell of all others. */
const ABOUT_ALL = ["completions"];

/**
 * Loads the command that is asked for and no other: most of the time of a short command is the loading of modules. The help, a
 * misuse and the completions name all commands, which are loaded for them; the version names none.
 *
 * @param name the first argument behind the program's name
 * @returns functions that add the commands, in the order of the help
 */
export async function loadCommands(name: string | undefined): Promise<readonly AddCommand[]> {
  if (name === "--version") return [];
  const asked = COMMANDS.filter(({ names }) => name !== undefined && names.includes(name));
  const isOne = asked.length > 0 && !ABOUT_ALL.some((one) => one === name);
  return Promise.all((isOne ? asked : COMMANDS).map(({ load }) => load()));
}
