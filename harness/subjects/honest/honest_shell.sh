#!/bin/sh
# A minimal honest downloader: the whole snapshot, verified, each file by a temporary one and a rename. Needs curl and jq.
set -u
line=$2
ask() { printf '%s' "$line" | jq -r "$1"; }
answer() { jq -cn --argjson id "$(ask .id)" "$@"; exit 0; }
fail() { answer --arg kind "$1" --arg message "$2" '{type: "result", $id, error: {$kind, $message}}'; }
if [ "$(ask .type)" = hello ]; then
  answer '{type: "hello", $id, protocol: 1, name: "honest-shell", version: "1.0.0", roles: ["downloader"],
    operations: ["download"], capabilities: [], layouts: ["hubapi"]}'
fi
get() { curl -sfL --connect-timeout 10 --speed-limit 1 --speed-time 10 "$@"; }
quoted() { printf '%s' "$1" | jq -sRr '@uri' | sed 's/%2F/\//g'; }
# The size and the hash of a file as a listing states them: SHA-256 of a large file, git blob SHA-1 of another.
facts() {
  size=$(wc -c <"$1")
  if [ "$2" = sha256 ]; then hash=$(sha256sum <"$1"); else hash=$({ printf 'blob %d\0' "$size"; cat "$1"; } | sha1sum); fi
  printf '%d %s' "$size" "${hash%% *}"
}

repository=$(ask .request.repository)
model=$HF_ENDPOINT/api/models/$(quoted "$repository")
directory=$(ask .root)/models/$repository
scratch=$(mktemp -d)
part=
trap 'rm -rf "$scratch" ${part:+"$part"}' EXIT
get -o "$scratch/info" "$model/revision/main" || fail internal "curl ended with $?"
commit=$(jq -er .sha "$scratch/info" 2>/dev/null) || fail internal "the hub's answer names no commit"
page="$model/tree/$commit?recursive=true"
while [ -n "$page" ]; do
  get -D "$scratch/head" -o "$scratch/page" "$page" || fail internal "curl ended with $?"
  jq -c '.[] | select(.type == "file")' "$scratch/page" >>"$scratch/files" 2>/dev/null || fail internal "no listing"
  page=$(sed -n 's/^[Ll]ink: *<\([^>]*\)>; *rel="next".*/\1/p' "$scratch/head" | tr -d '\r')
done
jq -se 'all(.path | split("/") | all(. != "" and . != "." and . != ".."))' "$scratch/files" >/dev/null ||
  fail integrity "a name leads out of the model's directory"
# A reader who finds the configuration is to find the weights too.
jq -sc 'sort_by(.path == "config.json") | .[]' "$scratch/files" >"$scratch/sorted"
while read -r entry; do
  field() { printf '%s' "$entry" | jq -r "$1"; }
  path=$(field .path) listed=$(field '"\(.size) \(.lfs.oid // .oid)"') how=$(field 'if .lfs then "sha256" else "sha1" end')
  place=$directory/$path
  if [ -f "$place" ] && [ "$(facts "$place" "$how")" = "$listed" ]; then continue; fi
  mkdir -p "$(dirname "$place")" 2>"$scratch/why" || fail internal "$(cat "$scratch/why")"
  part=$place.$$.part
  get -o "$part" "$HF_ENDPOINT/$(quoted "$repository")/resolve/$commit/$(quoted "$path")" || fail internal "curl ended with $?"
  # curl makes no file of an answer without bytes.
  [ -e "$part" ] || : >"$part"
  [ "$(facts "$part" "$how")" = "$listed" ] || fail integrity "$path is not as listed"
  mv -fT "$part" "$place" 2>"$scratch/why" || fail internal "$(cat "$scratch/why")"
  part=
done <"$scratch/sorted"
answer --arg directory "$directory" '{type: "result", $id, ok: {$directory}}'
