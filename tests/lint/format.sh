#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# format.sh SOURCE_ROOT: every C++ file is as .clang-format says. Repair: dev/format
set -eu
cd "$1"
find src tests bench examples \( -name '*.cpp' -o -name '*.hpp' \) -print0 2>/dev/null |
    xargs -0r clang-format --dry-run -Werror
