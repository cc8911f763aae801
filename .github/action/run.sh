#!/usr/bin/env bash
# Runs the suite for the action: the report, an annotation for each of the first findings, and the summary of the job. The
# exit code is that of `airspec`.
set -uo pipefail
report=${AIRSPEC_ACTION_REPORT:?}
words=(conformance --report "$report")
if [ -n "${AIRSPEC_ACTION_TARGET:-}" ]; then words+=(--target "$AIRSPEC_ACTION_TARGET"); fi
# Words as a shell would split them, but nothing is expanded.
while IFS= read -r word; do words+=("$word"); done < <(xargs -n 1 printf '%s\n' <<< "${AIRSPEC_ACTION_ARGS:-}" | sed '/^$/d')

# Texts of the server are printed; none of them is a command to the runner.
token=airspec-$RANDOM$RANDOM$RANDOM
echo "::stop-commands::$token"
airspec "${words[@]}"
code=$?
echo "::$token::"

if [ -f "$report/report.json" ]; then
    jq --raw-output '
        def data: gsub("%"; "%25") | gsub("\r"; "%0D") | gsub("\n"; "%0A");
        def property: data | gsub(":"; "%3A") | gsub(","; "%2C");
        [.groups[] | select(.verdict == "fail" or .verdict == "note")][:10][]
        | "\(.finding // .verdict), \(.cases | length) cases: \(.cause)" as $title
        | "::\(if .verdict == "fail" then "error" else "warning" end) title=\($title | property)::\("\(.cases[0]): \(.detail)" | data)"
    ' "$report/report.json"
    echo "outcome=$(jq --raw-output .summary.outcome "$report/report.json")" >> "$GITHUB_OUTPUT"
fi
if [ -f "$report/report.md" ]; then cat "$report/report.md" >> "$GITHUB_STEP_SUMMARY"; fi
exit "$code"
