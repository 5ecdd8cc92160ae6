// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of the standard library that nearly every source includes, precompiled in a development build. A source
// includes what it uses all the same: dev/test --all has a build without this.
#include <algorithm>
#include <array>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <format>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
