import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_ENDPOINT, hubSettings } from "./hub_settings.ts";

test("hubSettings() takes an empty variable for an absent one", () => {
  const env = { HF_ENDPOINT: "", HF_TOKEN: "", HF_HUB_OFFLINE: "" };
  const settings = { endpoint: DEFAULT_ENDPOINT, token: undefined, offline: false };
  assert.deepEqual(hubSettings(env), settings);
  assert.deepEqual(hubSettings({}), settings);
});

test("hubSettings() reads the environment as the official client does", () => {
  const env = { HF_ENDPOINT: "https://hub.example//", HF_TOKEN: " hf_x\n", HF_HUB_OFFLINE: "yes" };
  const settings = { endpoint: "https://hub.example", token: "hf_x", offline: true };
  assert.deepEqual(hubSettings(env), settings);
  assert.equal(hubSettings({ HUGGING_FACE_HUB_TOKEN: "hf_old" }).token, "hf_old");
  assert.equal(hubSettings({ HF_HUB_OFFLINE: "0" }).offline, false);
});

test("hubSettings() prefers what the request says", () => {
  const env = { HF_ENDPOINT: "https://hub.example", HF_TOKEN: "hf_x", HF_HUB_OFFLINE: "1" };
  const request = { endpoint: "http://other.example", token: "hf_y", offline: false };
  assert.deepEqual(hubSettings(env, request), request);
});

test("hubSettings() refuses an address and a token that no request can carry", () => {
  for (const endpoint of ["hub.example", "ftp://hub.example", "https://"])
    assert.throws(() => hubSettings({ HF_ENDPOINT: endpoint }), { code: "invalid-argument" });
  for (const token of ["hf x", "hf_\n_x", "hf_ü"])
    assert.throws(() => hubSettings({}, { token }), { code: "invalid-argument" });
});
