#!/bin/sh
# wget with -c, as its users run it: goes on with what lies at the final name. Needs wget and jq.
ask() { printf '%s' "$2" | jq -r "$1"; }
line=$2
id=$(ask .id "$line")
answer() { jq -cn --argjson id "$id" "$@"; exit 0; }
if [ "$(ask .type "$line")" = hello ]; then
  answer --arg version "$(wget --version | sed -n '1s/.* \([0-9.]*\) .*/\1/p')" '{type: "hello", $id, protocol: 1,
    name: "wget", $version, roles: ["downloader"], operations: ["download"],
    capabilities: ["cancel", "revision"], layouts: ["hubapi"]}'
fi
fail() {
  case $1 in 4) kind=network ;; 6) kind=unauthorized ;; 8) kind=repository-not-found ;; 3) kind=disk-io ;; *) kind=internal ;; esac
  answer --arg kind $kind '{type: "result", $id, error: {$kind, message: "wget failed"}}'
}
repository=$(ask .request.repository "$line")
revision=$(ask '.request.revision // "main" | @uri' "$line")
directory=$(ask .root "$line")/models/$repository
listing=$(wget -q --tries=3 --timeout=5 -O - "$HF_ENDPOINT/api/models/$repository/tree/$revision?recursive=true") || fail $?
printf '%s' "$listing" | jq -r '.[] | select(.type == "file") | .path' | while read -r path; do
  mkdir -p "$(dirname "$directory/$path")"
  url=$HF_ENDPOINT/$repository/resolve/$revision/$(printf '%s' "$path" | jq -sRr '@uri' | sed 's/%2F/\//g')
  wget -q -c --tries=3 --timeout=5 -O "$directory/$path" "$url" || exit $?
done || fail $?
answer --arg directory "$directory" '{type: "result", $id, ok: {$directory}}'
