// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/seal.hpp"

#include <cstdint>
#include <format>

namespace hotreload::state {

namespace {

constexpr std::string_view kMember = R"(,"sum":")";
constexpr std::string_view kEnd = "\"}\n";
constexpr std::size_t kSumDigits = 16;

// FNV-1a: no change of a single byte goes unseen.
std::string sum_of(std::string_view text) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const char c : text)
        sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return std::format("{:016x}", sum);
}

} // namespace

std::string seal(std::string object) {
    object.pop_back();
    const auto sum = sum_of(object);
    object.append(kMember).append(sum).append(kEnd);
    return object;
}

bool seal_holds(std::string_view text) {
    constexpr auto length = kMember.size() + kSumDigits + kEnd.size();
    if (text.size() < length || !text.ends_with(kEnd))
        return true;
    const auto sealed = text.substr(0, text.size() - length);
    const auto rest = text.substr(sealed.size());
    return !rest.starts_with(kMember) || rest.substr(kMember.size(), kSumDigits) == sum_of(sealed);
}

} // namespace hotreload::state
