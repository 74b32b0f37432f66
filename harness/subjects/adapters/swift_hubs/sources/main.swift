// swift-transformers' HubApi (layout hubapi), or with --hub-client swift-huggingface's HubClient (layout hf-cache).
// Written against their sources; it has not been built or run yet.
import Foundation
import Hub
import HuggingFace

struct Request: Decodable {
    let repository: String
    let revision: String?
    let include: [String]?
    let token: String?
}

struct Message: Decodable {
    let type: String
    let id: Int
    let root: String?
    let request: Request?
}

let isClient = CommandLine.arguments.contains("--hub-client")
let endpoint = ProcessInfo.processInfo.environment["HF_ENDPOINT"] ?? "https://huggingface.co"

actor Output {
    func write(_ line: [String: Any]) {
        guard let data = try? JSONSerialization.data(withJSONObject: line) else { return }
        FileHandle.standardOutput.write(data + Data("\n".utf8))
    }
}

let output = Output()

func download(_ request: Request, root: URL) async throws -> URL {
    let revision = request.revision ?? "main"
    let patterns = request.include ?? []
    if isClient {
        guard let repository = HuggingFace.Repo.ID(rawValue: request.repository) else {
            throw URLError(.badURL)
        }
        let client = HubClient(
            host: URL(string: endpoint)!,
            bearerToken: request.token,
            cache: HubCache(cacheDirectory: root)
        )
        return try await client.downloadSnapshot(
            of: repository, kind: .model, revision: revision, matching: patterns)
    }
    let hub = HubApi(downloadBase: root, hfToken: request.token, endpoint: endpoint)
    return try await hub.snapshot(
        from: Hub.Repo(id: request.repository), revision: revision, matching: patterns)
}

func kind(of error: any Error) -> String {
    if error is CancellationError { return "cancelled" }
    if error is URLError { return "network" }
    let text = String(describing: error)
    for (mark, kind) in [("401", "unauthorized"), ("403", "gated"), ("404", "repository-not-found"),
        ("429", "rate-limited"), ("offline", "offline"), ("ntegrity", "integrity")]
    where text.contains(mark) { return kind }
    return "internal"
}

func perform(_ message: Message) async {
    guard let request = message.request, let root = message.root else { return }
    do {
        let directory = try await download(request, root: URL(fileURLWithPath: root))
        await output.write(["type": "result", "id": message.id, "ok": ["directory": directory.path]])
    } catch {
        let failure = ["kind": kind(of: error), "message": String(describing: error)]
        await output.write(["type": "result", "id": message.id, "error": failure])
    }
}

var running: [Int: Task<Void, Never>] = [:]
while let line = readLine() {
    guard let message = try? JSONDecoder().decode(Message.self, from: Data(line.utf8)) else { continue }
    switch message.type {
    case "hello":
        await output.write([
            "type": "hello", "id": 0, "protocol": 1,
            "name": isClient ? "swift-huggingface" : "swift-transformers",
            "version": isClient ? "0.9.0" : "1.1.9",
            "roles": ["downloader"], "operations": ["download"],
            "capabilities": ["cancel", "patterns", "revision", "token"],
            "layouts": [isClient ? "hf-cache" : "hubapi"], "profiles": ["core", "offline"],
        ])
    case "cancel":
        running[message.id]?.cancel()
    default:
        running[message.id] = Task { await perform(message) }
    }
}
for task in running.values { await task.value }
