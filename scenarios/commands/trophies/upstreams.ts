/**
 * Whose the clients are, and what a reader who does not have this suite needs to see a known defect.
 *
 * @module
 */

/** The project of a client. */
export interface Upstream {
  /** The names of its subjects, as replays have them. */
  readonly subjects: readonly string[];
  /** Owner and name on GitHub. */
  readonly repository: string;
  /** The lists of known deviations that name its threads. */
  readonly lists: readonly string[];
  /** For each subject the client that `mlx-conform judge` installs; none where it has to be built by hand. */
  readonly clients: Readonly<Record<string, string>>;
  /** Why a defect of it is sent elsewhere. */
  readonly through?: string;
}

/** The projects. The loops over curl, wget and aria2 are this suite's own, and their defects nobody else's. */
export const UPSTREAMS: readonly Upstream[] = [
  {
    subjects: ["huggingface_hub", "huggingface_hub-local-dir"],
    repository: "huggingface/huggingface_hub",
    lists: [0, 1, 2].flatMap((at) => [`python_hub_${at}`, `python_hub_${at}_local_dir`]),
    clients: {
      huggingface_hub: "python-hub",
      "huggingface_hub-local-dir": "python-hub-local-dir",
    },
  },
  {
    subjects: ["mlx-lm"],
    repository: "ml-explore/mlx-lm",
    lists: ["mlx_lm"],
    clients: { "mlx-lm": "mlx-lm" },
    through: "it downloads by huggingface_hub, whose defect it is",
  },
  {
    subjects: ["hub-js", "hub-js-by-file"],
    repository: "huggingface/huggingface.js",
    lists: ["hub_js", "hub_js_by_file"],
    clients: { "hub-js": "hub-js", "hub-js-by-file": "hub-js-by-file" },
  },
  {
    subjects: ["frost"],
    repository: "frost-beta/huggingface",
    lists: ["frost"],
    clients: { frost: "frost" },
  },
  {
    subjects: ["mlx-node"],
    repository: "mlx-node/mlx-node",
    lists: [],
    clients: {},
  },
  {
    subjects: ["exo"],
    repository: "exo-explore/exo",
    lists: [],
    clients: {},
  },
  {
    subjects: ["omlx"],
    repository: "jundot/omlx",
    lists: [],
    clients: {},
    through: "it downloads by huggingface_hub, whose defect it is",
  },
  {
    subjects: ["hf-hub-rust"],
    repository: "huggingface/hf-hub",
    lists: ["hf_hub_rust"],
    clients: { "hf-hub-rust": "hf-hub-rust" },
  },
  {
    subjects: ["go-huggingface"],
    repository: "gomlx/go-huggingface",
    lists: ["go_huggingface"],
    clients: { "go-huggingface": "go-huggingface" },
  },
  {
    subjects: ["docker-model-runner"],
    repository: "docker/model-runner",
    lists: [],
    clients: { "docker-model-runner": "docker-model-runner" },
  },
  {
    subjects: ["swift-transformers"],
    repository: "huggingface/swift-transformers",
    lists: ["swift_transformers"],
    clients: {},
  },
  {
    subjects: ["swift-huggingface"],
    repository: "huggingface/swift-huggingface",
    lists: ["swift_huggingface"],
    clients: {},
  },
];

/** How a known defect is shown without this suite. */
export interface DefectFacts {
  /** What a server does, and what is looked at then. */
  readonly steps: string;
  /** Whether it can be used against somebody, and so is reported in private first. */
  readonly isPrivate?: true;
}

/** By the name of a known defect. */
export const DEFECT_FACTS: Readonly<Record<string, DefectFacts>> = {
  wrong_bytes: {
    steps:
      "A hub lists a file with its size and hash, and sends another body: half of it with a length to match, other bytes of the same length, or a page. The download is then compared with the listing.",
  },
  no_resume: {
    steps:
      "The client's process is killed when part of a file of 24 MiB has arrived. A new process downloads the same model, and the bytes are counted that the hub sends to it.",
  },
  wrong_range: {
    steps:
      "After a broken connection the hub answers a range with 206 and a Content-Range that starts elsewhere. The file is then compared with the listing.",
  },
  reset: {
    steps:
      "The connection ends, or is reset, when 13 MiB of a file of 24 MiB were sent. The next request for it is answered as it should be, and the download is looked at when the client is done.",
  },
  token_host: {
    steps:
      'The hub\'s listing goes on at an address of another host (`Link: …; rel="next"`). The headers of the request that arrives there are looked at.',
    isPrivate: true,
  },
  two_processes: {
    steps:
      "Two processes download the same model to the same place at the same time. Both results, and the files, are looked at.",
  },
  ref_first: {
    steps:
      "The disk is watched while a model is downloaded into the hub's cache: whether `refs/main` names a commit while a file of its snapshot is not there yet.",
  },
  stale_shard: {
    steps:
      "A model is downloaded. In the next commit a weight file has gone and another has come. The model is downloaded again, and the directory is compared with the new listing.",
  },
  partial_listing: {
    steps:
      'The hub lists a model in several pages, each with `Link: …; rel="next"`. The download is then compared with the whole listing.',
  },
  no_weights: {
    steps:
      "The hub lists a small model whose weights are stored by LFS, and answers each request for them with 302, the commit, the size and the hash, and the address of the store, as the real hub does. The download is looked at when the client is done.",
  },
  header_path: {
    steps:
      "The hub's answer for a file has an `X-Linked-Etag` of `../../…/x`. What lies outside of the directory of the client is compared before and after.",
    isPrivate: true,
  },
};
