/**
 * A machine serves its models to those who have a token. Somebody asks without it, with a part of it, and with another one.
 *
 * Invariants checked:
 * - Every such request is answered with 401 and the same body, whatever it asks for.
 * - With the token requests are answered.
 */
import fc from "fast-check";
import { askServer, beginServing } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Private-4bit";
const COVERS = ["SERVE-TOKEN"] as const;

const TARGETS = [
  `/api/models/${REPOSITORY}`,
  `/api/models/${REPOSITORY}/revision/main`,
  `/api/models/${REPOSITORY}/tree/main?recursive=true`,
  `/${REPOSITORY}/resolve/main/config.json`,
  `/${REPOSITORY}/resolve/main/none.json`,
  "/api/models/mlx-community/None-4bit",
  "/",
  "//",
  "/api/models/%zz",
  `/${REPOSITORY}/resolve/main/../../../etc/passwd`,
] as const;
/** Longer than any address that is answered, which a server may refuse before a program hears of it. */
const LONG_TARGET = `/${REPOSITORY}/resolve/main/${"long/".repeat(4000)}config.json`;

export const token = scenario({
  name: "serve/token",
  covers: COVERS,
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    secret: fc.string({
      unit: fc.constantFrom("a", "b", "X", "Z", "0", "9", "_", "-"),
      minLength: 8,
      maxLength: 40,
    }),
    wrong: fc.constantFrom(
      "none",
      "empty",
      "another",
      "a part",
      "longer",
      "another case",
      "another scheme",
      "in the query",
    ),
    targets: fc.subarray([...TARGETS], { minLength: 2 }),
    isLong: fc.boolean(),
    method: fc.constantFrom("GET", "GET", "HEAD", "POST", "DELETE"),
  },
  async check({ model, secret, wrong, targets, isLong, method: any }, world, verdict) {
    // The library under a program may know no other methods.
    const isOwn = world.kind !== "process";
    const method = any === "DELETE" && !isOwn ? "GET" : any;
    const asked = [...targets, ...(isLong && isOwn ? [LONG_TARGET] : [])];
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    await subject.download({ repository: REPOSITORY });
    const server = await beginServing(subject, verdict, {
      covers: COVERS,
      request: { token: secret },
    });
    if (server === undefined) return;
    const bodies = new Set<string>();
    for (const target of asked) {
      const authorization = wrongValue(wrong, secret);
      const address =
        wrong === "in the query"
          ? `${target}${target.includes("?") ? "&" : "?"}token=${secret}`
          : target;
      const { status, bytes } = await askServer(server, {
        target: address,
        method,
        headers: { ...(authorization !== undefined && { authorization }) },
      });
      bodies.add(Buffer.from(bytes).toString("utf8"));
      verdict.holds(
        "SERVE-TOKEN",
        status === 401,
        `${method} ${target.slice(0, 100)} with ${wrong} is answered by ${status}`,
      );
    }
    verdict.holds("SERVE-TOKEN", bodies.size === 1, "the refusals tell apart what is there");
    const { status } = await askServer(server, {
      target: TARGETS[0],
      headers: { authorization: `Bearer ${secret}` },
    });
    verdict.holds("SERVE-TOKEN", status === 200, `with the token it is answered by ${status}`);
  },
});

// Helpers

/** A value of `Authorization` that is not the right one. */
function wrongValue(wrong: string, secret: string): string | undefined {
  switch (wrong) {
    case "empty":
      return "Bearer ";
    case "another":
      return `Bearer ${"q".repeat(secret.length)}`;
    case "a part":
      return `Bearer ${secret.slice(0, -1)}`;
    case "longer":
      return `Bearer ${secret}0`;
    case "another case": {
      const other = secret === secret.toLowerCase() ? secret.toUpperCase() : secret.toLowerCase();
      // Of digits there is no other case.
      return `Bearer ${other === secret ? `${secret}x` : other}`;
    }
    case "another scheme":
      return `Basic ${secret}`;
    default:
      return undefined;
  }
}
