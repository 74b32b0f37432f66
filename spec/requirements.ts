/**
 * Every requirement of the spec: its id, level, profile and sentence.
 *
 * The prose in `spec/*.md` states the same sentences; `requirements_test.ts` keeps
 * the two equal, both ways. An id is never reused: a changed meaning gets a new one.
 *
 * @module
 */

/** How binding a requirement is (RFC 2119). */
export type Level = "MUST" | "SHOULD" | "MAY";

/** The set of promises that a requirement belongs to. */
export type Profile =
  | "core"
  | "offline"
  | "durable"
  | "environment"
  | "interop"
  | "verdicts"
  | "places"
  | "commands"
  | "serving"
  | "inference";

/** One requirement of the spec. */
export interface Requirement {
  /** How binding it is. */
  readonly level: Level;
  /** The set of promises that it belongs to. */
  readonly profile: Profile;
  /** The document in `spec/` that states it. */
  readonly document:
    | "layout"
    | "download"
    | "hub"
    | "manage"
    | "places"
    | "commands"
    | "serve"
    | "load"
    | "offline"
    | "durable";
  /** The sentence, as the document states it. */
  readonly text: string;
}

/** Every requirement, by id. */
export const REQUIREMENTS = {
  "LAYOUT-PATH": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "For a root `B` and a repository `org/name` the model directory is exactly `B/models/org/name` in layout `hubapi` and `B/org/name` in layout `lmstudio`.",
  },
  "LAYOUT-HFCACHE": {
    level: "MUST",
    profile: "interop",
    document: "layout",
    text: "In layout `hf-cache` the model directory is `<cache>/models--org--name/snapshots/<commit>`, whose entries are relative links into `blobs`, and `refs/<revision>` holds the commit.",
  },
  "LAYOUT-REF-LAST": {
    level: "MUST",
    profile: "interop",
    document: "layout",
    text: "In layout `hf-cache` a ref names a commit only once the snapshot of that commit is whole.",
  },
  "LAYOUT-FLAT": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "A model directory of the app's flat layout, `B/<model id>`, is found and reported, and no MLX repository is ever downloaded into one.",
  },
  "LAYOUT-AGREE": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "The directory that `download` returns, the one that `locate` returns and the one that the loader opens are the same path.",
  },
  "LAYOUT-SET": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "After success every listed file that matches the patterns is at its repository-relative path, nested ones included.",
  },
  "LAYOUT-REQUIRED": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "After a successful download of a language model its directory holds `config.json`, at least one weight file, a tokenizer and `tokenizer_config.json`.",
  },
  "LAYOUT-LACKS": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "A part that the model's kind requires and the repository itself lacks is named in an error before any weight file is requested.",
  },
  "LAYOUT-KIND": {
    level: "SHOULD",
    profile: "core",
    document: "layout",
    text: "A repository of another kind than a language model is downloaded without patterns, and is complete with the parts that its kind requires.",
  },
  "LAYOUT-PATTERN": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "A pattern matches as in `fnmatch`: `*` crosses `/`, names with a leading dot match, and case matters.",
  },
  "LAYOUT-WIDER": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "An earlier download with narrower patterns does not satisfy a wider request.",
  },
  "LAYOUT-LISTING": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "The set of files comes from the hub's listing, never from `model.safetensors.index.json`.",
  },
  "LAYOUT-SHARED-BLOB": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "Two listed paths with the same content both appear.",
  },
  "LAYOUT-PARENTS": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "The parent directories of a file are created when it is published, even when they were removed in the meantime.",
  },
  "LAYOUT-FILE": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "A path that is listed as a file is published as a file, never as a directory that holds one.",
  },
  "LAYOUT-STRAYS": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "After a switch to another revision no weight file that only the earlier revision had is left in the model directory.",
  },
  "LAYOUT-NAMES": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "Repository ids, revisions and file names with dots, spaces, `%`, `#`, `?`, `[`, Unicode in either normalization, and revisions such as `refs/pr/1` and `feature/x` work.",
  },
  "LAYOUT-ID": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "A request for what is no repository id on any hub is refused before the hub is asked, and changes nothing.",
  },
  "LAYOUT-ENCODED-ONCE": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "Repository ids, revisions and paths are percent-encoded exactly once in the requests to the hub.",
  },
  "LAYOUT-UNSAFE": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "A listed name that matches the patterns and is absolute, has a drive or UNC prefix, a `..` or empty component, a NUL, a backslash or a reserved name is refused before anything is written.",
  },
  "LAYOUT-GIT": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "A listed file in git's own directory, in any spelling, is not written.",
  },
  "LAYOUT-HIDDEN": {
    level: "SHOULD",
    profile: "core",
    document: "layout",
    text: "A listed file in a hidden directory that no pattern names, or with a colon in its path, is not written.",
  },
  "LAYOUT-ROOT-ONLY": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "Nothing is ever written outside the root, even when a link inside the model directory points out of it.",
  },
  "LAYOUT-PLANTED": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "Below the root nothing is written, changed or removed through a link or a second name that somebody put there, whichever command runs and whenever it was put there.",
  },
  "LAYOUT-SPECIAL": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "A FIFO, a socket or a device in the place of a file keeps no command waiting: it answers or refuses at once.",
  },
  "LAYOUT-CASE-ID": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "Repositories whose ids differ only in case neither mix their files nor overwrite each other.",
  },
  "LAYOUT-CASE-TWINS": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "File names that differ only in case or normalization are both kept on a volume that distinguishes them, and refused with both names, before anything is written, on one that does not.",
  },
  "LAYOUT-RELATIVE": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "Everything written to disk holds relative paths only, so that a root that was moved works as before.",
  },
  "LAYOUT-ROOT-LINK": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "A root that is itself a symbolic link works like the directory that it points to.",
  },
  "LAYOUT-FOREIGN": {
    level: "MUST",
    profile: "core",
    document: "layout",
    text: "Files that other tools leave in a model directory, such as `.DS_Store`, `._model.safetensors` and `.cache` entries of others, are neither treated as weights nor removed by a download.",
  },
  "DL-INTEGRITY": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Success means that every file has the listed size and the listed hash: SHA-256 for large files, git blob SHA-1 for the rest.",
  },
  "DL-INTEGRITY-NAMES": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A refused file is named in the error, together with what was expected and what was found.",
  },
  "DL-ATOMIC": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "At every moment a final path holds either nothing or a whole verified file.",
  },
  "DL-PARTIAL-PLACE": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Partial data never sits where a recursive search for `*.safetensors` in the model directory finds it.",
  },
  "DL-CONFIG-LAST": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "`config.json` is there only while every weight file of the same revision is in place.",
  },
  "DL-ONE-COMMIT": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A branch is resolved to a commit once, and every file is requested from that commit, even when the branch moves meanwhile.",
  },
  "DL-PINNED": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A download of a whole commit (40 hexadecimal digits) ends with the files of that commit or with an error, whichever commit the hub names.",
  },
  "DL-NEW-COMMIT": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A later download of a branch that has moved fetches the new commit.",
  },
  "DL-STALE": {
    level: "SHOULD",
    profile: "core",
    document: "download",
    text: "A branch that the hub resolves to a commit which it does not have is resolved once more, and the download goes on with the answer.",
  },
  "DL-RESUME": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "After an interruption the next download, in the same or in a new process, requests the missing bytes and not those that were kept.",
  },
  "DL-RESUME-RANGE": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A `206` response is used only when its `Content-Range` starts at the requested byte, and one that starts elsewhere costs none of the kept bytes.",
  },
  "DL-RESUME-WHOLE": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A `200` response to a range request restarts the file from its first byte.",
  },
  "DL-RESUME-UNWEDGED": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A kept partial file of full size or more, or a `416` response, never keeps later downloads from finishing.",
  },
  "DL-RESUME-CHANGED": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Kept bytes of content that has changed upstream are not used.",
  },
  "DL-RESUME-ONCE": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "No byte that was kept is transferred again, except for at most one chunk.",
  },
  "DL-KEEP": {
    level: "SHOULD",
    profile: "core",
    document: "download",
    text: "What has arrived when a download is interrupted is kept, also where it arrived ahead of bytes that are still missing.",
  },
  "DL-IDEMPOTENT": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Downloading a complete model again costs at most one request, transfers no file content, writes nothing and changes no modification time.",
  },
  "DL-REPAIR-ALONE": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A damaged or missing file is found by the next download and fetched again, alone.",
  },
  "DL-UPDATE-ONLY": {
    level: "SHOULD",
    profile: "core",
    document: "download",
    text: "A download of a later commit transfers no file that is on the disk as that commit has it.",
  },
  "DL-CANCEL": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A cancelled download rejects within a bounded time, sends no further request, returns no path and leaves nothing half-published.",
  },
  "DL-CANCEL-RESUME": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "The download after a cancelled one resumes from what was kept.",
  },
  "DL-PROGRESS": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Progress counts bytes over all files, knows the total from its first report on, and never goes backwards.",
  },
  "DL-PROGRESS-DONE": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Progress reaches 1 only after every file is published, and does reach it on success.",
  },
  "DL-PROGRESS-MOVES": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Progress moves within a large file, not only at its end.",
  },
  "DL-PROGRESS-RESUME": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Kept and already present bytes count as done from the first report on.",
  },
  "DL-CONCURRENT": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Any number of simultaneous downloads of one model, in one process or in several, end with one intact model.",
  },
  "DL-ONE-TRANSFER": {
    level: "SHOULD",
    profile: "core",
    document: "download",
    text: "Simultaneous downloads of one model transfer each content once.",
  },
  "DL-LOCK-DEAD": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A lock left by a dead process does not keep a later download from finishing.",
  },
  "DL-LOCK-UNSEEN": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Simultaneous downloads by processes that do not see each other in their process tables end as downloads by processes that do.",
  },
  "DL-FENCED": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A process that stood still while another one finished a model changes nothing of that model when it goes on.",
  },
  "DL-CLOCK-JUMP": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Simultaneous downloads end as they would have without it when the wall clock jumps, by any amount, forward or back.",
  },
  "ERROR-KIND": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A failure has the code that the table of error codes gives for what went wrong.",
  },
  "DL-RETRY": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Broken connections and answers of 429 and 5xx are retried, with growing and capped pauses.",
  },
  "DL-RETRY-AFTER": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A pause that `Retry-After` or `RateLimit` asks for is kept, up to a cap.",
  },
  "DL-SPEED-FLOOR": {
    level: "SHOULD",
    profile: "core",
    document: "download",
    text: "A transfer that only brings a byte now and then does not go on for ever: it ends with an error within twelve hours.",
  },
  "DL-NO-RETRY": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "What fails for an unknown repository, revision or file, a missing or refused token or a gated repository is not retried.",
  },
  "DL-PERMANENT": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A connection that no further attempt can mend is an error at once: nothing is asked twice, and nothing is published.",
  },
  "DL-CDN-EXPIRED": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "When the address that a redirect gave has expired, the file is resolved again.",
  },
  "DL-ERROR-HEADERS": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Headers of a response that is an error are never used as facts about a file.",
  },
  "DL-FEW-HEADERS": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A response without `X-Repo-Commit`, `ETag` or `Content-Length` is enough when the listing states the facts.",
  },
  "DL-NOT-A-HUB": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "An answer that is not the hub's protocol, such as a login page with status 200, is an error, and nothing of it is published.",
  },
  "DL-NO-PAGE": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A web page in answer to the address of a file is an error, unless the file's own name is that of a page.",
  },
  "DL-NO-MATCH": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A request whose patterns choose no file of the repository is an error, and makes no directory.",
  },
  "DL-SPACE-FIRST": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "Too little free space for the listed files is an error before any file content is requested.",
  },
  "DL-UNSTATED-LENGTH": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "The download of a file whose length nobody states ends with an error while the volume still has space.",
  },
  "DL-DISK-ERROR": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A full disk or a refused write at any point is an error and leaves nothing half-published, and what was kept is used or removed by the next download.",
  },
  "DL-LONG-NAME": {
    level: "SHOULD",
    profile: "core",
    document: "download",
    text: "A file whose name the volume takes is downloaded, whatever longer names a client would make of it.",
  },
  "DL-PEAK": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A download adds to the disk at most the listed bytes that were missing plus the largest file in flight.",
  },
  "DL-LEFTOVERS": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "After success no partial file, temporary file or lock of this model is left.",
  },
  "DISK-CLOSED": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "When a call has ended, by success, failure or cancel, every file that it opened is closed.",
  },
  "DL-OTHER-WAY": {
    level: "MUST",
    profile: "core",
    document: "download",
    text: "A repository that is not an MLX one, or a plain URL, is downloaded with the same integrity, atomicity, progress and marker rules as far as the server states facts.",
  },
  "DL-DELEGATED": {
    level: "MUST",
    profile: "inference",
    document: "download",
    text: "The same request can be carried out by an MLX runtime's own download system in a child process, and its result is checked the same way.",
  },
  "HUB-REASON": {
    level: "SHOULD",
    profile: "core",
    document: "hub",
    text: "The reason that a refusal gives in `X-Error-Message` is in the error, as printable text of bounded length.",
  },
  "HUB-LATEST": {
    level: "SHOULD",
    profile: "core",
    document: "hub",
    text: "Which commit a revision is now is asked with one request, and nothing of the model is transferred or changed.",
  },
  "HUB-PAGES": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "Every page of a listing is followed.",
  },
  "HUB-LINK-FORMS": {
    level: "SHOULD",
    profile: "core",
    document: "hub",
    text: "The next page is found in every legal form of the `Link` header.",
  },
  "HUB-DIRECTORIES": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "Directory entries of a listing are not requested as files.",
  },
  "HUB-REDIRECT": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "Redirects between hub hosts and to a content network are followed, relative ones included.",
  },
  "HUB-SECURE": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "What was asked for over TLS is never fetched without it: a redirect or a next page that leads from https to http is refused, unless the caller allows it.",
  },
  "HUB-HOPS": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "A chain of redirects that does not end is an error after a bounded number of requests.",
  },
  "HUB-RENAMED": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "A renamed repository is downloaded under the requested id.",
  },
  "HUB-TOKEN-HOST": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "The token is sent only to the hub's own host, never to another host that a redirect or a listing names.",
  },
  "HUB-TOKEN-SECRET": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "The token appears in no error, no progress report and no file.",
  },
  "HUB-ENV-ENDPOINT": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "`HF_ENDPOINT` is the hub's address when the request names none.",
  },
  "HUB-ENV-BLANKS": {
    level: "MUST",
    profile: "environment",
    document: "hub",
    text: "Blanks and quotes around the value of `HF_ENDPOINT` are not part of the address.",
  },
  "HUB-ENV-TOKEN": {
    level: "MUST",
    profile: "environment",
    document: "hub",
    text: "`HF_TOKEN`, else `HUGGING_FACE_HUB_TOKEN`, is the token when the request names none.",
  },
  "HUB-ENV-LOGIN": {
    level: "MUST",
    profile: "environment",
    document: "hub",
    text: "The token of the official login, in the file of `HF_TOKEN_PATH` or else `token` in the home of the hub's tools, is used when neither the request nor a variable names one.",
  },
  "HUB-ENV-IMPLICIT": {
    level: "MUST",
    profile: "environment",
    document: "hub",
    text: "With `HF_HUB_DISABLE_IMPLICIT_TOKEN` on, no token is sent but that of the request.",
  },
  "HUB-ENV-OFFLINE": {
    level: "MUST",
    profile: "offline",
    document: "hub",
    text: "`HF_HUB_OFFLINE` of `1`, `ON`, `YES` or `TRUE`, in any case, forbids every request.",
  },
  "HUB-ENV-TRANSFORMERS": {
    level: "MUST",
    profile: "offline",
    document: "hub",
    text: "`TRANSFORMERS_OFFLINE` means the same as `HF_HUB_OFFLINE` where that is not set.",
  },
  "HUB-ENV-PROXY": {
    level: "MUST",
    profile: "environment",
    document: "hub",
    text: "`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in upper or lower case, decide whether and through which proxy each request goes.",
  },
  "HUB-ENV-DIRECT": {
    level: "MUST",
    profile: "environment",
    document: "hub",
    text: "An entry of `NO_PROXY` may be an address, with or without brackets, a range of addresses, or a name that begins with a dot or an asterisk.",
  },
  "HUB-ENV-TIMEOUT": {
    level: "MUST",
    profile: "environment",
    document: "hub",
    text: "`HF_HUB_DOWNLOAD_TIMEOUT`, in seconds, is how long a transfer waits for its next byte.",
  },
  "HUB-ENV-CERTIFICATES": {
    level: "MUST",
    profile: "environment",
    document: "hub",
    text: "`SSL_CERT_FILE`, else `REQUESTS_CA_BUNDLE`, else `CURL_CA_BUNDLE`, names a file of certificates that are trusted.",
  },
  "HUB-ENV-EMPTY": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "A variable that is set to the empty string means the same as one that is not set.",
  },
  "HUB-ENV-CACHE": {
    level: "MUST",
    profile: "interop",
    document: "hub",
    text: "`HF_HUB_CACHE`, else `HUGGINGFACE_HUB_CACHE`, else `HF_HOME/hub`, names the root of layout `hf-cache`.",
  },
  "HUB-ENV-EXPAND": {
    level: "MUST",
    profile: "interop",
    document: "hub",
    text: "A leading `~`, and `$NAME` and `${NAME}`, are expanded in `HF_HOME`, `HF_HUB_CACHE` and `HUGGINGFACE_HUB_CACHE`.",
  },
  "HUB-LIMIT-LISTING": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "A listing without end, or of absurd size, is an error after bounded requests and memory.",
  },
  "HUB-LIMIT-FILE": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "A file body longer than listed is cut off, and nothing beyond the listed size is written.",
  },
  "HUB-LIMIT-INFLATE": {
    level: "MUST",
    profile: "core",
    document: "hub",
    text: "A compressed body that grows beyond the limit when it is decoded is an error.",
  },
  "OFF-COMPLETE": {
    level: "MUST",
    profile: "offline",
    document: "offline",
    text: "With the network gone, only the hub blocked, or the hub answering 401, 404, 429 or 5xx, a complete local model is returned.",
  },
  "OFF-SOON": {
    level: "MUST",
    profile: "offline",
    document: "offline",
    text: "A hub that does not answer, or that asks for patience, delays the return of a complete local model by no more than 15 seconds.",
  },
  "OFF-INCOMPLETE": {
    level: "MUST",
    profile: "offline",
    document: "offline",
    text: "In the same cases an incomplete local model is an error that lists what is missing.",
  },
  "OFF-KEEPS": {
    level: "MUST",
    profile: "offline",
    document: "offline",
    text: "A failed download removes and changes no file that was good before.",
  },
  "STATUS-ANSWERS": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "`status` answers complete, or incomplete with what is wrong, or unknown with why.",
  },
  "STATUS-HONEST": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "`status` never answers complete when a file is missing, of another size, or from another revision.",
  },
  "STATUS-LOCAL": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "`status`, `locate`, `list`, `verify` and `remove` use no network.",
  },
  "VERIFY-ROT": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "`verify` finds every file whose bytes differ from those that were downloaded, even when size and modification time are unchanged.",
  },
  "MARK-TRUE": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "Where a marker exists, every file that it names is complete and has the hash that it states.",
  },
  "MARK-LAST": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "The marker is the last file of a download to appear.",
  },
  "MARK-FIRST-OUT": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "The marker is the first file to disappear when a model is removed or replaced.",
  },
  "MARK-FOREIGN": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "An empty marker, or one of another format, proves nothing.",
  },
  "MANAGE-BOTH": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "Models of the flat and of the MLX layout are found and listed, each once.",
  },
  "MANAGE-UNREADABLE": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "A directory that may not be read hides no other model from `list`.",
  },
  "MANAGE-DESKTOP": {
    level: "SHOULD",
    profile: "core",
    document: "manage",
    text: "A directory that holds only what a desktop leaves in any directory is no model to `locate`, `list` and `status`.",
  },
  "MANAGE-BAD-ENTRY": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "An entry that is a circle of links, a FIFO or a directory too deep to be read hides no other model from `list`.",
  },
  "MANAGE-MAP": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "Repositories and model ids map to each other without collision, even when two organizations have a model of the same name.",
  },
  "MANAGE-METADATA": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "Every visible file has a `.cache/huggingface/download/<path>.metadata` file with commit, etag and time, as Swift's offline mode and `huggingface_hub` read it.",
  },
  "MANAGE-HFCACHE": {
    level: "MUST",
    profile: "interop",
    document: "manage",
    text: "`refs`, `snapshots`, `blobs`, `trees`, `.no_exist` and the shared blob store of a hub cache as of 2026 are read, kept and written as the official client does.",
  },
  "MANAGE-READ-ONLY": {
    level: "MUST",
    profile: "interop",
    document: "manage",
    text: "A hub cache, or the store of contents in it, that may only be read is used as it is: what is whole there is complete, and nothing fails or changes there.",
  },
  "MIGRATE-PLAN": {
    level: "MUST",
    profile: "interop",
    document: "manage",
    text: "A migration shows its plan first and moves by hard link or rename before it copies.",
  },
  "MIGRATE-SAFE": {
    level: "MUST",
    profile: "interop",
    document: "manage",
    text: "A migration that is interrupted at any point loses nothing, and can be finished or undone.",
  },
  "MIGRATE-JOURNAL": {
    level: "MUST",
    profile: "interop",
    document: "manage",
    text: "What a migration left on the disk makes no later one move, write or remove a file that is not of that model or lies outside the root, unless the user names the directory.",
  },
  "MIGRATE-MODEL": {
    level: "MUST",
    profile: "interop",
    document: "manage",
    text: "A directory that holds no model is not moved.",
  },
  "SHARE-VISIBLE": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "After a share the store has every file of the model, byte for byte, where its layout has it, and the copy that is shared is as it was.",
  },
  "SHARE-ONCE": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "Where a volume has hard links, a share makes no second copy of the weights.",
  },
  "SHARE-PLAN": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "A share that is only planned says how much room it takes and frees, and changes nothing.",
  },
  "SHARE-VERIFIED": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "A copy whose bytes are not the recorded ones is not shared.",
  },
  "SHARE-OWN": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "A share changes and loses nothing that the store had: where something else lies in a place of the model, it is refused.",
  },
  "SHARE-APART": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "A share puts no model into a directory that has other weights.",
  },
  "SHARE-CRASH": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "A share that is interrupted at any point loses nothing that either side had, and ends whole when it is run again.",
  },
  "SHARE-UNDO": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "Undoing a share takes away what the share made, and nothing that was there before, has changed since, or is nowhere else.",
  },
  "REMOVE-ALL": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "`remove` deletes everything of the model: files, partial files, metadata, locks, marker and the directories that this leaves empty.",
  },
  "REMOVE-BYTES": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "`remove` reports how many bytes were really freed, even where data has other names.",
  },
  "REMOVE-NEIGHBOURS": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "`remove` touches nothing of any other model.",
  },
  "REMOVE-PLAN": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "A removal that is only planned names the bytes that come free, and changes nothing.",
  },
  "REMOVE-LINKED": {
    level: "MUST",
    profile: "places",
    document: "manage",
    text: "`remove` refuses a copy into which a link of another known store leads, unless it is told to.",
  },
  "REPAIR-ONLY": {
    level: "MUST",
    profile: "core",
    document: "manage",
    text: "A repair transfers only what is wrong.",
  },
  "PLACE-FOUND": {
    level: "MUST",
    profile: "places",
    document: "places",
    text: "Every model in a store that is there is listed without being asked for, each copy once, with the name of its store.",
  },
  "PLACE-NO-WRITE": {
    level: "MUST",
    profile: "places",
    document: "places",
    text: "Looking for models, and at them, changes nothing on the disk.",
  },
  "PLACE-AWAY": {
    level: "MUST",
    profile: "places",
    document: "places",
    text: "Of a root whose volume is away or another one, every model is unknown, and nothing is made in its place.",
  },
  "PLACE-ROOTS": {
    level: "MUST",
    profile: "places",
    document: "places",
    text: "Models in further roots are found as those in the root are, the root first and the others in their order, and nothing changes in one that is marked read-only.",
  },
  "DOCTOR-CAUSE": {
    level: "MUST",
    profile: "places",
    document: "places",
    text: "`diagnose` names the cause of whatever keeps a copy from being used, and finds no error in a sound copy that is where MLX looks.",
  },
  "DOCTOR-MEND": {
    level: "MUST",
    profile: "places",
    document: "places",
    text: "A finding is gone once the step that it names was taken.",
  },
  "DOCTOR-LOCAL": {
    level: "MUST",
    profile: "places",
    document: "places",
    text: "`diagnose` uses no network.",
  },
  "CMD-EXIT": {
    level: "MUST",
    profile: "commands",
    document: "commands",
    text: "A command ends with 0 exactly when it did what was asked or its answer is yes, with 2 when it was used wrongly, with 130 when it was interrupted, and with another code otherwise.",
  },
  "CMD-ANSWER": {
    level: "MUST",
    profile: "commands",
    document: "commands",
    text: "Standard output has the answer: the last line of `path` and of a successful `download` is the model's directory, and a failed `download` prints nothing there.",
  },
  "CMD-JSON": {
    level: "MUST",
    profile: "commands",
    document: "commands",
    text: "With output for programs every line of standard output is one JSON object; the last one of a failure has its error code as `code`, and that of a status has `state`.",
  },
  "CMD-SECRET": {
    level: "MUST",
    profile: "commands",
    document: "commands",
    text: "No output holds a token or a password.",
  },
  "CMD-TERMINAL": {
    level: "MUST",
    profile: "commands",
    document: "commands",
    text: "What a command prints fits the terminal that it rewrites and, apart from that, has no control characters.",
  },
  "SERVE-WHOLE": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "A model is offered exactly when it is complete and each byte of it is as recorded; any other is answered as a repository that does not exist.",
  },
  "SERVE-BYTES": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "A file of an offered model is answered by exactly its bytes, and a download from there is the model byte for byte.",
  },
  "SERVE-COMMIT": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "The commit of an offered model is the recorded one, in the description of each of its revisions and in `X-Repo-Commit`.",
  },
  "SERVE-LISTING": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "The listing of an offered model has each of its files with the size and the hashes that the hub lists, and nothing else, on however many pages.",
  },
  "SERVE-ETAG": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "`ETag` of a file is a strong tag of the hash that its listing states.",
  },
  "SERVE-RANGE": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "A range is answered as the hub answers it: 206 with exactly these bytes, 416 where there are none, and the whole file where `If-Range` names another tag.",
  },
  "SERVE-ABSENT": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "What is not there is 404 with the hub's `X-Error-Code`: `RepoNotFound`, `RevisionNotFound` or `EntryNotFound`.",
  },
  "SERVE-CONFINED": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "No request is answered with bytes that are not a file of an offered model.",
  },
  "SERVE-CHANGED": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "A file that has changed since it was verified is never answered under its former tag.",
  },
  "SERVE-READ-ONLY": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "Serving changes nothing on the disk.",
  },
  "SERVE-TOKEN": {
    level: "MUST",
    profile: "serving",
    document: "serve",
    text: "Where a token is asked for, every request without it is answered with 401, whatever it asks for.",
  },
  "LOAD-SOUND": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A sound model is accepted, whatever its sharding, quantization, tying and nesting.",
  },
  "LOAD-FACTS": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "The report of a check states the type of the model, the tensors of its weight files, its parameters and how they are packed, as they are.",
  },
  "LOAD-UNREADABLE": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A file that a runtime opens and that the disk does not give is refused, with its path.",
  },
  "LOAD-CONFIG": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A missing or malformed `config.json` is refused.",
  },
  "LOAD-TRUNCATED": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A weight file that was truncated, even by one byte, is refused with the number of missing bytes.",
  },
  "LOAD-TRAILING": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A weight file with bytes after its last tensor is refused.",
  },
  "LOAD-ZEROED": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A weight file with a hole or a block of zeros or other constant bytes where data belongs is refused.",
  },
  "LOAD-NAN": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A weight file with values that are not numbers is refused.",
  },
  "LOAD-FLIPPED": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A file whose bytes differ from the recorded hash, even in one bit, is refused.",
  },
  "LOAD-SIDECAR": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "An AppleDouble sidecar in place of a weight file is refused by name, and one beside it is not treated as weights.",
  },
  "LOAD-POINTER": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A git-lfs pointer in place of a weight file is refused as one.",
  },
  "LOAD-HTML": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "An HTML page in place of a file is refused as one.",
  },
  "LOAD-EMPTY": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "An empty file is refused as one.",
  },
  "LOAD-EVICTED": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A file whose data is not on the disk, because it was evicted to the cloud, is refused without reading it.",
  },
  "LOAD-LINK": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A link that points nowhere or out of the model's directory is refused.",
  },
  "LOAD-EXTENTS": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "Tensors that overlap, leave gaps, or lie outside the file are refused.",
  },
  "LOAD-HEADER": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A header that is too long, not an object, or names a tensor twice is refused.",
  },
  "LOAD-SHAPES": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A tensor whose dtype or shape contradicts the configuration or its quantization is refused by name.",
  },
  "LOAD-SHARD": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A missing shard is refused by its file name.",
  },
  "LOAD-TENSORS": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A missing or surplus tensor is refused by name.",
  },
  "LOAD-STRAY": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A weight file that a runtime would open but that does not belong to the model is refused by name.",
  },
  "LOAD-TOKENIZER": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "The tokenizer is opened and encodes and decodes text, not merely present.",
  },
  "LOAD-TEMPLATE": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "The chat template is rendered with a message, not merely present.",
  },
  "LOAD-CONFINED": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "Checking and loading open no file outside the model's directory and its links' targets inside the root.",
  },
  "LOAD-INERT": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "Checking and loading execute nothing from the model's directory.",
  },
  "LOAD-LIMIT": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "Whatever a model's files hold, a check answers within bounded time and memory, and with a bounded number of findings.",
  },
  "LOAD-CODE": {
    level: "MUST",
    profile: "core",
    document: "load",
    text: "A model whose architecture is code in its directory (`model_file` in `config.json`) is refused, unless the caller trusts that code.",
  },
  "LOAD-VERDICT": {
    level: "MUST",
    profile: "verdicts",
    document: "load",
    text: "A verdict about a version of a runtime says whether that version loads the model.",
  },
  "LOAD-TYPE": {
    level: "MUST",
    profile: "verdicts",
    document: "load",
    text: "For a runtime that does not have the model's type the verdict is no, and the type is named.",
  },
  "LOAD-AHEAD": {
    level: "MUST",
    profile: "verdicts",
    document: "load",
    text: "The verdicts before a download are those that the check of the downloaded directory gives.",
  },
  "LOAD-AHEAD-BYTES": {
    level: "MUST",
    profile: "verdicts",
    document: "load",
    text: "For the verdicts before a download no more of a weight file is transferred than its header and 1 MiB.",
  },
  "LOAD-PLAN": {
    level: "MUST",
    profile: "inference",
    document: "load",
    text: "The load plan names the files that a given runtime will open, and the downloaded ones that it never will.",
  },
  "LOAD-CHECKED": {
    level: "MUST",
    profile: "inference",
    document: "load",
    text: "No runner is started for a model that the check refuses.",
  },
  "LOAD-TOKENS": {
    level: "MUST",
    profile: "inference",
    document: "load",
    text: "Same directory, same token ids and temperature 0 give the same greedy tokens from the reference runner and from MLX wherever the logit margin exceeds the stated tolerance.",
  },
  "LOAD-RUNNER": {
    level: "MUST",
    profile: "inference",
    document: "load",
    text: "A runner that dies, hangs, floods its output or answers nonsense is an error within its time limit, and leaves no process behind.",
  },
  "LOAD-ASKED": {
    level: "MUST",
    profile: "inference",
    document: "load",
    text: "A runner is asked for what the caller asked for, and what it answers is passed on as it is; a prompt of nothing, or of what is no token, is refused before a runner starts.",
  },
  "LOAD-SECRET": {
    level: "MUST",
    profile: "inference",
    document: "load",
    text: "A runner that loads and generates is started without the user's tokens and passwords, and with the rest of the environment.",
  },
  "DUR-SUCCESS": {
    level: "MUST",
    profile: "durable",
    document: "durable",
    text: "After success was reported no crash loses or changes the model, under any state that the profile's disk allows.",
  },
  "DUR-STATES": {
    level: "MUST",
    profile: "durable",
    document: "durable",
    text: "Before success was reported every state after a crash is absent, resumable or complete.",
  },
  "DUR-OLD-OR-NEW": {
    level: "MUST",
    profile: "durable",
    document: "durable",
    text: "Refs and markers are old or new after a crash, never torn.",
  },
  "DUR-RECOVERY": {
    level: "MUST",
    profile: "durable",
    document: "durable",
    text: "Recovery needs no manual step, even after a crash during a recovery.",
  },
  "DUR-ONCE": {
    level: "SHOULD",
    profile: "durable",
    document: "durable",
    text: "The download after a crash fetches no byte of a large file twice: what it takes for kept is there.",
  },
  "DUR-MIGRATE": {
    level: "MUST",
    profile: "durable",
    document: "durable",
    text: "No crash during a migration or after it loses a file of the model, and the same migration can be asked again.",
  },
  "DUR-CORE": {
    level: "SHOULD",
    profile: "core",
    document: "durable",
    text: "A download syncs each file before its rename and each directory after it.",
  },
} as const satisfies Record<string, Requirement>;

/** The id of a requirement; a misspelt one does not compile. */
export type RequirementId = keyof typeof REQUIREMENTS;
