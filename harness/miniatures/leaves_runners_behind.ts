import type { ProgramStarter } from "../../spec/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Ends no runner by force. */
export const leavesRunnersBehind: Miniature = {
  name: "leaves_runners_behind",
  lie: "Ends no runner by force.",
  breaks: ["LOAD-RUNNER"],
  wrap: (subject) =>
    wrapSubject(subject, "leaves_runners_behind", (host, config) =>
      subject.start({ ...host, ...(host.programs && { programs: gentle(host.programs) }) }, config),
    ),
};

function gentle(programs: ProgramStarter): ProgramStarter {
  return {
    platform: programs.platform,
    processor: programs.processor,
    node: programs.node,
    spawn: async (command, options) => ({
      ...(await programs.spawn(command, options)),
      kill: () => {},
    }),
  };
}
