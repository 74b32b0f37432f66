import { join } from "node:path";
import type { Environment } from "../../spec/mod.ts";
import type { ProgramSubject } from "../subjects/program.ts";

/** Variables of this process that a subject gets too: without them no program is found. */
const INHERITED = ["PATH", "SystemRoot", "PATHEXT"] as const;

/** A clean environment: what the case sets, a home and a temporary directory of its own, and nothing of this process. */
export function subjectEnvironment(options: {
  readonly top: string;
  readonly endpoint: string;
  readonly startMs: number;
  readonly own: Environment | undefined;
  readonly subject: ProgramSubject;
}): Record<string, string> {
  const { top, endpoint, startMs, own = {}, subject } = options;
  const env: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  const given: Environment = {
    LANG: "C.UTF-8",
    HOME: join(top, "home"),
    USERPROFILE: join(top, "home"),
    TMPDIR: join(top, "tmp"),
    MLX_LAYOUT_CLOCK_START: String(startMs),
    ...subject.program.env,
    HF_ENDPOINT: endpoint,
    ...own,
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) env[name] = value;
  return env;
}
