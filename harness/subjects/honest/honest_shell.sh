#!/bin/sh
# A minimal honest downloader: the whole snapshot, verified, each file by a temporary one and a rename. Needs curl and jq.
set -u
line=$2
lines() { printf '%s' "$line" | jq -r "$1"; }
{ read -r type; read -r id; read -r root; read -r repository; read -r quoted; } <<END
$(lines '.type, .id, .root, .request.repository, (.request.repository // "" | @uri | gsub("%2F"; "/"))')
END
answer() { jq -cn --argjson id "$id" "$@"; exit 0; }
fail() { answer --arg kind "$1" --arg message "$2" '{type: "result", $id, error: {$kind, $message}}'; }
if [ "$type" = hello ]; then
  answer '{type: "hello", $id, protocol: 1, name: "honest-shell", version: "1.0.0", roles: ["downloader"],
    operations: ["download"], capabilities: [], layouts: ["hubapi"]}'
fi
get() { curl -sfL --connect-timeout 10 --speed-limit 1 --speed-time 10 "$@"; }
# The size and the hash of a file as a listing states them: SHA-256 of a large file, git blob SHA-1 of another.
facts() {
  size=$(wc -c <"$1")
  if [ "$2" = sha256 ]; then hash=$(sha256sum <"$1"); else hash=$({ printf 'blob %d\0' "$size"; cat "$1"; } | sha1sum); fi
  printf '%d %s' "$size" "${hash%% *}"
}

hub=$(printf '%s' "$HF_ENDPOINT" | sed 's/\/*$//')
directory=$root/models/$repository
scratch=$(mktemp -d)
part=
trap 'rm -rf "$scratch" ${part:+"$part"}' EXIT
get -o "$scratch/info" "$hub/api/models/$quoted/revision/main" || fail internal "curl ended with $?"
commit=$(jq -er .sha "$scratch/info" 2>/dev/null) || fail internal "the hub's answer names no commit"
page="$hub/api/models/$quoted/tree/$commit?recursive=true"
while [ -n "$page" ]; do
  get -D "$scratch/head" -o "$scratch/page" "$page" || fail internal "curl ended with $?"
  jq -c '.[] | select(.type == "file")' "$scratch/page" >>"$scratch/files" 2>/dev/null || fail internal "no listing"
  page=$(sed -n 's/^[Ll]ink: *<\([^>]*\)>; *rel="next".*/\1/p' "$scratch/head" | tr -d '\r')
done
# Four lines a file. A reader who finds the configuration is to find the weights too.
jq -sr 'if all(.path | test("\n") or (split("/") | any(. == "" or . == "." or . == "..")) | not) then . else error end
  | sort_by(.path == "config.json") | .[]
  | .path, "\(.size) \(.lfs.oid // .oid)", (if .lfs then "sha256" else "sha1" end), (.path | @uri | gsub("%2F"; "/"))' \
  "$scratch/files" >"$scratch/sorted" 2>/dev/null || fail integrity "a name leads out of the model's directory"
while IFS= read -r path && read -r listed && read -r how && IFS= read -r url; do
  place=$directory/$path
  if [ -f "$place" ] && [ "$(facts "$place" "$how")" = "$listed" ]; then continue; fi
  mkdir -p "${place%/*}" 2>"$scratch/why" || fail internal "$(cat "$scratch/why")"
  part=$place.$$.part
  get -o "$part" "$hub/$quoted/resolve/$commit/$url" || fail internal "curl ended with $?"
  # curl makes no file of an answer without bytes.
  [ -e "$part" ] || : >"$part"
  found=$(facts "$part" "$how")
  [ "$found" = "$listed" ] || fail integrity "$path is $found and not the listed $listed"
  mv -fT "$part" "$place" 2>"$scratch/why" || fail internal "$(cat "$scratch/why")"
  part=
done <"$scratch/sorted"
answer --arg directory "$directory" '{type: "result", $id, ok: {$directory}}'
