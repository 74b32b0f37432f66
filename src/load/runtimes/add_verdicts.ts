import type { RuntimeVerdict } from "../../../spec/mod.ts";
import type { CheckContext } from "../check_context.ts";
import type { ModelConfig } from "../config/read_model_config.ts";
import { judgeRuntimes, refusedByAll } from "./judge_runtimes.ts";
import type { ModelFacts } from "./runtime.ts";

/**
 * Asks every runtime about a model that was examined, and adds a finding where none loads it.
 *
 * @param config undefined when it could not be read, so that nothing is known of what the model is
 */
export function addVerdicts(
  context: CheckContext,
  config: ModelConfig | undefined,
  facts: Pick<ModelFacts, "paths" | "indexed" | "processor"> & {
    /** Whether the model is on the hub, where nobody can mend a file of it. */
    readonly isAhead?: boolean;
  },
): RuntimeVerdict[] {
  const all: ModelFacts = {
    ...facts,
    kind: context.kind,
    modelType: config?.modelType,
    config: config?.json ?? {},
    oddNumbers: config?.oddNumbers ?? [],
    trustsModelCode: context.trustsModelCode,
    traits: context.traits,
  };
  const isSound = context.findings().every(({ level }) => level !== "error");
  const refusal = config === undefined ? undefined : refusedByAll(all, { isSound });
  if (refusal !== undefined) context.add(refusal);
  const base = context.base === undefined ? "" : `, "${context.base}"`;
  const remedy =
    context.kind === "adapter"
      ? `download the model that it is for${base}, and let the runtime load that with this adapter`
      : facts.isAhead === true
        ? "use another repository, or another revision of this one"
        : "download the model again, or mend the file that is named";
  return judgeRuntimes(all, { findings: context.findings(), remedy });
}
