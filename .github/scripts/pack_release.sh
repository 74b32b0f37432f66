#!/usr/bin/env bash
# Builds and packs both packages, lists what each of them brings (CycloneDX), and takes this version's part of the changelog.
#
#   pack_release.sh TAG OUT
#
# TAG must be "v" and the version of package.json, and the changelog must have that version with its date.
set -euo pipefail

tag=$1
out=$2
version=$(node -p 'JSON.parse(require("fs").readFileSync("package.json")).version')
if [ "$tag" != "v$version" ]; then
  echo "::error::the tag is $tag, and package.json has version $version"
  exit 1
fi
if ! grep -qE "^## $version, [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md; then
  echo "::error::CHANGELOG.md has no \"## $version, YYYY-MM-DD\""
  exit 1
fi

mkdir -p "$out"
out=$(cd "$out" && pwd)
awk -v start="## $version," 'index($0, start) == 1 { on = 1; next } /^## / { on = 0 } on' CHANGELOG.md > "$out/notes.md"
npm run -s build
for name in mlx-layout mlx-conform; do
  npm pack "./dist/$name" --pack-destination "$out" --silent
  unpacked=$(mktemp -d)
  mkdir "$unpacked/$name"
  tar -xzf "$out/$name-$version.tgz" -C "$unpacked/$name" --strip-components=1
  npm install --prefix "$unpacked/$name" --ignore-scripts --no-audit --no-fund --silent
  npm sbom --prefix "$unpacked/$name" --sbom-format cyclonedx > "$out/$name-$version.cdx.json"
  rm -r "$unpacked"
done
ls -l "$out"
