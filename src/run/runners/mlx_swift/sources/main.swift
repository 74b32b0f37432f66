// The runner protocol, version 1, over mlx-swift-lm: JSON Lines on standard input and output.

import Foundation
import MLX

let speaker = Speaker()
let inbox = Inbox()
let runner = Runner(speaker: speaker, inbox: inbox)

// The same as in Package.swift.
#if os(Linux)
    let runtimeVersion = "3.31.4-114-g14414441"
#else
    let runtimeVersion = "3.31.4"
#endif

speaker.say([
    "event": "hello", "protocol": 1, "name": "mlx-swift", "version": "1",
    "runtimes": ["mlx-swift-lm": runtimeVersion],
    "device": Device.defaultDevice().deviceType == .gpu ? "gpu" : "cpu",
    "operations": ["load", "generate", "cancel", "unload", "download"],
])

let requests = AsyncStream<Request> { continuation in
    Thread.detachNewThread {
        while let line = readLine() {
            guard let request = try? JSONDecoder().decode(Request.self, from: Data(line.utf8))
            else {
                speaker.say([
                    "event": "error", "id": 0, "kind": "invalid-request", "message": "no request",
                ])
                continue
            }
            if request.op == "cancel" {
                inbox.cancel(request.of ?? -1)
            } else {
                continuation.yield(request)
            }
        }
        inbox.end()
        continuation.finish()
        // What cannot be interrupted, such as loading, must not outlive whoever asked for it.
        Thread.sleep(forTimeInterval: 2)
        exit(0)
    }
}

for await request in requests {
    let failure =
        ["load": "cannot-load", "generate": "cannot-generate", "download": "cannot-download"][
            request.op] ?? "internal"
    do {
        var answer: [String: Any]
        switch request.op {
        case "load": answer = try await runner.load(request)
        case "generate": answer = try await runner.generate(request)
        case "download": answer = try await runner.download(request)
        case "unload":
            await runner.unload()
            answer = ["event": "unloaded"]
        default: throw Refusal(kind: "invalid-request", message: "no operation \(request.op)")
        }
        answer["id"] = request.id
        speaker.say(answer)
    } catch let refusal as Refusal {
        speaker.say([
            "event": "error", "id": request.id, "kind": refusal.kind, "message": refusal.message,
        ])
    } catch {
        speaker.say([
            "event": "error", "id": request.id, "kind": failure,
            "message": "\(type(of: error)): \(error.localizedDescription)",
        ])
    }
}
exit(0)
