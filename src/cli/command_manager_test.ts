import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Fetch } from "../../spec/mod.ts";
import { nodeHost } from "../node_host.ts";
import { SharedModelManager } from "../shared_model_manager.ts";
import { commandManager } from "./command_manager.ts";

test("a command's manager answers as the one that has everything", async () => {
  const root = await mkdtemp(join(tmpdir(), "mlx-layout-command-"));
  try {
    const config = { root, env: { HF_HUB_OFFLINE: "1", HF_HOME: root } };
    let requests = 0;
    const fetch: Fetch = (url) => {
      requests += 1;
      return Promise.reject(new Error(`${url} was asked for`));
    };
    const host = { ...nodeHost(), fetch };
    const own = commandManager(host, config);
    const whole = new SharedModelManager(host, config);
    const request = { repository: "org/name" };
    assert.deepEqual(await own.status(request), await whole.status(request));
    assert.deepEqual(await own.verify(request), await whole.verify(request));
    assert.deepEqual(await own.survey({ places: "root" }), await whole.survey({ places: "root" }));
    assert.deepEqual(await own.diagnose({}), await whole.diagnose({}));
    assert.equal(await own.locate(request), undefined);
    assert.equal(await own.repositoryIn(root), undefined);
    for (const call of [
      () => own.download(request),
      () => own.downloadUrl({ url: "ftp://host/file" }),
      () => own.planDownload(request),
      () => own.latestCommit(request),
      () => own.canLoad(request),
      () => own.remove(request),
      () => own.planRemoval(request),
      () => own.removeDirectory(root),
      () => own.check(request),
      () => own.checkDirectory(join(root, "absent")),
      () => own.plan({ ...request, runtime: "mlx-lm" }),
      () => own.planDirectory(join(root, "absent"), { runtime: "mlx-lm" }),
      () => own.run(request, { prompt: "hello", maxTokens: 1 }),
      () => own.migrate({ ...request, step: "plan" }),
      () => own.share({ ...request, into: root, layout: "hubapi", step: "plan" }),
      () => own.mend({ operation: "run", words: ["other"] }),
      () => own.downloadDelegated({ ...request, runner: "mlx-lm" }),
    ])
      // oxlint-disable-next-line no-await-in-loop -- each is refused at once
      await assert.rejects(call, { name: "ModelError" });
    assert.equal(requests, 0, "the network is off");
    assert.deepEqual(await (await own.serve({})).copies(), []);
  } finally {
    await rm(root, { recursive: true });
  }
});
