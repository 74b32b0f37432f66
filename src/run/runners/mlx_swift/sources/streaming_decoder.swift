import MLXLMCommon

/// Decodes a growing list: a window from the last whole text on, as a token's text depends on its neighbours.
struct StreamingDecoder {
    private let tokenizer: any MLXLMCommon.Tokenizer
    private var ids: [Int] = []
    private var start = 0
    private var shown = 0

    init(tokenizer: any MLXLMCommon.Tokenizer) {
        self.tokenizer = tokenizer
    }

    /// Gives the text that has become whole with one more token.
    mutating func add(_ id: Int) -> String {
        ids.append(id)
        let before = decode(ids[start..<shown])
        let now = decode(ids[start...])
        guard now.count > before.count, !now.hasSuffix("\u{FFFD}") else { return "" }
        start = shown
        shown = ids.count
        return String(now.dropFirst(before.count))
    }

    private func decode(_ part: ArraySlice<Int>) -> String {
        part.isEmpty ? "" : tokenizer.decode(tokenIds: Array(part), skipSpecialTokens: true)
    }
}
