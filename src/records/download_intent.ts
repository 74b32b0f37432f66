import type { FileSystem, Marker } from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { parseMarker } from "./marker.ts";
import type { ModelPlace } from "../layout/model_place.ts";

/** What an interrupted download wrote down of its intent. */
export async function readPlan(
  files: FileSystem,
  { staging }: Pick<ModelPlace, "staging">,
): Promise<Marker | undefined> {
  const text = await readSmallFile(files, staging.plan);
  return text === undefined ? undefined : parseMarker(text);
}
