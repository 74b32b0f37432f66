/// A value of `config.json`, as far as the facts of a model need it. It is decoded and not read by `JSONSerialization`,
/// which reads JSON5 on Apple's systems alone.
enum ConfigValue: Decodable, Sendable {
    case object([String: ConfigValue])
    case integer(Int)
    case text(String)
    case other

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // A container tells of what type its value is by refusing the others.
        if let object = try? value.decode([String: ConfigValue].self) {
            self = .object(object)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else {
            self = .other
        }
    }

    subscript(name: String) -> ConfigValue? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }

    var object: [String: ConfigValue]? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    var integer: Int? {
        guard case .integer(let integer) = self else { return nil }
        return integer
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }
}
