// The subject protocol, version 1, over swift-transformers' HubApi (layout hubapi), or with --hub-client over
// swift-huggingface's HubClient (layout hf-cache): JSON Lines on standard input and output.
import Foundation

struct Message: Decodable, Sendable {
    let type: String
    let id: Int
    let root: String?
    let request: Request?
}

let client: any Client =
    CommandLine.arguments.contains("--hub-client") ? HubCacheClient() : TransformersClient()

/// Writes whole lines, one at a time.
final class Output: Sendable {
    private let lock = NSLock()

    func write(_ line: [String: Any]) {
        guard let data = try? JSONSerialization.data(withJSONObject: line) else { return }
        lock.withLock { FileHandle.standardOutput.write(data + Data("\n".utf8)) }
    }
}

let output = Output()

@Sendable func perform(
    _ request: Request, _ message: Message, client: any Client, output: Output
) async {
    do {
        let root = URL(fileURLWithPath: message.root ?? ".")
        let directory = try await client.download(request, root: root)
        output.write(["type": "result", "id": message.id, "ok": ["directory": directory.path]])
    } catch {
        // These clients have no error of their own for it, so the task says whether it was cancelled.
        let kind = Task.isCancelled ? "cancelled" : kind(of: error)
        let failure = ["kind": kind, "message": String(describing: error)]
        output.write(["type": "result", "id": message.id, "error": failure])
    }
}

// Waiting for a line must not hold the thread on which the clients run what is bound to the main actor.
let lines = AsyncStream<String> { continuation in
    Thread.detachNewThread {
        while let line = readLine() { continuation.yield(line) }
        continuation.finish()
    }
}

var running: [Int: Task<Void, Never>] = [:]
for await line in lines {
    guard let message = try? JSONDecoder().decode(Message.self, from: Data(line.utf8)) else { continue }
    switch message.type {
    case "hello":
        output.write([
            "type": "hello", "id": 0, "protocol": 1,
            "name": client.name, "version": client.version,
            "roles": ["downloader"], "operations": ["download"],
            "capabilities": ["cancel", "patterns", "revision", "token"],
            "layouts": [client.layout], "profiles": ["core", "offline"] + (client.layout == "hf-cache" ? ["interop"] : []),
        ])
    case "cancel":
        running[message.id]?.cancel()
    default:
        guard let request = message.request else { continue }
        let (client, output) = (client, output)
        running[message.id] = Task.detached {
            await perform(request, message, client: client, output: output)
        }
    }
}
for task in running.values { await task.value }
