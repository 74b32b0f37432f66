// swift-tools-version:6.0
// Apps with MLX Swift download by one of these two; `npm run subjects` builds them where there is a Swift toolchain.
import PackageDescription

let package = Package(
    name: "swift-hubs",
    platforms: [.macOS(.v14)],
    dependencies: [
        .package(url: "https://github.com/huggingface/swift-transformers", exact: "1.1.9"),
        .package(url: "https://github.com/huggingface/swift-huggingface", exact: "0.8.1"),
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
