#!/bin/sh
# The canary: a download as one writes it in five minutes, in the protocol's one-shot form.
# It verifies nothing, resumes nothing and writes to the final names. A run in which it keeps what canary.json says
# that it breaks is a run of a broken court.
set -u
line=$2
field() { printf '%s' "$line" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
fail() { printf '{"type":"result","id":%s,"error":{"kind":"%s","message":"curl ended with %s"}}\n' "$id" "$1" "$2"; exit 0; }
case $line in
*'"type":"hello"'*)
  version=$(curl --version | sed -n '1s/curl \([^ ]*\).*/\1/p')
  printf '{"type":"hello","id":0,"protocol":1,"name":"naive-curl","version":"%s","roles":["downloader"],' "$version"
  printf '"operations":["download"],"capabilities":["cancel","revision"],"layouts":["hubapi"]}\n'
  exit 0 ;;
esac
root=$(field root) repository=$(field repository) revision=$(field revision)
revision=${revision:-main}
directory=$root/models/$repository
api=$HF_ENDPOINT/api/models/$repository/tree/$revision?recursive=true
listing=$(curl -sfL --max-time 20 "$api") || fail network $?
printf '%s' "$listing" | sed 's/{"type"/\n&/g' | grep '"type":"file"' | sed 's/.*"path":"\([^"]*\)".*/\1/' | while read -r path; do
  mkdir -p "$directory/$(dirname "$path")"
  curl -sfL --max-time 20 -o "$directory/$path" "$HF_ENDPOINT/$repository/resolve/$revision/$path" || exit $?
done || fail network $?
printf '{"type":"result","id":%s,"ok":{"directory":"%s"}}\n' "$id" "$directory"
