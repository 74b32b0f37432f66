import Foundation
import Hub
import HuggingFace

/// A download as the harness requests it.
struct Request: Decodable, Sendable {
    let repository: String
    let revision: String?
    let include: [String]?
    let token: String?
}

/// One of the two downloaders that apps with MLX Swift use.
protocol Client: Sendable {
    var name: String { get }
    var version: String { get }
    var layout: String { get }
    /// Gives the directory of the snapshot.
    func download(_ request: Request, root: URL) async throws -> URL
}

/// The hub of both clients: the harness's own, from its environment.
let endpoint = ProcessInfo.processInfo.environment["HF_ENDPOINT"] ?? "https://huggingface.co"

/// swift-transformers' `HubApi`, which MLX Swift used up to 2.x.
struct TransformersClient: Client {
    let name = "swift-transformers"
    let version = "1.1.9"
    let layout = "hubapi"

    func download(_ request: Request, root: URL) async throws -> URL {
        let hub = HubApi(downloadBase: root, hfToken: request.token, endpoint: endpoint)
        return try await hub.snapshot(
            from: Hub.Repo(id: request.repository), revision: request.revision ?? "main",
            matching: request.include ?? [])
    }
}

/// swift-huggingface's `HubClient`, behind `#hubDownloader()` since 3.x.
struct HubCacheClient: Client {
    let name = "swift-huggingface"
    let version = "0.8.1"
    let layout = "hf-cache"

    func download(_ request: Request, root: URL) async throws -> URL {
        guard let repository = HuggingFace.Repo.ID(rawValue: request.repository),
            let host = URL(string: endpoint)
        else { throw URLError(.badURL) }
        let client = HubClient(
            host: host, bearerToken: request.token, cache: HubCache(cacheDirectory: root))
        return try await client.downloadSnapshot(
            of: repository, kind: .model, revision: request.revision ?? "main",
            matching: request.include ?? [])
    }
}
