#!/bin/sh
# aria2c as its users run it: resumable, to a name of its own and renamed, hashed where aria2 knows the hash. Needs aria2 and jq.
line=$2
ask() { printf '%s' "$line" | jq -r "$1"; }
answer() { jq -cn --argjson id "$(ask .id)" "$@"; exit 0; }
if [ "$(ask .type)" = hello ]; then
  answer --arg version "$(aria2c --version | sed -n '1s/.* //p')" '{type: "hello", $id, protocol: 1, name: "aria2", $version,
    roles: ["downloader"], operations: ["download"], capabilities: ["cancel", "revision"], layouts: ["hubapi"]}'
fi
fail() {
  case $1 in 2) kind=timeout ;; 3 | 22 | 24) kind=repository-not-found ;; 9) kind=disk-full ;; 15 | 16 | 17 | 18) kind=disk-io ;;
  23) kind=limit-exceeded ;; 29) kind=hub-unavailable ;; 32) kind=integrity ;; *) kind=network ;; esac
  answer --arg kind $kind --arg message "${2:-aria2c ended with $1}" '{type: "result", $id, error: {$kind, $message}}'
}
get() { aria2c -q --no-conf --allow-overwrite=true --auto-file-renaming=false --timeout=5 --max-tries=3 --retry-wait=1 "$@" >&2; }
repository=$(ask .request.repository) directory=$(ask .root)/models/$(ask .request.repository)
revision=$(ask '.request.revision // "main" | @uri')
get -d "$TMPDIR" -o listing "$HF_ENDPOINT/api/models/$repository/tree/$revision?recursive=true" || fail $?
jq -r '.[] | select(.type == "file") | .path, (.path | @uri | gsub("%2F"; "/")), .lfs.oid // ""' "$TMPDIR/listing" >"$TMPDIR/files" || fail 1
while IFS= read -r path && read -r quoted && read -r sha256; do
  part=${path##*/}.part place=$directory/$path
  get -c -d "${place%/*}" -o "$part" ${sha256:+--checksum=sha-256=$sha256} "$HF_ENDPOINT/$repository/resolve/$revision/$quoted" || fail $?
  mv -f "${place%/*}/$part" "$place" || fail 15
done <"$TMPDIR/files"
answer --arg directory "$directory" '{type: "result", $id, ok: {$directory}}'
