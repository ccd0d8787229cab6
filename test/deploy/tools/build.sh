#!/usr/bin/env bash
# Gets what renders and checks the manifests, once, and prints the folder: bin/kustomize, bin/helm, and schemas/ with a
# strict JSON schema for each kind of the oldest and the newest Kubernetes. Needs Go 1.25 or later, and Python with pip.
#   build.sh            gets them unless they are there
#   build.sh --cached   only says, by exit code 0, that they are there
# The folder is ${AUDITSHIP_CACHE:-~/.cache/auditship}/manifest-tools-HASH, of this script's hash.
set -euo pipefail

kustomize=v5.8.1
helm=v4.1.0
schemas=1.37.0 # of the PyPI package kubernetes-validate, which has those of each Kubernetes from 1.25 on

cache=${AUDITSHIP_CACHE:-$HOME/.cache/auditship}
folder=$cache/manifest-tools-$(cksum <"${BASH_SOURCE[0]}" | cut -d' ' -f1)
if [ -e "$folder/complete" ]; then echo "$folder"; exit 0; fi
if [ "${1:-}" = --cached ]; then exit 1; fi

command -v go >/dev/null || { echo 'Go is missing: install Go 1.25 or later, it builds kustomize and helm' >&2; exit 1; }
python3 -m pip --version >/dev/null || { echo 'Python with pip is missing: it gets the schemas' >&2; exit 1; }
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# One builds, the others wait.
exec 9>"$folder/lock"
if command -v flock >/dev/null; then flock 9; fi
if [ -e "$folder/complete" ]; then echo "$folder"; exit 0; fi

echo "building kustomize and helm into $folder, once, in some three minutes" >&2
work=$(mktemp -d "$folder/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
export GOBIN=$folder/bin CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=mod TMPDIR=$work
go install -ldflags='-s -w' "sigs.k8s.io/kustomize/kustomize/v5@$kustomize" >&2
go install -ldflags='-s -w' "helm.sh/helm/v4/cmd/helm@$helm" >&2

python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "kubernetes-validate==$schemas" >&2
python3 -m zipfile -e "$work"/kubernetes_validate-*.whl "$work/wheel"
mkdir -p "$folder/schemas"
for version in v1.25.0 "v$schemas"; do
  cp -r "$work/wheel/kubernetes_validate/kubernetes-json-schema/$version-local-strict" "$folder/schemas/$version"
done
touch "$folder/complete"
echo "$folder"
