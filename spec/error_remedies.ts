/**
 * What a reader of each failure can do, and whether an implementation tries again by itself.
 *
 * @module
 */

import type { ErrorCode } from "./error_code.ts";

/** What follows from a failure. */
export interface ErrorRemedy {
  /** What its reader can do. */
  readonly remedy: string;
  /** Whether an implementation tries again before it fails: `DL-RETRY`, `DL-NO-RETRY`, `DL-PERMANENT`. */
  readonly retried: "no" | "yes" | "once" | "some";
}

/** The remedy of every failure of the closed set; a message names the one that fits its cause. */
export const ERROR_REMEDIES: Readonly<Record<ErrorCode, ErrorRemedy>> = {
  "invalid-argument": {
    remedy: "Correct the request, or the variable that is named.",
    retried: "no",
  },
  "repository-not-found": {
    remedy: "Check the id; give a token if the repository is private.",
    retried: "no",
  },
  "revision-not-found": { remedy: "Check the branch, tag or commit.", retried: "once" },
  "file-not-found": {
    remedy: "Check the path or pattern; run the command again if the branch has moved.",
    retried: "once",
  },
  unauthorized: {
    remedy: "Set HF_TOKEN or give --token; check what the token may read.",
    retried: "no",
  },
  gated: {
    remedy: "Accept the licence on the repository's page with the token's account.",
    retried: "no",
  },
  withheld: { remedy: "Use another repository.", retried: "no" },
  "rate-limited": { remedy: "Wait some minutes, or give a token.", retried: "yes" },
  "hub-unavailable": { remedy: "Run the command again later.", retried: "yes" },
  network: {
    remedy: "Check the address and the network, and run the command again.",
    retried: "some",
  },
  timeout: { remedy: "Check the network, and run the command again.", retried: "yes" },
  certificate: {
    remedy:
      "Name the organization's root certificate in SSL_CERT_FILE; check the clock and the address.",
    retried: "no",
  },
  proxy: {
    remedy: "Check the proxy's address, user and password, or add the host to NO_PROXY.",
    retried: "some",
  },
  "not-a-hub": {
    remedy: "Check the hub's address, and what stands before the hub: a firewall or a login page.",
    retried: "no",
  },
  integrity: {
    remedy: "Run the command again; if it persists, the hub or a cache before it is at fault.",
    retried: "once",
  },
  "repository-incomplete": {
    remedy: "Use another repository, or choose its files with --include.",
    retried: "no",
  },
  "unsafe-path": { remedy: "Remove what is named, or do not use this repository.", retried: "no" },
  "case-conflict": {
    remedy: "Use another root, or leave one of the names out with --exclude.",
    retried: "no",
  },
  "limit-exceeded": {
    remedy: "Check the hub's address; do not trust this repository.",
    retried: "no",
  },
  "disk-full": { remedy: "Free some space, or use another root.", retried: "no" },
  "access-denied": { remedy: "Change the permissions, or use another root.", retried: "no" },
  "path-too-long": {
    remedy: "Use a shorter root, or leave the file out with --exclude.",
    retried: "no",
  },
  "disk-io": { remedy: "Check the volume, and run the command again.", retried: "no" },
  offline: {
    remedy: "Connect, or switch the offline variable off, and download the missing files.",
    retried: "no",
  },
  "not-downloaded": { remedy: "Download the model, or name the root that has it.", retried: "no" },
  "corrupt-model": { remedy: "Download the model again, or use another one.", retried: "no" },
  unsupported: { remedy: "Ask for something else, or use another implementation.", retried: "no" },
  "runner-unavailable": {
    remedy: "Install the runner, or choose another with --runner.",
    retried: "no",
  },
  "runner-died": {
    remedy: "Read what it printed last; give it more memory or a smaller model.",
    retried: "no",
  },
  "runner-no-answer": {
    remedy: "Read what it printed last; update or replace the runner.",
    retried: "no",
  },
  "runner-timeout": { remedy: "Use a smaller model or a faster runner.", retried: "no" },
  "runner-flood": { remedy: "Update or replace the runner.", retried: "no" },
  "runner-protocol": { remedy: "Update or replace the runner.", retried: "no" },
  "runner-memory": { remedy: "Use a smaller model.", retried: "no" },
  "runner-failed": { remedy: "Read what the runtime said; check the model.", retried: "no" },
  "claim-lost": { remedy: "Run the command again.", retried: "no" },
  cancelled: { remedy: "Run the command again to go on.", retried: "no" },
  internal: { remedy: "Report it as a bug of the implementation.", retried: "no" },
};
