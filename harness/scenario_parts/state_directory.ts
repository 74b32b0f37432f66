import { dirname } from "node:path";
import { HEAD } from "../subjects/head_view.ts";

/** The directory in which an implementation keeps what belongs to a model: in layout `hf-cache` the whole repository's. */
export function stateDirectory(directory: string): string {
  return directory.endsWith(HEAD) ? dirname(dirname(directory)) : directory;
}
