import type { Command } from "commander";
import { EXIT_CODES } from "./exit_code.ts";
import { formatBytes } from "./format_bytes.ts";
import { type CommonOptions, printJson, type Session } from "./session.ts";

/** Adds `mlx-layout remove`. */
export function addRemoveCommand(program: Command, session: Session): void {
  program
    .command("remove")
    .description("remove a model and everything that belongs to it")
    .argument("<model>", "ORG/NAME")
    .option("--root <directory>", "directory of the models")
    .option("--json", "print JSON")
    .action((repository: string, options: CommonOptions) =>
      session.run(options, async ({ manager, stdout }) => {
        const result = await manager.remove({ repository });
        if (options.json === true) {
          printJson(stdout, result);
        } else {
          stdout.write(
            `Removed ${result.directory}: ${formatBytes(result.bytesFreed)} freed (${result.bytesFreed} bytes)\n`,
          );
        }
        return EXIT_CODES.done;
      }),
    );
}
