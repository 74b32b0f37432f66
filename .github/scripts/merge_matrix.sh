#!/usr/bin/env bash
# Merges the shards of each subject, makes the matrix page and the other reports, and decides.
#
#   merge_matrix.sh SHARDS SITE
#
# SHARDS holds <subject>.<shard>.jsonl. The reference must be conformant. Every other subject must have been run to the end,
# and be what its list of known deviations says, where it has one. All is written before anything fails.
set -euo pipefail

shards=$1
site=$2
adapters=harness/subjects/adapters
conform=(npm run -s mlx-conform --)

mkdir -p "$site/records"
# A subject without shards failed in its own job.
mapfile -t subjects < <(find "$shards" -name '*.jsonl' -exec basename {} \; | sed -E 's/\.[0-9]+\.jsonl$//' | sort -u)
if [ "${#subjects[@]}" -eq 0 ]; then
  echo "::error::there is no shard of any subject"
  exit 5
fi

wrong=()
merged=()
for subject in "${subjects[@]}"; do
  mapfile -t parts < <(find "$shards" -name "$subject.*.jsonl" | grep -E "/$subject\.[0-9]+\.jsonl$" | sort)
  record="$site/records/$subject.jsonl"
  list="$adapters/${subject//-/_}.deviations.json"
  verdict="the shards do not make a run"
  code=0
  output=$("${conform[@]}" merge "${parts[@]}" --output "$record") || code=$?
  if [ -e "$record" ]; then
    verdict=${output%%:*}
    merged+=("$record")
    # The canary kept what it must break.
    if [ "$code" -eq 4 ]; then verdict="the suite is broken"; fi
  else
    # Half a run is shown as such.
    merged+=("${parts[@]}")
  fi
  echo "$subject: $verdict"
  case "$verdict" in
    conformant | "conformant with deviations") ;;
    "not conformant" | "deviations out of date" | partial | incomplete)
      if [[ $subject == reference* ]]; then
        wrong+=("$subject: $verdict")
      elif [[ -e $list && $verdict != partial ]]; then
        wrong+=("$subject: $verdict, and ${list##*/} says otherwise")
      fi
      ;;
    *) wrong+=("$subject: $verdict") ;;
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
