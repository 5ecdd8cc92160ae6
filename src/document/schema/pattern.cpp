// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/pattern.hpp"

#include "document/schema/ecma.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <format>
#include <new>
#include <utility>

namespace hotreload::document {

namespace {

constexpr std::size_t kMaxLength = std::size_t{32} * 1024; // of a pattern
constexpr std::uint32_t kMaxGroups = 200;     // in one another: PCRE2 compiles by recursion
constexpr std::uint32_t kMaxHeap = 64 * 1024; // KiB, for one match
constexpr std::uint64_t kMatchSteps = 20;     // that begin and end a match

// The place in the pattern at which the last item of a match began.
struct Progress {
    Steps* steps;
    std::size_t at;
};

// PCRE2 calls this before each item of the pattern, each time that it comes there. Its own limit
// does not bound the work: it begins anew at each character of the text, and one item of the
// pattern may run over all of the text.
int count_step(pcre2_callout_block* block, void* data) {
    auto& progress = *static_cast<Progress*>(data);
    const auto before = std::exchange(progress.at, block->current_position);
    const auto run = progress.at > before ? progress.at - before : before - progress.at;
    return progress.steps->try_take(2 + (run / 16)) ? 0 : PCRE2_ERROR_MATCHLIMIT;
}

std::string explained(int code) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(code, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

} // namespace

void Pattern::Free::operator()(pcre2_real_code_8* code) const {
    pcre2_code_free(code);
}

std::expected<Pattern, std::string> Pattern::compile(std::string_view ecma) {
    if (ecma.size() > kMaxLength)
        return std::unexpected(std::format("it is longer than {} bytes", kMaxLength));
    const auto translated = to_pcre(ecma);
    if (!translated)
        return std::unexpected(translated.error());
    const std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)> context(
        pcre2_compile_context_create(nullptr), &pcre2_compile_context_free);
    if (!context)
        throw std::bad_alloc();
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context.get(), kMaxGroups);
    constexpr auto options = PCRE2_UTF | PCRE2_AUTO_CALLOUT | PCRE2_ALLOW_EMPTY_CLASS |
                             PCRE2_DOLLAR_ENDONLY | PCRE2_DUPNAMES | PCRE2_MATCH_UNSET_BACKREF |
                             PCRE2_NEVER_BACKSLASH_C;
    int error = 0;
    std::size_t offset = 0;
    Pattern result;
    result.code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated->data()),
                                     translated->size(), options, &error, &offset, context.get()));
    if (!result.code_)
        return std::unexpected(explained(error));
    result.text_ = ecma;
    return result;
}

void Matcher::Free::operator()(pcre2_real_match_context_8* context) const {
    pcre2_match_context_free(context);
}

void Matcher::Free::operator()(pcre2_real_match_data_8* data) const {
    pcre2_match_data_free(data);
}

Matcher::Matcher(Steps& steps) : steps_(steps) {}

Matcher::Answer Matcher::find(const Pattern& pattern, std::string_view text) {
    if (!data_) {
        context_.reset(pcre2_match_context_create(nullptr));
        data_.reset(pcre2_match_data_create(1, nullptr));
        if (!context_ || !data_)
            throw std::bad_alloc();
        pcre2_set_heap_limit(context_.get(), kMaxHeap);
    }
    if (!steps_.try_take(kMatchSteps + (text.size() / 16)))
        return Answer::TooMuch;
    Progress progress{.steps = &steps_, .at = 0};
    pcre2_set_callout(context_.get(), count_step, &progress);
    const int found = pcre2_match(pattern.code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                  text.size(), 0, 0, data_.get(), context_.get());
    if (found >= 0)
        return Answer::Yes;
    const bool no_text = found <= PCRE2_ERROR_UTF8_ERR1 && found >= PCRE2_ERROR_UTF8_ERR21;
    return found == PCRE2_ERROR_NOMATCH || no_text ? Answer::No : Answer::TooMuch;
}

} // namespace hotreload::document
