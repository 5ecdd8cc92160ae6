#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# format.sh SOURCE_ROOT CACHE_DIR: every C++ file is as .clang-format says. Repair: dev/format
# A tree that was found so leaves a stamp in CACHE_DIR, and is not looked at again.
set -eu
stamps=$2
cd "$1"
files() { find src tests bench examples \( -name '*.cpp' -o -name '*.hpp' \) -print0 2>/dev/null | sort -z; }
stamp=$stamps/$( (clang-format --version; cat .clang-format; files | xargs -0r sha256sum) | sha256sum | cut -c1-64)
[ ! -e "$stamp" ] || exit 0
files | xargs -0r clang-format --dry-run -Werror
mkdir -p "$stamps"
touch "$stamp"
