//! hf-hub (crates.io) before 1.0: `info` and `get` of its blocking API, file by file, into the hub's cache.

use hf_hub::api::sync::{ApiBuilder, ApiError};
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

/// The crate names few causes: what its message says of the status is all there is.
fn kind_of(error: &ApiError) -> &'static str {
    if let ApiError::TooManyRetries(cause) = error {
        return kind_of(cause);
    }
    if let ApiError::IoError(error) = error {
        return match error.raw_os_error() {
            Some(28) | Some(27) => "disk-full",
            Some(1) | Some(13) | Some(30) => "access-denied",
            _ => "disk-io",
        };
    }
    let text = error.to_string();
    let kinds = [
        ("status code 401", "unauthorized"),
        ("status: 401", "unauthorized"),
        ("status code 403", "gated"),
        ("status: 403", "gated"),
        ("status code 404", "repository-not-found"),
        ("status: 404", "repository-not-found"),
        ("status code 429", "rate-limited"),
        ("status: 429", "rate-limited"),
        ("status code 5", "hub-unavailable"),
        ("status: 5", "hub-unavailable"),
        ("request error", "network"),
    ];
    let found = kinds.iter().find(|(words, _)| text.contains(words));
    found.map_or("internal", |(_, kind)| kind)
}

fn download(root: &str, request: &Value) -> Result<String, ApiError> {
    let text = |name: &str| request[name].as_str().map(String::from);
    let mut builder = ApiBuilder::from_env().with_progress(false);
    // Where the environment names a cache, it is the client's to find it.
    let names = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"];
    if !names.iter().any(|name| std::env::var(name).is_ok_and(|value| !value.is_empty())) {
        builder = builder.with_cache_dir(PathBuf::from(root));
    }
    if let Some(token) = text("token").or_else(|| std::env::var("HF_TOKEN").ok()) {
        builder = builder.with_token(Some(token));
    }
    let repository = text("repository").unwrap_or_default();
    let revision = text("revision").unwrap_or_else(|| String::from("main"));
    let repo = builder.build()?.repo(Repo::with_revision(repository, RepoType::Model, revision));
    let mut directory = String::new();
    for file in repo.info()?.siblings {
        let place = repo.get(&file.rfilename)?.to_string_lossy().into_owned();
        directory = place.strip_suffix(&file.rfilename).unwrap_or(&place).trim_end_matches('/').into();
    }
    Ok(directory)
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
        Err(error) => json!({"error": {"kind": kind_of(&error), "message": error.to_string()}}),
    });
}

fn main() {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        let id = message["id"].as_u64().unwrap_or_default();
        match message["type"].as_str() {
            Some("hello") => write(json!({
                "type": "hello", "id": 0, "protocol": 1, "name": "hf-hub-rust", "version": version(),
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
