/**
 * The thread in which whatever a model's files can make slow is done.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { checkTemplate } from "../check_template.ts";
import { checkTokenizer } from "../check_tokenizer.ts";
import { parseSafetensorsHeader } from "../bytes/parse_safetensors_header.ts";
import { readModelConfig } from "../config/read_model_config.ts";
import { readWeightMap } from "../config/read_weight_map.ts";
import type { ThreadMessage } from "../../node/thread.ts";
import type { ApartTask } from "./apart_task.ts";
import { TextCodec } from "./text_codec.ts";

let codec: TextCodec | undefined;
let decode: ((id: number) => string) | undefined;

function answer(task: ApartTask): unknown {
  switch (task.name) {
    case "tokenizer":
      return checkTokenizer(task.input);
    case "template":
      return checkTemplate(task.input);
    case "header":
      return parseSafetensorsHeader(task.input.bytes, task.input.fileSizeBytes);
    case "config":
      return readModelConfig(task.input);
    case "index":
      return readWeightMap(task.input);
    case "open":
      codec = new TextCodec(task.input);
      return codec.endIds;
    case "encode":
      return codec?.encode(task.input.text, task.input);
    case "decode":
      if (task.input.isFirst) decode = codec?.decoder();
      return decode?.(task.input.id);
    case "shut":
      codec = undefined;
      decode = undefined;
      return undefined;
  }
}

function send(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

parentPort?.on("message", (task: ApartTask) => {
  try {
    send({ kind: "done", value: answer(task) });
  } catch (error) {
    // The libraries throw whatever their parts throw, and a deep text can exhaust the stack.
    send({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
  }
});
send({ kind: "ready" });
