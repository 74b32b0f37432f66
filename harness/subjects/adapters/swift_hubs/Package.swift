// swift-tools-version:6.0
// Not built yet by this repository's own checks: they have no Swift. The nightly on macOS builds it.
import PackageDescription

let package = Package(
    name: "swift-hubs",
    platforms: [.macOS(.v14)],
    dependencies: [
        .package(url: "https://github.com/huggingface/swift-transformers", exact: "1.1.9"),
        .package(url: "https://github.com/huggingface/swift-huggingface", exact: "0.9.0"),
    ],
    targets: [
        .executableTarget(
            name: "swift-hubs",
            dependencies: [
                .product(name: "Hub", package: "swift-transformers"),
                .product(name: "HuggingFace", package: "swift-huggingface"),
            ],
            path: "sources"
        )
    ]
)
