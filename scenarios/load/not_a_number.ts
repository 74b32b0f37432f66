/**
 * One value of a weight, a scale or a bias is not a number, in any float format.
 *
 * Invariants checked:
 * - The check refuses the file, with its path and the tensor's name.
 */
import fc from "fast-check";
import {
  changeFiles,
  missingFinding,
  placeModel,
  splitSafetensors,
} from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Number-4bit";
/** All bits of the exponent are set, and one of the fraction: the last two bytes decide in each format. */
const NOT_NUMBERS: Readonly<Record<string, readonly number[]>> = {
  F16: [0x01, 0x7c],
  BF16: [0x81, 0x7f],
  F32: [0x01, 0x00, 0x80, 0x7f],
};

export const notANumber = scenario({
  name: "load/not_a_number",
  pieceBytes: [8192],
  covers: ["LOAD-NAN"],
  given: {
    model: anyModel(),
    chooseTensor: fc.nat(),
    /** Any, or the last one: what reads several at a time has a rest there. */
    chooseValue: fc.oneof(fc.nat(), fc.constant("last" as const)),
    isNegative: fc.boolean(),
    isQuiet: fc.boolean(),
    isDownloaded: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { model, chooseTensor, chooseValue, isNegative, isQuiet, isDownloaded } = given;
    const places = model.files
      .filter(({ path }) => model.weightFiles.includes(path))
      .flatMap(({ path, bytes }) => {
        const { entries, dataStartBytes } = splitSafetensors(bytes);
        return [...entries].map(([name, entry]) => ({ path, name, dataStartBytes, ...entry }));
      })
      .filter(({ dtype }) => dtype in NOT_NUMBERS);
    // The last value of an odd number of them stands alone.
    const odd = places.filter(
      ({ dtype, data_offsets: [from, to] }) =>
        ((to - from) / (NOT_NUMBERS[dtype]?.length ?? 1)) % 2,
    );
    const chosen = chooseValue === "last" && odd.length > 0 ? odd : places;
    const place = chosen[chooseTensor % chosen.length];
    if (place === undefined) return;
    const [from, to] = place.data_offsets;
    const value = [...(NOT_NUMBERS[place.dtype] ?? [])];
    const top = value.length - 1;
    if (isNegative) value[top] = (value[top] ?? 0) | 0x80;
    if (isQuiet) value[top - 1] = (value[top - 1] ?? 0) | (place.dtype === "F16" ? 0 : 0x40);
    const count = (to - from) / value.length;
    const at = (chooseValue === "last" ? count - 1 : chooseValue % count) * value.length;
    const after = model.files.map((file) => {
      if (file.path !== place.path) return file;
      const bytes = file.bytes.slice();
      bytes.set(value, place.dataStartBytes + from + at);
      return { ...file, bytes };
    });
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    await changeFiles(world, directory, { before: model.files, after });
    const report = await verdict.attempt("LOAD-NAN", () => world.start().check({ repository }));
    const lack = missingFinding(report, {
      causes: ["not-a-number"],
      paths: [place.path],
      mentions: [place.name],
    });
    verdict.holds("LOAD-NAN", lack === undefined, () => `value ${at} of ${place.name}: ${lack}`);
  },
});
