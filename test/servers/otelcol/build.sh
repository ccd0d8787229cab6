#!/usr/bin/env bash
# Builds the Collector of builder.yaml once and prints where the binary is. Needs Go 1.25 or later.
#   build.sh            builds it unless it is there
#   build.sh --cached   only says, by exit code 0, that it is there
# It lies in ${AUDITSHIP_CACHE:-~/.cache/auditship}, in a folder named for version and manifest.
set -euo pipefail

manifest=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/builder.yaml
version=$(sed -n 's/^  version: //p' "$manifest")
cache=${AUDITSHIP_CACHE:-$HOME/.cache/auditship}
hash=$(cksum <"$manifest" | cut -d" " -f1)
folder=$cache/otelcol-$version-$hash

if [ -x "$folder/otelcol" ]; then echo "$folder/otelcol"; exit 0; fi
if [ "${1:-}" = --cached ]; then exit 1; fi

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# One builds, the others wait. Without flock each builds its own; the rename below keeps that harmless.
exec 9>"$folder/lock"
if command -v flock >/dev/null; then flock 9; fi
if [ -x "$folder/otelcol" ]; then echo "$folder/otelcol"; exit 0; fi

echo "building OpenTelemetry Collector $version into $folder, once, in about two minutes" >&2
work=$(mktemp -d "$folder/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
cd "$work"
export TMPDIR=$work/tmp CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=mod
go run "go.opentelemetry.io/collector/cmd/builder@v$version" --config "$manifest" --ldflags='-s -w' >&2
mv "$work/otelcol" "$folder/otelcol"
echo "$folder/otelcol"
