//! hf-hub (crates.io) before 1.0: `info` and `get`, file by file, into the hub's cache. Of its two implementations it is the
//! blocking one, which resumes, and with `--async` the one for tokio, which fetches chunks of a file at the same time.

use hf_hub::api::{sync, tokio as parallel, RepoInfo};
use hf_hub::{Repo, RepoType};
use serde_json::{json, Value};
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Mutex;

/// The version that was built, out of the lock file beside this source.
fn version() -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let after = lock.split("name = \"hf-hub\"\nversion = \"").nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or("unknown")
}

fn write(line: Value) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{line}");
    let _ = output.flush();
}

/// What failed, by the kinds of the protocol.
struct Failure {
    kind: &'static str,
    message: String,
}

fn kind_of_io(error: &std::io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(28) | Some(27) => "disk-full",
        Some(1) | Some(13) | Some(30) => "access-denied",
        _ => "disk-io",
    }
}

/// The crate names few causes: what its message says of the status is all there is.
fn kind_of_text(text: &str) -> &'static str {
    let kinds = [
        ("401", "unauthorized"),
        ("403", "gated"),
        ("404", "repository-not-found"),
        ("429", "rate-limited"),
        ("status code 5", "hub-unavailable"),
        ("status: 5", "hub-unavailable"),
        ("server error (5", "hub-unavailable"),
        ("request error", "network"),
    ];
    let found = kinds.iter().find(|(words, _)| text.contains(words));
    found.map_or("internal", |(_, kind)| kind)
}

impl From<sync::ApiError> for Failure {
    fn from(error: sync::ApiError) -> Self {
        let message = error.to_string();
        match error {
            sync::ApiError::TooManyRetries(cause) => Failure { message, ..Failure::from(*cause) },
            sync::ApiError::IoError(cause) => Failure { kind: kind_of_io(&cause), message },
            _ => Failure { kind: kind_of_text(&message), message },
        }
    }
}

impl From<parallel::ApiError> for Failure {
    fn from(error: parallel::ApiError) -> Self {
        let message = error.to_string();
        match error {
            parallel::ApiError::TooManyRetries(cause) => Failure { message, ..Failure::from(*cause) },
            parallel::ApiError::IoError(cause) => Failure { kind: kind_of_io(&cause), message },
            _ => Failure { kind: kind_of_text(&message), message },
        }
    }
}

fn text(request: &Value, name: &str) -> Option<String> {
    request[name].as_str().map(String::from)
}

/// Where the environment names a cache, it is the client's to find it.
fn cache_of(root: &str) -> Option<PathBuf> {
    let names = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"];
    let is_named = names.iter().any(|name| std::env::var(name).is_ok_and(|value| !value.is_empty()));
    (!is_named).then(|| PathBuf::from(root))
}

fn token_of(request: &Value) -> Option<String> {
    text(request, "token").or_else(|| std::env::var("HF_TOKEN").ok())
}

fn repo_of(request: &Value) -> Repo {
    let revision = text(request, "revision").unwrap_or_else(|| String::from("main"));
    Repo::with_revision(text(request, "repository").unwrap_or_default(), RepoType::Model, revision)
}

/// The directory of the snapshot, out of the place of one of its files.
fn directory_of(place: PathBuf, name: &str) -> String {
    let place = place.to_string_lossy().into_owned();
    place.strip_suffix(name).unwrap_or(&place).trim_end_matches('/').into()
}

fn names_of(info: RepoInfo) -> Vec<String> {
    info.siblings.into_iter().map(|file| file.rfilename).collect()
}

fn download_blocking(root: &str, request: &Value) -> Result<String, Failure> {
    let mut builder = sync::ApiBuilder::from_env().with_progress(false);
    if let Some(cache) = cache_of(root) {
        builder = builder.with_cache_dir(cache);
    }
    if let Some(token) = token_of(request) {
        builder = builder.with_token(Some(token));
    }
    let repo = builder.build()?.repo(repo_of(request));
    let mut directory = String::new();
    for name in names_of(repo.info()?) {
        directory = directory_of(repo.get(&name)?, &name);
    }
    Ok(directory)
}

async fn download_parallel(root: &str, request: &Value) -> Result<String, Failure> {
    let mut builder = parallel::ApiBuilder::from_env().with_progress(false);
    if let Some(cache) = cache_of(root) {
        builder = builder.with_cache_dir(cache);
    }
    if let Some(token) = token_of(request) {
        builder = builder.with_token(Some(token));
    }
    let repo = builder.build()?.repo(repo_of(request));
    let mut directory = String::new();
    for name in names_of(repo.info().await?) {
        directory = directory_of(repo.get(&name).await?, &name);
    }
    Ok(directory)
}

fn is_async() -> bool {
    std::env::args().any(|word| word == "--async")
}

fn download(root: &str, request: &Value) -> Result<String, Failure> {
    if !is_async() {
        return download_blocking(root, request);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure { kind: "internal", message: error.to_string() })?;
    runtime.block_on(download_parallel(root, request))
}

/// The code that takes an operation off the list answers it: an operation that was given up sends nothing more.
static RUNNING: Mutex<Vec<u64>> = Mutex::new(Vec::new());

fn conclude(id: u64, mut result: Value) {
    let mut running = RUNNING.lock().unwrap();
    if let Some(at) = running.iter().position(|one| *one == id) {
        running.swap_remove(at);
        result["type"] = json!("result");
        result["id"] = json!(id);
        write(result);
    }
}

fn perform(id: u64, message: Value) {
    let root = message["root"].as_str().unwrap_or_default();
    conclude(id, match download(root, &message["request"]) {
        Ok(directory) => json!({"ok": {"directory": directory}}),
        Err(failure) => json!({"error": {"kind": failure.kind, "message": failure.message}}),
    });
}

fn main() {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        let id = message["id"].as_u64().unwrap_or_default();
        match message["type"].as_str() {
            Some("hello") => write(json!({
                "type": "hello", "id": 0, "protocol": 1,
                "name": if is_async() { "hf-hub-rust-async" } else { "hf-hub-rust" }, "version": version(),
                "roles": ["downloader"], "operations": ["download"],
                "capabilities": ["revision", "token", "gives-up"], "layouts": ["hf-cache"],
                "profiles": ["core", "interop"],
            })),
            Some("operation") => {
                RUNNING.lock().unwrap().push(id);
                std::thread::spawn(move || perform(id, message));
            }
            Some("cancel") => {
                conclude(id, json!({"error": {"kind": "cancelled", "message": "it was given up"}}));
            }
            _ => {}
        }
    }
    while !RUNNING.lock().unwrap().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
