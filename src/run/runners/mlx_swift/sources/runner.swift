import Foundation
import HuggingFace
import MLX
import MLXHuggingFace
import MLXLLM
import MLXLMCommon
import MLXNN
import Tokenizers

/// Keeps the logits that the next token is chosen from.
private final class Capture: LogitProcessor {
    private(set) var last: MLXArray?
    func prompt(_ prompt: MLXArray) {}
    func process(logits: MLXArray) -> MLXArray {
        last = logits
        return logits
    }
    func didSample(token: MLXArray) {}
}

/// One model, loaded by `LLMModelFactory` as an app loads it.
actor Runner {
    private let speaker: Speaker
    private let inbox: Inbox
    private var container: ModelContainer?

    init(speaker: Speaker, inbox: Inbox) {
        self.speaker = speaker
        self.inbox = inbox
    }

    func load(_ request: Request) async throws -> [String: Any] {
        guard let directory = request.directory else {
            throw Refusal(kind: "invalid-request", message: "no directory")
        }
        unload()
        let url = URL(filePath: directory, directoryHint: .isDirectory)
        let loaded = try await LLMModelFactory.shared.loadContainer(
            from: url, using: #huggingFaceTokenizerLoader())
        container = loaded
        let facts = try Facts(directory: url)
        let counts = await loaded.perform { context in
            let parameters = context.model.parameters().flattened()
            return (
                tensors: parameters.count,
                parameters: facts.parameterCount(parameters.map { (name: $0.0, shape: $0.1.shape) })
            )
        }
        return [
            "event": "loaded", "architecture": facts.architecture,
            "parameterCount": counts.parameters, "tensorCount": counts.tensors,
            "quantization": facts.quantization ?? NSNull(), "vocabularySize": facts.vocabularySize,
        ]
    }

    func unload() {
        container = nil
        Memory.clearCache()
    }

    func generate(_ request: Request) async throws -> [String: Any] {
        guard let container else {
            throw Refusal(kind: "cannot-generate", message: "no model is loaded")
        }
        guard let maxTokens = request.maxTokens, maxTokens > 0 else {
            throw Refusal(kind: "invalid-request", message: "no limit of tokens")
        }
        let (speaker, inbox) = (speaker, inbox)
        let answer = try await container.perform { context -> Answer in
            let ids = try Self.encode(request, tokenizer: context.tokenizer)
            let ends: Set<Int> =
                request.stopAtEnd == true ? Self.ends(of: context) : []
            let capture = Capture()
            let count = request.topLogits ?? 0
            // An iterator computes one token ahead: the logits of a token are those that were kept before it.
            var iterator = try TokenIterator(
                input: LMInput(tokens: MLXArray(ids)), model: context.model,
                processor: capture, sampler: ArgMaxSampler(), maxTokens: maxTokens)
            var answer = Answer(promptIds: ids)
            var decoder = StreamingDecoder(tokenizer: context.tokenizer)
            var logits = capture.last
            while let token = iterator.next() {
                try inbox.check(request.id)
                let isEnd = ends.contains(token)
                let text = isEnd ? "" : decoder.add(token)
                answer.tokens.append(token)
                answer.text += text
                var message: [String: Any] = [
                    "event": "token", "id": request.id, "token": token, "text": text,
                ]
                if count > 0, let logits { message["topLogits"] = Self.highest(logits, count) }
                speaker.say(message)
                logits = capture.last
                if isEnd {
                    answer.finish = "stop"
                    break
                }
            }
            return answer
        }
        return [
            "event": "generated", "promptIds": answer.promptIds, "tokens": answer.tokens,
            "text": answer.text, "finish": answer.finish,
        ]
    }

    /// MLX's own system downloads: the hub's cache, by `HubClient.downloadSnapshot`.
    func download(_ request: Request) async throws -> [String: Any] {
        guard let repository = request.repository else {
            throw Refusal(kind: "invalid-request", message: "no repository")
        }
        let (speaker, inbox, id) = (speaker, inbox, request.id)
        let downloader: any MLXLMCommon.Downloader = #hubDownloader()
        let directory = try await downloader.download(
            id: repository, revision: request.revision,
            matching: ["*.safetensors", "*.json", "*.jinja"], useLatest: true
        ) { progress in
            speaker.say([
                "event": "progress", "id": id,
                "bytesDone": max(0, Int(progress.completedUnitCount)),
                "bytesTotal": max(0, Int(progress.totalUnitCount)),
            ])
        }
        try inbox.check(id)
        return ["event": "downloaded", "directory": directory.path]
    }

    private struct Answer: Sendable {
        let promptIds: [Int]
        var tokens: [Int] = []
        var text = ""
        var finish = "limit"

        init(promptIds: [Int]) { self.promptIds = promptIds }
    }

    private static func encode(
        _ request: Request, tokenizer: any MLXLMCommon.Tokenizer
    ) throws -> [Int] {
        if let ids = request.promptIds { return ids }
        let prompt = request.prompt ?? ""
        if request.chat == true {
            do {
                return try tokenizer.applyChatTemplate(
                    messages: [["role": "user", "content": prompt]])
            } catch MLXLMCommon.TokenizerError.missingChatTemplate {
                // A model without a template gets the text as it is.
            }
        }
        return tokenizer.encode(text: prompt, addSpecialTokens: true)
    }

    private static func ends(of context: ModelContext) -> Set<Int> {
        var ends = context.configuration.eosTokenIds
        if let id = context.tokenizer.eosTokenId { ends.insert(id) }
        return ends
    }

    private static func highest(_ logits: MLXArray, _ count: Int) -> [[String: Any]] {
        let values = logits.asType(.float32).reshaped(-1).asArray(Float.self)
        return values.indices
            .sorted { (values[$0], -$0) > (values[$1], -$1) }
            .prefix(count)
            .map { ["id": $0, "logit": Double(values[$0])] }
    }
}
