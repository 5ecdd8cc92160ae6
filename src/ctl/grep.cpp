// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/grep.hpp"

#include "base/ascii.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <new>

namespace hotreload::ctl {

namespace {

constexpr std::size_t kLongest = 4096;        // of a message
constexpr std::uint32_t kMaxSteps = 10'000;   // from each place where a match may begin
constexpr std::uint32_t kMaxHeap = 16 * 1024; // KiB

} // namespace

void Grep::Free::operator()(pcre2_real_code_8* code) const {
    pcre2_code_free(code);
}

void Grep::Free::operator()(pcre2_real_match_context_8* context) const {
    pcre2_match_context_free(context);
}

void Grep::Free::operator()(pcre2_real_match_data_8* data) const {
    pcre2_match_data_free(data);
}

std::expected<Grep, std::string> Grep::compile(const std::string& pattern) {
    const bool capitals = std::ranges::any_of(pattern, is_upper);
    const std::uint32_t options =
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | (capitals ? 0 : PCRE2_CASELESS);
    int error = 0;
    std::size_t offset = 0;
    Grep grep;
    grep.code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   options, &error, &offset, nullptr));
    if (!grep.code_) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(error, text.data(), text.size());
        return std::unexpected(reinterpret_cast<const char*>(text.data()));
    }
    grep.context_.reset(pcre2_match_context_create(nullptr));
    grep.data_.reset(pcre2_match_data_create(1, nullptr));
    if (!grep.context_ || !grep.data_)
        throw std::bad_alloc();
    pcre2_set_match_limit(grep.context_.get(), kMaxSteps);
    pcre2_set_heap_limit(grep.context_.get(), kMaxHeap);
    return grep;
}

bool Grep::admits(std::string_view text) const {
    const int found =
        pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                    std::min(text.size(), kLongest), 0, 0, data_.get(), context_.get());
    return found != PCRE2_ERROR_NOMATCH;
}

} // namespace hotreload::ctl
