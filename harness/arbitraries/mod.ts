/**
 * Generators for properties: models, and awkward or hostile names.
 *
 * @module
 */

export { anyAttack, type Attack, type Attacked, attackName } from "./any_attack.ts";
export { anyFamilyModel } from "./any_family_model.ts";
export { anyFileName, anyFileNames, type FileNameOptions } from "./any_file_name.ts";
export { anyLlamaOptions, anyModel, anyQuantization, type ModelConstraints } from "./any_model.ts";
export { anyLinkStyle } from "./any_link_style.ts";
export { anyRepository, isRepositoryName } from "./any_repository.ts";
export { anyRevision } from "./any_revision.ts";
export { anySchedule, type ScheduleOptions } from "./any_schedule.ts";
export { anySmallModel, type SmallModelOptions } from "./any_small_files.ts";
export { anySteps, type StepsOptions } from "./any_steps.ts";
export {
  anyTooLongPath,
  anyUnsafePath,
  UNSAFE_PATH_SHAPES,
  type UnsafePathKind,
  type UnsafePathOptions,
} from "./any_unsafe_path.ts";
export { FAMILY_CASES_MIN, type FamilyCase, familyCases } from "./family_models.ts";
