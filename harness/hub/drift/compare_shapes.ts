import { type AnswerShape, DECISIVE_HEADERS, isObject, type JsonShape } from "./answer_shape.ts";
import { type HubShapes, PROBES } from "./record_shapes.ts";

/** One thing that two hubs answer differently. */
export interface Drift {
  readonly probe: string;
  /** What differs: the status, a header, or a part of the body. */
  readonly where: string;
  readonly recorded: string;
  readonly actual: string;
}

/** What the simulated hub leaves out on purpose, and why. */
const ON_PURPOSE: readonly { readonly where: RegExp; readonly why: string }[] = [
  {
    where: /^large file, HEAD: header link$/,
    why: "it names Xet, which the simulated hub has not, so that every client stays on HTTP",
  },
];

/** Why a difference between the real hub and the simulated one is wanted; undefined where it is not. */
export function wantedDifference({ probe, where }: Drift): string | undefined {
  return ON_PURPOSE.find((one) => one.where.test(`${probe}: ${where}`))?.why;
}

/**
 * Compares the answers of a hub with recorded ones, question by question where both have an answer: the status, the headers by
 * which clients decide, and the body. In the body everything that the hub says must have been recorded, of the same kind: what
 * was recorded besides is more than clients need. Notes that are partial are compared in what they name alone.
 *
 * @param recorded of the real hub
 * @param actual of the hub that is held against it
 */
export function compareShapes(
  recorded: Pick<HubShapes, "answers" | "isPartial">,
  actual: HubShapes["answers"],
): Drift[] {
  const isPartial = recorded.isPartial === true;
  return PROBES.flatMap((probe) => {
    const [one, other] = [recorded.answers[probe], actual[probe]];
    if (one === undefined || other === undefined) return [];
    return answerDrift(one, other, { isPartial }).map((drift) => ({ probe, ...drift }));
  });
}

function answerDrift(
  recorded: AnswerShape,
  actual: AnswerShape,
  { isPartial }: { readonly isPartial: boolean },
): Omit<Drift, "probe">[] {
  const drift: Omit<Drift, "probe">[] = [];
  const compare = (where: string, one: string, other: string) => {
    if (!isKind(one, other)) drift.push({ where, recorded: one, actual: other });
  };
  compare("status", String(recorded.status), String(actual.status));
  for (const name of DECISIVE_HEADERS) {
    if (isPartial && recorded.headers[name] === undefined) continue;
    compare(`header ${name}`, recorded.headers[name] ?? "absent", actual.headers[name] ?? "absent");
  }
  const bodies = { recorded: recorded.body, actual: actual.body };
  if (bodies.recorded !== undefined && bodies.actual !== undefined)
    drift.push(...bodyDrift("body", bodies, { isPartial }));
  return drift;
}

/** A recorded kind may leave open what was not measured: "any", or only the end of a kind. */
function isKind(recorded: string, actual: string): boolean {
  if (recorded === "any") return actual !== "absent";
  return recorded === actual || actual.endsWith(`, ${recorded}`);
}

function bodyDrift(
  where: string,
  bodies: { readonly recorded: JsonShape | undefined; readonly actual: JsonShape | undefined },
  { isPartial }: { readonly isPartial: boolean },
): Omit<Drift, "probe">[] {
  const { recorded, actual } = bodies;
  if (isList(recorded) && isList(actual)) {
    const [known, item] = [recorded[0], actual[0]];
    // An empty list has no shape to hold against another.
    if (known === undefined || item === undefined) return [];
    return bodyDrift(`${where}[]`, { recorded: known, actual: item }, { isPartial });
  }
  if (isObject(recorded) && isObject(actual))
    return Object.keys(isPartial ? recorded : actual).flatMap((key) =>
      bodyDrift(`${where}.${key}`, { recorded: recorded[key], actual: actual[key] }, { isPartial }),
    );
  const [one, other] = [kindOf(recorded), kindOf(actual)];
  return isKind(one, other) ? [] : [{ where, recorded: one, actual: other }];
}

function isList(shape: JsonShape | undefined): shape is readonly JsonShape[] {
  return Array.isArray(shape);
}

function kindOf(shape: JsonShape | undefined): string {
  if (shape === undefined) return "absent";
  if (typeof shape === "string") return shape;
  return isList(shape) ? "list" : "object";
}
