import { createHash } from "node:crypto";
import { contentEtag, type HubFile } from "./hub_file.ts";

/** A state of a repository that never changes. */
export interface HubCommit {
  readonly sha: string;
  /** Sorted by path. */
  readonly files: ReadonlyMap<string, HubFile>;
  readonly tags: readonly string[];
  readonly libraryName: string | undefined;
}

/** A commit that waits for its turn to be the head of a branch. */
export interface PreparedCommit {
  readonly commit: HubCommit;
  readonly revision: string;
}

/** A repository and who may read it. */
export interface HubRepository {
  readonly id: string;
  readonly branches: Map<string, HubCommit>;
  readonly commits: Map<string, HubCommit>;
  /** Commits that a fault will publish. */
  readonly prepared: PreparedCommit[];
  /** Tokens with access to the files; without it everyone has. */
  gate: readonly string[] | undefined;
  /** The only token that sees the repository at all; without it everyone does. */
  token: string | undefined;
}

/** How a commit is made. */
export interface PublishOptions {
  /** The branch that it becomes the head of. @default {"main"} */
  readonly revision?: string;
  /** The model's tags, as the listing of models shows them. */
  readonly tags?: readonly string[];
  readonly libraryName?: string;
}

/** Everything that was published. The same calls in the same order give the same commits. */
export class HubRepositories {
  readonly #byId = new Map<string, HubRepository>();
  readonly #renamed = new Map<string, string>();
  #commitCount = 0;

  publish(id: string, files: readonly HubFile[], options: PublishOptions = {}): string {
    let repository = this.#byId.get(id);
    if (repository === undefined) {
      repository = {
        id,
        branches: new Map(),
        commits: new Map(),
        prepared: [],
        gate: undefined,
        token: undefined,
      };
      this.#byId.set(id, repository);
      this.#renamed.delete(id);
    }
    const revision = options.revision ?? "main";
    const commit = this.#commit(repository, files, options);
    repository.branches.set(revision, commit);
    repository.commits.set(commit.sha, commit);
    return commit.sha;
  }

  prepare(id: string, files: readonly HubFile[], options: PublishOptions = {}): string {
    const repository = this.get(id);
    const commit = this.#commit(repository, files, options);
    repository.prepared.push({ commit, revision: options.revision ?? "main" });
    return commit.sha;
  }

  /** Makes the next prepared commit the head of its branch; nothing when there is none. */
  moveBranch(repository: HubRepository): HubCommit | undefined {
    const next = repository.prepared.shift();
    if (next === undefined) return undefined;
    const { commit, revision } = next;
    repository.branches.set(revision, commit);
    repository.commits.set(commit.sha, commit);
    return commit;
  }

  rename(oldId: string, newId: string): void {
    const repository = this.get(oldId);
    this.#byId.delete(oldId);
    this.#byId.set(newId, { ...repository, id: newId });
    this.#renamed.set(oldId, newId);
    this.#renamed.delete(newId);
  }

  remove(id: string): void {
    this.#byId.delete(this.get(id).id);
  }

  /** @throws {Error} when nothing was published under this id: a mistake in the scenario */
  get(id: string): HubRepository {
    const repository = this.#byId.get(id);
    if (repository === undefined) throw new Error(`no repository ${id} was published on this hub`);
    return repository;
  }

  find(id: string): HubRepository | undefined {
    return this.#byId.get(id);
  }

  /** The id under which a repository asked for by an old or differently cased id is found. */
  canonicalId(id: string): string | undefined {
    const seen = new Set<string>();
    let current = id;
    while (!this.#byId.has(current)) {
      const next = this.#renamed.get(current);
      if (next === undefined || seen.has(next)) return this.#foldedId(current);
      seen.add(next);
      current = next;
    }
    return current;
  }

  #foldedId(id: string): string | undefined {
    const folded = id.toLowerCase();
    for (const known of this.#byId.keys()) if (known.toLowerCase() === folded) return known;
    for (const [old, current] of this.#renamed) {
      if (old.toLowerCase() === folded && this.#byId.has(current)) return current;
    }
    return undefined;
  }

  #commit(
    repository: HubRepository,
    files: readonly HubFile[],
    options: PublishOptions,
  ): HubCommit {
    const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    const hash = createHash("sha1").update(`commit ${this.#commitCount++} ${repository.id}\n`);
    hash.update(repository.branches.get(options.revision ?? "main")?.sha ?? "");
    for (const file of sorted) hash.update(`${contentEtag(file)} ${file.path}\0`);
    return {
      sha: hash.digest("hex"),
      files: new Map(sorted.map((file) => [file.path, file])),
      tags: options.tags ?? [],
      libraryName: options.libraryName,
    };
  }
}

/** The commit that a branch name or commit id stands for at this moment. */
export function findCommit(repository: HubRepository, revision: string): HubCommit | undefined {
  // As in git, the head of a repository is that of its default branch.
  const name = revision === "HEAD" ? "main" : revision;
  return repository.branches.get(name) ?? repository.commits.get(name);
}
