/**
 * `HF_ENDPOINT` has blanks, line ends or quotes around it, as prompts and files of settings leave them.
 *
 * Invariants checked:
 * - The download succeeds, and every request goes to the endpoint or to a host that it named.
 */
import fc from "fast-check";
import { anySmallModel, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";
import { wireLog } from "../../harness/internal.ts";

const REPOSITORY = "mlx-community/Spelt-4bit";

export const speltEndpoint = scenario({
  name: "hub/spelt_endpoint",
  covers: ["HUB-ENV-BLANKS"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    around: fc.constantFrom(
      [" ", ""] as const,
      ["", " "] as const,
      ["", "/ "] as const,
      ["\t", "\t"] as const,
      ["", "\r\n"] as const,
      ['"', '"'] as const,
      ["'", "/'"] as const,
      [' "', '" '] as const,
      ['" ', ' "'] as const,
    ),
  },
  async check({ model, around: [before, after] }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const wire = wireLog();
    const HF_ENDPOINT = before + hub.endpoint + after;
    const subject = world.start({ env: { HF_ENDPOINT }, relay: wire.watch });
    const { directory } = await verdict.attempt("HUB-ENV-BLANKS", () =>
      subject.download({ repository: REPOSITORY }),
    );
    const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
    verdict.holds("HUB-ENV-BLANKS", wrong.length === 0, () => wrong.join(", "));
    for (const { origin } of wire.requests) {
      const isKnown = origin === hub.endpoint || origin === hub.cdnOrigin;
      verdict.holds("HUB-ENV-BLANKS", isKnown, `${origin} was asked`);
    }
  },
});
