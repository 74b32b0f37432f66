import type { FileSystem, Marker } from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { parseMarker } from "./marker.ts";
import { stagingOf } from "./staging.ts";

/** What an interrupted download wrote down of its intent. */
export async function readPlan(files: FileSystem, directory: string): Promise<Marker | undefined> {
  const text = await readSmallFile(files, stagingOf(directory).plan);
  return text === undefined ? undefined : parseMarker(text);
}
