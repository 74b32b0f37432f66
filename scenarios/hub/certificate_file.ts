/**
 * A variable names a file with the certificate of the one who issued the hub's.
 *
 * Invariants checked:
 * - The first variable that is set is used; in a process of its own the download succeeds over TLS because of it.
 * - What is not sent over TLS needs no such file, and is not kept from being sent by one that is absent.
 */
import fc from "fast-check";
import type { Fetch } from "../../spec/mod.ts";
import { anySmallModel, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Certified-4bit";
/** The first that is set wins. */
const NAMES = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] as const;

export const certificateFile = scenario({
  name: "hub/certificate_file",
  covers: ["HUB-ENV-CERTIFICATES"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    first: fc.constantFrom(0, 1, 2),
    before: fc.constantFrom("absent" as const, "empty" as const),
    isBehindSet: fc.boolean(),
    isSecure: fc.boolean(),
  },
  world: ({ isSecure }) => ({ certificate: isSecure ? "sound" : undefined }),
  goals: ["a file of certificates was used"],
  async check({ model, first, before, isBehindSet, isSecure }, world, verdict) {
    const { hub } = world;
    if (!isSecure && world.kind !== "process") {
      const { cdnOrigin, urlOrigin } = hub;
      const inClear = (origin: string) => origin.replace("https:", "http:");
      hub.moveTo({
        endpoint: inClear(hub.endpoint),
        cdnOrigin: inClear(cdnOrigin),
        urlOrigin: inClear(urlOrigin),
      });
    }
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const file = world.authorityFile ?? `${world.outside}/authority.pem`;
    const env = Object.fromEntries(
      NAMES.map((name, at) => {
        if (at === first) return [name, file];
        if (at < first) return [name, before === "empty" ? "" : undefined];
        return [name, isBehindSet ? `${world.outside}/another.pem` : undefined];
      }),
    );
    const used = new Set<string | undefined>();
    const watch =
      (fetch: Fetch): Fetch =>
      (url, request) => {
        if (url.startsWith("https:")) used.add(request.certificates);
        return fetch(url, request);
      };
    const subject = world.start({
      env: { HF_ENDPOINT: hub.endpoint, ...env },
      ...(world.kind === "process" ? {} : { fetch: watch }),
    });
    const { directory } = await verdict.attempt("HUB-ENV-CERTIFICATES", () =>
      subject.download({ repository: REPOSITORY }),
    );
    const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
    verdict.holds("HUB-ENV-CERTIFICATES", wrong.length === 0, () => wrong.join(", "));
    if (!isSecure) return;
    verdict.holds(
      "HUB-ENV-CERTIFICATES",
      [...used].every((path) => path === file),
      () => `it trusted ${[...used].join(" and ")} and not ${file}`,
    );
    verdict.reached("a file of certificates was used");
  },
});
