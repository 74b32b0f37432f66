/**
 * A connection fails over something that stays as it is: a certificate, TLS, headers without end, a proxy's password.
 *
 * Invariants checked:
 * - The error says so by its code, comes without a pause, and the request was sent once.
 * - The proxy's password is not in it.
 */
import fc from "fast-check";
import type { ErrorCode, Fetch } from "../../../spec/mod.ts";
import { anySmallModel, modelPlace, NotApplicable, scenario } from "../../../harness/mod.ts";
import {
  type CertificateKind,
  exists,
  FAULT_SHAPES,
  needsOwnProcess,
  settled,
  textOf,
  unreachable,
} from "../../../harness/internal.ts";

const REPOSITORY = "mlx-community/Permanent";
const PASSWORD = "passwordThatNobodyMaySee";
const PAUSE_MS_MAX = 1000;

const CERTIFICATE_FAULTS = [
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_SIGNATURE_FAILURE",
  "CERT_REVOKED",
  "CERT_UNTRUSTED",
  "CERT_CHAIN_TOO_LONG",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "HOSTNAME_MISMATCH",
  "ERROR_IN_CERT_NOT_AFTER_FIELD",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_TLS_CERT_ALTNAME_FORMAT",
] as const;
/** What answers speaks another protocol, or TLS as no client may accept it. */
const PROTOCOL_FAULTS = [
  "EPROTO",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "HPE_INVALID_CONSTANT",
  "HPE_INVALID_HEADER_TOKEN",
] as const;

const FAULTS: Readonly<Record<string, readonly ErrorCode[]>> = {
  ...Object.fromEntries(CERTIFICATE_FAULTS.map((code) => [code, ["certificate"] as const])),
  ...Object.fromEntries(PROTOCOL_FAULTS.map((code) => [code, ["not-a-hub"] as const])),
  UND_ERR_HEADERS_OVERFLOW: ["limit-exceeded", "not-a-hub"],
  HPE_HEADER_OVERFLOW: ["limit-exceeded", "not-a-hub"],
  "HTTP 407": ["proxy"],
};

/** How the same comes about where hosts really listen. */
const CERTIFICATES: Readonly<Record<string, CertificateKind>> = {
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "sound",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "sound",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed",
  CERT_HAS_EXPIRED: "expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "another-name",
};

export const permanentFaults = scenario({
  name: "download/permanent_faults",
  // Requests for one file are counted.
  pieceBytes: [],
  covers: ["DL-PERMANENT", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    fault: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...Object.keys(FAULTS)) },
      { weight: 1, arbitrary: fc.constantFrom("HTTP 407", "CERT_HAS_EXPIRED") },
    ),
    shape: fc.constantFrom(...FAULT_SHAPES),
    at: fc.constantFrom("hub" as const, "content network" as const),
  },
  goals: ["a certificate was refused", "a proxy wanted a password"],
  world: ({ fault }) => ({ certificate: CERTIFICATES[fault] }),
  async check({ model, fault, shape, at }, world, verdict) {
    const { hub, authorityFile } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const isProxy = fault === "HTTP 407";
    // Of a program the connections themselves fail, and not the calls that make them.
    const isReal = authorityFile !== undefined;
    if (!isProxy && !isReal)
      needsOwnProcess(world, "another process's connections cannot be made to fail so");
    const proxy = world.kind === "process" ? world.otherOrigin : "http://proxy.test:3128";
    const named = proxy.replace("://", `://me:${PASSWORD}@`);
    const hasLarge = model.files.some(({ lfs }) => lfs);
    const isHub = at === "hub" || !hasLarge;
    const asked: string[] = [];
    const count = (fetch: Fetch): Fetch => {
      const failing =
        isProxy || isReal
          ? fetch
          : unreachable(fetch, { host: isHub ? hub.endpoint : hub.cdnOrigin, code: fault, shape });
      return (url, request) => {
        // Parts of a file are asked for once each.
        asked.push(`${url.replace(/\?.*/, "")} ${request.headers["range"] ?? ""}`.trimEnd());
        return failing(url, request);
      };
    };
    if (isProxy) {
      const kind = isHub ? "info" : "resolve";
      hub.faults = [{ match: { kind, nth: "all" }, do: { type: "status", status: 407 } }];
    }
    const startMs = world.clock.now();
    const subject = world.start({
      env: {
        ...(isProxy ? { HTTP_PROXY: named, HTTPS_PROXY: named } : {}),
        // Its issuer is known: what is wrong with the certificate is something else.
        ...(isReal && CERTIFICATES[fault] !== "sound" ? { SSL_CERT_FILE: authorityFile } : {}),
      },
      ...(isProxy || isReal ? { relay: count } : { fetch: count }),
    });
    // Whether a request takes a proxy at all is `HUB-ENV-PROXY`.
    const needsProxy = () => {
      const isDirect = hub.log.every((exchange) => exchange.proxy === undefined);
      if (isProxy && isDirect) throw new NotApplicable("it asks no proxy, so none refuses it");
    };
    const download = async () => {
      const outcome = subject.download({ repository: REPOSITORY, concurrency: 1 });
      await settled(() => outcome);
      needsProxy();
      return await outcome;
    };
    const failure = await verdict.fails("DL-PERMANENT", download, FAULTS[fault] ?? []);
    const again = asked.find((url, nth) => asked.indexOf(url) !== nth);
    verdict.holds("DL-PERMANENT", again === undefined, () => `${again} was asked for twice`);
    const isPrompt = world.kind === "process" || world.clock.now() - startMs < PAUSE_MS_MAX;
    verdict.holds("DL-PERMANENT", isPrompt, "it paused before it said so");
    verdict.holds("DL-PERMANENT", !textOf(failure).includes(PASSWORD), "it told the password");
    const config = await exists(world.files, `${modelPlace(world, REPOSITORY)}/config.json`);
    verdict.holds("DL-PERMANENT", !config, "config.json was published");
    verdict.reached(isProxy ? "a proxy wanted a password" : "a certificate was refused");
  },
});
