#!/usr/bin/env bash
# Merges the shards of each subject, makes the matrix page and the other reports, and decides.
#
#   merge_matrix.sh SHARDS SITE
#
# SHARDS holds <subject>.<shard>.jsonl. The reference has to be conformant; every other subject has to be what its list of known
# deviations says, where it has one; and no run may be incomplete. All is written before anything fails.
set -euo pipefail

shards=$1
site=$2
adapters=harness/subjects/adapters
conform=(npm run -s mlx-conform --)

mkdir -p "$site/records"
# A subject of which no shard came is missing, and not forgotten: the matrix of the workflow names it.
mapfile -t subjects < <(find "$shards" -name '*.jsonl' -exec basename {} \; | sed -E 's/\.[0-9]+\.jsonl$//' | sort -u)
if [ "${#subjects[@]}" -eq 0 ]; then
  echo "::error::no shard of any subject is there"
  exit 5
fi

wrong=()
merged=()
for subject in "${subjects[@]}"; do
  mapfile -t parts < <(find "$shards" -name "$subject.*.jsonl" | grep -E "/$subject\.[0-9]+\.jsonl$" | sort)
  code=0
  "${conform[@]}" merge "${parts[@]}" --output "$site/records/$subject.jsonl" || code=$?
  if [ -e "$site/records/$subject.jsonl" ]; then
    merged+=("$site/records/$subject.jsonl")
  else
    # Half a run is shown as what it is.
    merged+=("${parts[@]}")
  fi
  list="$adapters/${subject//-/_}.deviations.json"
  case "$code" in
    0) ;;
    1)
      if [[ $subject == reference* || -e $list ]]; then
        wrong+=("$subject: not what it must be (1)")
      fi
      ;;
    *) wrong+=("$subject: incomplete or not judged ($code)") ;;
  esac
done

"${conform[@]}" report "${merged[@]}" \
  --html "$site/index.html" --junit "$site/junit.xml" --tap "$site/report.tap" \
  --markdown "$site/summary.md" --badge "$site/matrix.json"
if [ -e "$site/records/reference.jsonl" ]; then
  "${conform[@]}" report "$site/records/reference.jsonl" --badge "$site/badge.json" --title mlx-layout
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$site/summary.md" >> "$GITHUB_STEP_SUMMARY"
fi

for subject in "${wrong[@]}"; do
  echo "::error::$subject"
done
[ "${#wrong[@]}" -eq 0 ]
