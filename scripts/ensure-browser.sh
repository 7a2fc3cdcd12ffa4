#!/usr/bin/env bash
# Prints the path of a Chromium and installs one if need be. No output with exit code 0 means that Playwright's
# own build is installed, which its test runner finds by itself.
set -euo pipefail
cd "$(dirname "$0")/.."

find_one() {
  if [ -n "${CHROMIUM_PATH:-}" ] && [ -x "$CHROMIUM_PATH" ]; then
    echo "$CHROMIUM_PATH"
    return 0
  fi
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return 0
  done
  return 1
}

find_one && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  for _ in 1 2 3; do # another job may hold the package manager's lock
    {
      apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
    } >&2 && break
    sleep 10
  done
  find_one && exit 0
fi
if [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; then
  node node_modules/@playwright/test/cli.js install --with-deps chromium >&2 && exit 0
fi
node node_modules/@playwright/test/cli.js install chromium >&2
