/**
 * The closed set of failures, shared by every implementation and compared by the scenarios.
 *
 * @module
 */

/** What each code means, and what its reader can do. */
export const ERROR_CODES = {
  "invalid-argument":
    "The request itself is wrong: a malformed repository id, revision, pattern or URL.",
  "repository-not-found": "The hub knows no such repository, or hides it from this token.",
  "revision-not-found": "The repository has no such branch, tag or commit.",
  "file-not-found": "The hub or server has no such file.",
  unauthorized: "The hub asks for a token, or refuses the one it was sent.",
  gated: "The repository exists, but its licence was not accepted for this token.",
  withheld: "The hub has it and gives it to nobody here, for legal reasons.",
  "rate-limited": "The hub answered 429 more often than is retried.",
  "hub-unavailable": "The hub answered 5xx more often than is retried.",
  network: "No answer came: the connection failed or broke more often than is retried.",
  timeout: "Nothing arrived for the whole time limit.",
  certificate: "The server's certificate is not trusted, not valid, or for another host.",
  proxy: "The proxy asks for a password, or does not connect to the server.",
  "not-a-hub": "What answered does not speak the hub's protocol.",
  integrity:
    "The bytes are not the listed ones (size or hash differs), or the commit is not the one asked for.",
  "repository-incomplete": "The repository itself lacks a file that a model needs.",
  "unsafe-path": "A name would leave the model's directory or is not safe on every disk.",
  "case-conflict":
    "Two names differ only in case or normalization on a volume that does not distinguish them.",
  "limit-exceeded": "The hub sent more than a sane hub sends: listing, pages, hops or bytes.",
  "disk-full": "The volume has not enough room.",
  "access-denied":
    "The disk refuses: permission, read-only volume, or a file where a directory must be.",
  "path-too-long": "A name or a path is longer than the volume allows.",
  "disk-io": "The disk failed in another way.",
  offline: "The network is off or away and the local copy is not complete.",
  "not-downloaded": "No copy of this model is under the root.",
  "corrupt-model": "The model directory holds something that a runtime must not open.",
  unsupported: "This implementation does not do what was asked.",
  "runner-unavailable": "No such runner can be started on this machine.",
  "runner-died": "The runner ended or was killed before it had answered.",
  "runner-no-answer": "The runner ended as if all were well, without an answer.",
  "runner-timeout": "The runner did not answer within its time limit.",
  "runner-flood": "The runner sent more output than an answer needs.",
  "runner-protocol": "What the runner sent is not the runner protocol.",
  "runner-memory": "The runner took more memory than it may.",
  "runner-failed": "The runtime refused what it was asked to do.",
  cancelled: "The caller cancelled.",
  internal: "A fault of the implementation itself.",
} as const satisfies Record<string, string>;

/** One of the closed set of failure codes. */
export type ErrorCode = keyof typeof ERROR_CODES;
