import { basename } from "node:path";
import {
  type FileSystem,
  fnmatch,
  LAYOUTS,
  type ListedModel,
  type Marker,
  REQUIRED_PARTS,
} from "../../spec/mod.ts";
import { namesIn } from "../disk/walk.ts";
import { DEFAULT_LAYOUT } from "../layout/layouts/mod.ts";
import { modelDirectory } from "../layout/model_directory.ts";
import { fillTemplate } from "../layout/path_template.ts";
import { isRepositoryId } from "../layout/repository_id.ts";
import { modelStatus } from "../records/model_status.ts";
import { readMarker } from "../records/marker.ts";
import type { FoundModel } from "./find_models.ts";
import { identifyRepository } from "./identify_repository.ts";
import { type CountedData, measureModel } from "./measure_model.ts";
import type { StoreDirectory } from "./store_directories.ts";

/** How the ids of the organization begin whose repositories are all for MLX. */
const MLX_SOURCE = "mlx-community/";

/** A model and the store that it was found in; none for one below the root. */
export interface PlacedModel extends FoundModel {
  readonly at: StoreDirectory | undefined;
}

/** What {@linkcode describeModel} needs beside the model. */
export interface DescribeModelOptions {
  /** Repositories of model ids that the app chose itself, such as `smollm-135m`. */
  readonly repositories: Readonly<Record<string, string>>;
  readonly counted: CountedData;
}

/** Says of a model what `list` says: where it is, whose it is, whether it is complete and how large. */
export async function describeModel(
  files: FileSystem,
  found: PlacedModel,
  options: DescribeModelOptions,
): Promise<ListedModel> {
  const { place, layout, modelId, at } = found;
  const { directory } = place;
  const marker = await readMarker(files, directory);
  const stated = marker?.commit === "" ? undefined : marker?.source;
  const repository = found.isNamedByApp
    ? (stated ??
      namedRepository(found) ??
      options.repositories[modelId] ??
      (await identifyRepository(files, directory)))
    : namedRepository(found);
  const { state } = await modelStatus(files, {
    place,
    source: undefined,
    revision: undefined,
    // A list must not read what another tool downloaded: that may be hundreds of gigabytes.
    hash: "touched",
    unmarked: "sizes",
  });
  // What was downloaded as a plain repository belongs where it is: `DL-OTHER-WAY`.
  const isOther = marker !== undefined && !marker.source.startsWith(MLX_SOURCE);
  const isItsPlace = layout.isReadByMlx || isOther || at !== undefined;
  const misplaced = isItsPlace
    ? undefined
    : await mlxDirectory(files, directory, { root: place.root, repository });
  const { sizeBytes, diskBytes, usedMs } = await measureModel(files, place, options.counted);
  return {
    directory,
    layout: layout.name,
    repository,
    modelId,
    state,
    misplaced,
    sizeBytes,
    diskBytes,
    ...commitOf(found, marker),
    ...(at !== undefined && { store: at.name }),
    ...(usedMs !== undefined && { usedMs }),
  };
}

/** In the hub's cache the directory's name is the commit. */
function commitOf(
  { place }: PlacedModel,
  marker: Marker | undefined,
): Pick<ListedModel, "commit" | "revision"> {
  if (marker !== undefined && marker.commit !== "")
    return { commit: marker.commit, revision: marker.revision };
  return place.cache === undefined ? {} : { commit: basename(place.directory) };
}

/** What the path says, in the way in which the store writes names. */
function namedRepository({ repository, modelId, at }: PlacedModel): string | undefined {
  const { naming } = at?.store ?? {};
  if (naming === "dots as ___") return repository?.replaceAll("___", ".");
  if (naming !== "slash as _") return repository;
  const id = modelId.replace("_", "/");
  return isRepositoryId(id) ? id : undefined;
}

/** Where MLX would look for a model that lies where it does not: the bug that this project began with. */
async function mlxDirectory(
  files: FileSystem,
  directory: string,
  where: { readonly root: string; readonly repository: string | undefined },
): Promise<string | undefined> {
  const { root, repository } = where;
  const names = await namesIn(files, directory);
  const isWeight = (name: string) => REQUIRED_PARTS.weights.some((sign) => fnmatch(sign, name));
  if (!names.some(isWeight)) return undefined;
  return repository === undefined
    ? fillTemplate(LAYOUTS[DEFAULT_LAYOUT], root, { org: "<org>", name: "<name>" })
    : modelDirectory(root, repository, { layout: DEFAULT_LAYOUT });
}
