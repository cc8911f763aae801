#!/usr/bin/env bash
# Runs the suite for the action: the report, an annotation for each cause of findings, and the summary of the job. The exit
# code is that of `airspec`.
set -uo pipefail
report=${AIRSPEC_ACTION_REPORT:?}
words=(conformance --format github --report "$report")
if [ -n "${AIRSPEC_ACTION_TARGET:-}" ]; then words+=(--target "$AIRSPEC_ACTION_TARGET"); fi
# Words as a shell would split them, but nothing is expanded.
while IFS= read -r word; do words+=("$word"); done < <(xargs -n 1 printf '%s\n' <<< "${AIRSPEC_ACTION_ARGS:-}" | sed '/^$/d')

airspec "${words[@]}"
code=$?

if [ -f "$report/report.json" ]; then
    outcome=$(sed --quiet '/"outcome":/{s/.*: "\([a-z-]*\)".*/\1/p;q}' "$report/report.json")
    echo "outcome=$outcome" >> "$GITHUB_OUTPUT"
fi
if [ -f "$report/report.md" ]; then cat "$report/report.md" >> "$GITHUB_STEP_SUMMARY"; fi
exit "$code"
