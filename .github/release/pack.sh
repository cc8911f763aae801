#!/usr/bin/env bash
# Packs a built `airspec` as a release has it:
#
#     bash .github/release/pack.sh TARGET FOLDER OUT
#
# FOLDER has the program; OUT gets `airspec-TARGET.tar.gz`, with the folder `airspec-TARGET` in it. The same names stand in
# conformance/Cargo.toml (cargo binstall), in .github/action/install.sh and in README.md.
set -euo pipefail
[ "$#" = 3 ] || { sed -n '3p;4p' "$0" >&2; exit 2; }
target=$1 folder=$2 out=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
program=airspec
case $target in *-windows-*) program=airspec.exe ;; esac

mkdir -p "$out"
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
mkdir "$staging/airspec-$target"
cp "$folder/$program" "$root/README.md" "$root/CHANGELOG.md" "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$staging/airspec-$target"
tar -czf "$out/airspec-$target.tar.gz" -C "$staging" "airspec-$target"
