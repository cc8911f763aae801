#!/usr/bin/env bash
# Installs `airspec` for the steps of the action: the binary of the release of this checkout, after a check of its checksum.
# Where there is none (no release yet, or another machine), it builds this checkout, which needs Rust. A program that is
# installed already is used.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
releases=${AIRSPEC_RELEASES:-https://github.com/airspec/airspec/releases/download}

if command -v airspec >/dev/null; then
    echo "using $(command -v airspec), $(airspec --version)"
    exit
fi

case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
    Linux-X64) target=x86_64-unknown-linux-musl ;;
    Linux-ARM64) target=aarch64-unknown-linux-musl ;;
    macOS-X64) target=x86_64-apple-darwin ;;
    macOS-ARM64) target=aarch64-apple-darwin ;;
    Windows-X64) target=x86_64-pc-windows-msvc ;;
    *) target=none ;;
esac
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
folder=${RUNNER_TEMP:?}/airspec-$version
archive=airspec-$target.tar.gz
mkdir -p "$folder"

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

if [ "$target" != none ] && curl --fail --silent --location --retry 3 --output "$folder/SHA256SUMS" "$releases/v$version/SHA256SUMS"; then
    curl --fail --silent --show-error --location --retry 3 --output "$folder/$archive" "$releases/v$version/$archive"
    wanted=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$folder/SHA256SUMS")
    if [ -z "$wanted" ] || [ "$(sha256 "$folder/$archive")" != "$wanted" ]; then
        echo "::error title=airspec::$archive of v$version does not have the checksum of the release"
        exit 2
    fi
    tar -xzf "$folder/$archive" -C "$folder" --strip-components=1
    echo "$folder" >> "$GITHUB_PATH"
else
    echo "v$version has no binary for this machine; building it"
    cargo install --locked --path "$root/conformance" --root "$folder"
    echo "$folder/bin" >> "$GITHUB_PATH"
fi
