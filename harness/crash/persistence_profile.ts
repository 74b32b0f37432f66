/** The persistence profiles of `spec/faults.md`. */
export const PERSISTENCE_PROFILES = ["kill", "ordered", "apfs", "weak"] as const;

/** What may survive a crash. */
export type PersistenceProfile = (typeof PERSISTENCE_PROFILES)[number];

/** A profile, and how it takes a sync. */
export interface Persistence {
  readonly profile: PersistenceProfile;
  /**
   * Whether `sync` makes durable or only keeps order, as `fsync(2)` does on a Mac; heeded by `apfs`.
   *
   * @default {"durable"}
   */
  readonly syncIs?: "durable" | "barrier";
}
