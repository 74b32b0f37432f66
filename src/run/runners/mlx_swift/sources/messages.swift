import Foundation

/// A request of the runner protocol, version 1.
struct Request: Decodable, Sendable {
    let id: Int
    let op: String
    var directory: String?
    var prompt: String?
    var promptIds: [Int]?
    var chat: Bool?
    var maxTokens: Int?
    var topLogits: Int?
    var stopAtEnd: Bool?
    var of: Int?
    var repository: String?
    var revision: String?
}

/// Why a request could not be carried out, with the protocol's closed kind.
struct Refusal: Error {
    let kind: String
    let message: String
}

/// Writes messages to the protocol's own pipe; what libraries print to standard output goes to standard error.
final class Speaker: @unchecked Sendable {
    private let pipe: FileHandle
    private let lock = NSLock()

    init() {
        pipe = FileHandle(fileDescriptor: dup(STDOUT_FILENO), closeOnDealloc: true)
        dup2(STDERR_FILENO, STDOUT_FILENO)
    }

    func say(_ message: [String: Any]) {
        guard
            let data = try? JSONSerialization.data(
                withJSONObject: message, options: [.withoutEscapingSlashes])
        else { return }
        lock.withLock {
            // Who read this is gone when it fails, and then there is nothing left to do.
            do { try pipe.write(contentsOf: data + Data([10])) } catch { exit(0) }
        }
    }
}

/// What the thread that reads and the task that works share.
final class Inbox: @unchecked Sendable {
    private let lock = NSLock()
    private var cancelled: Set<Int> = []
    private var isOver = false

    func cancel(_ id: Int) { lock.withLock { _ = cancelled.insert(id) } }
    func end() { lock.withLock { isOver = true } }

    /// Throws when the request was cancelled or nobody listens any more.
    func check(_ id: Int) throws {
        if lock.withLock({ isOver || cancelled.contains(id) }) {
            throw Refusal(kind: "cancelled", message: "it was cancelled")
        }
    }
}
