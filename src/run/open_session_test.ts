import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment } from "../../spec/mod.ts";
import { openSession, withoutSecrets } from "./open_session.ts";

test("a runner is started without the secrets of the environment", async () => {
  const started: Environment[] = [];
  const programs = {
    platform: "linux",
    processor: "x64",
    node: ["node"],
    spawn: async (_: readonly string[], { env }: { readonly env: Environment }) => {
      started.push(env);
      throw new Error("this is as far as it goes");
    },
  };
  const env = { HF_TOKEN: "hf_secret", AWS_SECRET_ACCESS_KEY: "s", HOME: "/home/user" };
  const options = { env, programs, clock: undefined as never, files: undefined as never };
  await assert.rejects(openSession(["runner"], { ...options, extraEnv: { HF_HUB_OFFLINE: "1" } }));
  assert.deepEqual(started, [{ HOME: "/home/user", HF_HUB_OFFLINE: "1" }]);
});

test("withoutSecrets() keeps what only sounds like a secret", () => {
  const kept = { TOKENIZERS_PARALLELISM: "false", PATH: "/bin", HF_HOME: "/x", KEYBOARD: "de" };
  const secret = { HUGGING_FACE_HUB_TOKEN: "a", OPENAI_API_KEY: "b", PGPASSWORD: "c" };
  assert.deepEqual(withoutSecrets({ ...kept, ...secret }), kept);
});
