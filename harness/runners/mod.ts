/**
 * Runners that are scripts, honest and faulty, for tests of what starts runners.
 *
 * @module
 */

export {
  answerHonestly,
  SCRIPTED_HELLO,
  SCRIPTED_PROMPT,
  SCRIPTED_REST,
  scriptedText,
  scriptedToken,
} from "./honest_runner.ts";
export { MESSAGE_FAULTS, RUNNER_FAULTS, type RunnerFault } from "./runner_faults.ts";
export { type RunnerScript, ScriptedPrograms, type ScriptedRunner } from "./scripted_programs.ts";
