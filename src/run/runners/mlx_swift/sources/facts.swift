import Foundation

/// What `config.json` says of a model.
struct Facts: Sendable {
    let architecture: String
    let vocabularySize: Int
    let quantization: String?
    private let bitsOfLayer: [String: Int]
    private let bits: Int?

    init(directory: URL) throws {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        let data = try Data(contentsOf: directory.appending(component: "config.json"))
        let config = try decoder.decode(ConfigValue.self, from: data)
        guard let type = config["model_type"]?.text else {
            throw Refusal(kind: "cannot-load", message: "config.json names no model_type")
        }
        architecture = type
        vocabularySize = config["vocab_size"]?.integer ?? 0
        let settings = config["quantization"]
        bits = settings?["bits"]?.integer
        bitsOfLayer = (settings?.object ?? [:]).compactMapValues { $0["bits"]?.integer }
        if let bits, let group = settings?["group_size"]?.integer {
            let mode = settings?["mode"]?.text ?? "affine"
            quantization = "\(mode), \(bits) bits, group size \(group)"
        } else {
            quantization = nil
        }
    }

    /// Counts packed weights as often as they unpack, and neither scales nor their biases, as mlx-lm does.
    func parameterCount(_ parameters: [(name: String, shape: [Int])]) -> Int {
        let packed = Set(
            parameters.map(\.name).filter { $0.hasSuffix(".scales") }.map { String($0.dropLast(7)) })
        return parameters.reduce(0) { sum, parameter in
            let layer = parameter.name
                .split(separator: ".").dropLast().joined(separator: ".")
            let size = parameter.shape.reduce(1, *)
            guard packed.contains(layer) else { return sum + size }
            if parameter.name.hasSuffix(".scales") || parameter.name.hasSuffix(".biases") {
                return sum
            }
            guard parameter.name.hasSuffix(".weight") else { return sum + size }
            return sum + size * 32 / (bitsOfLayer[layer] ?? bits ?? 32)
        }
    }
}
