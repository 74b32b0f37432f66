/**
 * The simulated Hugging Face hub and its two fronts.
 *
 * @module
 */

export type { HubOrigins } from "./answers/answer_context.ts";
export { askHub, type HubQuestion, type HubReply } from "./fronts/ask_hub.ts";
export { type RangeSelection, selectRange } from "./answers/byte_range.ts";
export { directFetch } from "./fronts/direct_fetch.ts";
export {
  type CutHow,
  type ExchangeKind,
  type FaultAction,
  type FaultMatch,
  type FaultRule,
  matchesRequest,
  type RequestFacts,
} from "./faults/fault_rule.ts";
export { faultLines, parseFault } from "./faults/parse_fault.ts";
export { FaultScript } from "./faults/fault_script.ts";
export { type ServedHub, serveHub, type ServeHubOptions } from "./fronts/http_front.ts";
export { EXTRA_BYTE } from "./answers/hub_answer.ts";
export type {
  BodyPlan,
  Breakage,
  GeneratedBody,
  HubAnswer,
  HubExchange,
  HubRequest,
  OpenExchange,
} from "./answers/hub_answer.ts";
export { contentEtag, gitBlobSha1, type HubFile, lfsPointer, sha256Hex } from "./hub_file.ts";
export type { PublishOptions } from "./hub_repositories.ts";
export {
  DEFAULT_HUB_STYLE,
  type HubStyle,
  LINK_STYLES,
  type LinkStyle,
  LIVE_HUB_STYLE,
} from "./hub_style.ts";
export type { AnswerShape, JsonShape } from "./drift/answer_shape.ts";
export { compareShapes, type Drift, wantedDifference } from "./drift/compare_shapes.ts";
export { parseShapes } from "./drift/parse_shapes.ts";
export { RECORDED_HUB } from "./drift/recorded_hub.ts";
export { type HubShapes, type Probe, PROBES, recordShapes } from "./drift/record_shapes.ts";
export { mswFetch, mswFront, type MswFront } from "./fronts/msw_front.ts";
export { type ServeUrlOptions, SimulatedHub, type SimulatedHubOptions } from "./simulated_hub.ts";
export {
  CERTIFICATE_KINDS,
  type CertificateKind,
  makeCertificate,
  type TlsCertificate,
} from "./fronts/tls_certificate.ts";
