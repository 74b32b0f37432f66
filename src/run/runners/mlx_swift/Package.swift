// swift-tools-version: 6.1
// The runner protocol over mlx-swift-lm, as a program: `swift build -c release` on a Mac with Apple silicon. For Linux the README
// of src/ says what else it takes.

import PackageDescription

// No release of mlx-swift-lm compiles on Linux: 3.31.4 imports modules that only Apple's systems have. This commit compiles there
// but for two places.
#if os(Linux)
    let mlxSwiftLM = Package.Dependency.package(
        url: "https://github.com/ml-explore/mlx-swift-lm",
        revision: "14414441fa44f45eee35a61e9fa0bab577cf9734")
#else
    let mlxSwiftLM = Package.Dependency.package(
        url: "https://github.com/ml-explore/mlx-swift-lm", exact: "3.31.4")
#endif

let package = Package(
    name: "mlx-swift-runner",
    platforms: [.macOS(.v14)],
    dependencies: [
        .package(url: "https://github.com/ml-explore/mlx-swift", .upToNextMinor(from: "0.31.4")),
        mlxSwiftLM,
        .package(url: "https://github.com/huggingface/swift-huggingface", from: "0.9.0"),
        .package(url: "https://github.com/huggingface/swift-transformers", from: "1.3.0"),
    ],
    targets: [
        .executableTarget(
            name: "mlx-swift-runner",
            dependencies: [
                .product(name: "MLX", package: "mlx-swift"),
                .product(name: "MLXNN", package: "mlx-swift"),
                .product(name: "MLXLLM", package: "mlx-swift-lm"),
                .product(name: "MLXLMCommon", package: "mlx-swift-lm"),
                .product(name: "MLXHuggingFace", package: "mlx-swift-lm"),
                .product(name: "HuggingFace", package: "swift-huggingface"),
                .product(name: "Tokenizers", package: "swift-transformers"),
            ],
            path: "sources")
    ],
    // MLX's own types are not yet all Sendable.
    swiftLanguageModes: [.v5]
)
