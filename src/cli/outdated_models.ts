import type { ListedModel, WaitOptions } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import type { CliManager } from "./cli_environment.ts";

/** Questions to the hub at a time. */
const REQUESTS_MAX = 8;

/** A model of which a commit is recorded, and what the hub says of its revision. */
export interface Freshness {
  readonly model: ListedModel & { readonly repository: string; readonly commit: string };
  /** The commit that the revision is now; undefined where the hub did not say it. */
  readonly latest: string | undefined;
  /** Why it did not. */
  readonly why?: string;
}

/**
 * Asks the hub of each model below the root and in the hub's cache which commit its revision is now: one request for each
 * repository and revision, several at once.
 *
 * A pinned commit is never out of date, and of the snapshots of a repository only the newest is asked about.
 */
export async function freshnessOf(
  manager: Pick<CliManager, "latestCommit">,
  models: readonly ListedModel[],
  wait: WaitOptions,
): Promise<readonly Freshness[]> {
  const known = models.flatMap((model) => {
    const { repository, commit, store } = model;
    const isOurs = store === undefined || store === "hub-cache";
    return isOurs && repository !== undefined && commit !== undefined && !isPinned(model)
      ? [{ ...model, repository, commit }]
      : [];
  });
  const keyOf = ({ repository, revision = "main" }: ListedModel) => `${repository} ${revision}`;
  const byKey = new Map(known.map((model) => [keyOf(model), model]));
  const answers = new Map<string, Pick<Freshness, "latest" | "why">>();
  const questions = [...byKey];
  const work = async () => {
    for (let next = questions.shift(); next !== undefined; next = questions.shift()) {
      const [key, { repository, revision = "main" }] = next;
      answers.set(key, await ask(manager, { repository, revision }, wait));
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_MAX }, work));
  const fresh = known.map((model) => ({
    model,
    ...(answers.get(keyOf(model)) ?? { latest: undefined }),
  }));
  return fresh.filter(
    ({ model, latest }) =>
      model.layout !== "hf-cache" ||
      model.commit === latest ||
      !fresh.some((other) => isNewer(other, model, latest)),
  );
}

/** A snapshot of what the hub has now stands for the older ones beside it. */
function isNewer(other: Freshness, model: ListedModel, latest: string | undefined): boolean {
  return (
    other.model !== model &&
    other.model.repository === model.repository &&
    other.model.layout === model.layout &&
    other.model.commit === latest
  );
}

function isPinned({ revision }: ListedModel): boolean {
  return revision !== undefined && /^[0-9a-f]{40}$/.test(revision);
}

async function ask(
  manager: Pick<CliManager, "latestCommit">,
  request: { readonly repository: string; readonly revision: string },
  wait: WaitOptions,
): Promise<Pick<Freshness, "latest" | "why">> {
  try {
    return { latest: await manager.latestCommit(request, wait) };
  } catch (error) {
    // One repository that is gone or private hides no other; what is wrong everywhere is said by each.
    if (error instanceof ModelError && error.code !== "cancelled")
      return { latest: undefined, why: error.message };
    throw error;
  }
}
