import assert from "node:assert/strict";
import { test } from "node:test";
import { type PageAddress, readPageAddress } from "./page_address.ts";

const ENDPOINT = "https://mirror.test/hf";
const MODEL: PageAddress = { kind: "model", repository: "org/name" };

const CASES: readonly (readonly [address: string, page: PageAddress | undefined])[] = [
  ["https://huggingface.co/org/name", MODEL],
  ["https://hf.co/org/name/", MODEL],
  ["https://huggingface.co/org/name/tree/main", { ...MODEL, revision: "main" }],
  ["https://huggingface.co/org/name/tree/refs%2Fpr%2F1", { ...MODEL, revision: "refs/pr/1" }],
  ["https://huggingface.co/org/name/tree/%zz", MODEL],
  ["https://mirror.test/hf/org/name", MODEL],
  [
    "https://huggingface.co/org/name/blob/main/a/b.safetensors",
    { kind: "file", url: "https://huggingface.co/org/name/resolve/main/a/b.safetensors" },
  ],
  [
    "https://mirror.test/hf/org/name/blob/refs%2Fpr%2F1/a%20b.json?download=true",
    {
      kind: "file",
      url: "https://mirror.test/hf/org/name/resolve/refs%2Fpr%2F1/a%20b.json?download=true",
    },
  ],
  ["hf://org/name", MODEL],
  ["hf://models/org/name/", MODEL],
  ["hf://org/name@v1.0", { ...MODEL, revision: "v1.0" }],
  ["hf://org/name@refs/pr/1", { ...MODEL, revision: "refs/pr/1" }],
  ["hf://org/name@a%2Fb", { ...MODEL, revision: "a/b" }],
  ["hf://org/name/config.json", undefined],
  ["hf://datasets/org/name", undefined],
  ["hf://datasets/name", undefined],
  ["hf://buckets/org", undefined],
  ["hf://name", undefined],
  ["https://huggingface.co/org/name/resolve/main/a.json", undefined],
  ["https://huggingface.co/datasets/org", undefined],
  ["https://huggingface.co/a.json", undefined],
  ["https://mirror.test/org/name", undefined],
  ["https://files.test/org/name", undefined],
  ["not an address", undefined],
];

for (const [address, page] of CASES) {
  test(`readPageAddress() reads ${address}`, () => {
    assert.deepEqual(readPageAddress(address, ENDPOINT), page);
  });
}
