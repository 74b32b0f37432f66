//! hf-hub (crates.io): `snapshot_download` into the hub's cache.

use hf_hub::{HFClientSync, HFClient, HFError};
use serde_json::{json, Value};
use std::io::{BufRead, Write};
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

fn kind_of(error: &HFError) -> &'static str {
    match error {
        HFError::AuthRequired { .. } => "unauthorized",
        HFError::Forbidden { .. } => "gated",
        HFError::RepoNotFound { .. } => "repository-not-found",
        HFError::RevisionNotFound { .. } => "revision-not-found",
        HFError::EntryNotFound { .. } => "file-not-found",
        HFError::RateLimited { .. } => "rate-limited",
        HFError::LocalEntryNotFound { .. } => "offline",
        HFError::InvalidParameter(_) => "invalid-argument",
        HFError::MalformedResponse { .. } | HFError::Json(_) => "not-a-hub",
        HFError::Http { context } if context.status.is_server_error() => "hub-unavailable",
        HFError::Request { .. } => "network",
        HFError::Io(error) => match error.raw_os_error() {
            Some(28) => "disk-full",
            Some(13) | Some(30) => "access-denied",
            _ => "disk-io",
        },
        _ => "internal",
    }
}

fn download(root: &str, request: &Value) -> Result<String, HFError> {
    let text = |name: &str| request[name].as_str().map(String::from);
    let list = |name: &str| {
        request[name].as_array().map(|items| {
            items.iter().filter_map(|item| item.as_str().map(String::from)).collect::<Vec<_>>()
        })
    };
    let mut builder = HFClient::builder();
    // Where the environment names a cache, it is the client's to find it.
    let names = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"];
    if !names.iter().any(|name| std::env::var(name).is_ok_and(|value| !value.is_empty())) {
        builder = builder.cache_dir(root);
    }
    if let Some(token) = text("token") {
        builder = builder.token(token);
    }
    let client: HFClientSync = builder.build_sync()?;
    let repository = text("repository").unwrap_or_default();
    let (owner, name) = hf_hub::split_id(&repository);
    let directory = client
        .model(owner, name)
        .snapshot_download()
        .maybe_revision(text("revision"))
        .maybe_allow_patterns(list("include"))
        .maybe_ignore_patterns(list("exclude"))
        .send()?;
    Ok(directory.to_string_lossy().into_owned())
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
                "capabilities": ["patterns", "revision", "token", "gives-up"], "layouts": ["hf-cache"],
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
