import type { ModelStatus } from "../../../spec/mod.ts";
import { printable } from "./format.ts";
import { printJson, type CommandContext } from "../command_context.ts";
import { table } from "./table.ts";

/** What {@linkcode printModelStatus} needs beside the status. */
export interface PrintModelStatusOptions {
  readonly repository: string;
  readonly json: boolean;
  readonly context: CommandContext;
}

/** Prints one of the three states, with what is wrong or why nothing is known: `STATUS-ANSWERS`. */
export function printModelStatus(status: ModelStatus, options: PrintModelStatusOptions): void {
  const { repository, json, context } = options;
  const { stdout, stderr } = context;
  if (json) {
    printJson(stdout, { repository, ...status });
    return;
  }
  switch (status.state) {
    case "complete": {
      const at = status.commit === "" ? "" : ` at commit ${printable(status.commit)}`;
      stdout.write(`${repository}: complete${at}\n${status.directory}\n`);
      return;
    }
    case "incomplete": {
      const { faults } = status;
      stdout.write(
        `${repository}: incomplete, ${faults.length} ${faults.length === 1 ? "file is" : "files are"} wrong\n`,
      );
      stdout.write(
        table(
          faults.map(({ fault, path, detail }) => [
            `  ${fault}`,
            `${printable(path)}: ${printable(detail)}`,
          ]),
        ),
      );
      stdout.write(`${status.directory}\n`);
      stderr.write(`Run "mlx-layout download ${repository}" to fetch only what is wrong\n`);
      return;
    }
    case "unknown":
      stdout.write(`${repository}: unknown: ${printable(status.why)}\n${status.directory}\n`);
  }
}
