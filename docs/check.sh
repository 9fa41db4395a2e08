#!/usr/bin/env bash
# Checks the documentation: every relative link of every Markdown file leads somewhere.
set -euo pipefail
cd "$(dirname "$0")/.."

broken=0
while IFS= read -r file; do
    while IFS= read -r target; do
        target=${target%%#*}
        [ -z "$target" ] && continue
        if [ ! -e "$(dirname "$file")/$target" ]; then
            echo "$file: no such file: $target" >&2
            broken=1
        fi
    done < <(grep -oE '\]\([^)]+\)' "$file" | sed -E 's/^\]\(//; s/\)$//' | grep -vE '^(https?:|mailto:|#)' || true)
done < <(git ls-files '*.md')
exit "$broken"
