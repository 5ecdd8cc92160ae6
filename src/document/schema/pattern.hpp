// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A regular expression of a schema (ECMA-262, as in ecma.hpp), matched by PCRE2 within a bounded
// number of steps. Only document/schema/ asks.

#include "document/schema/steps.hpp"

#include <expected>
#include <memory>
#include <string>
#include <string_view>

struct pcre2_real_code_8;
struct pcre2_real_match_context_8;
struct pcre2_real_match_data_8;

namespace hotreload::document {

class Pattern {
public:
    // The error says what is wrong with it.
    static std::expected<Pattern, std::string> compile(std::string_view ecma);

    [[nodiscard]] const std::string& text() const { return text_; } // as it is written

private:
    friend class Matcher;
    struct Free {
        void operator()(pcre2_real_code_8* code) const;
    };

    std::string text_;
    std::unique_ptr<pcre2_real_code_8, Free> code_;
};

// Memory that matching needs beside the pattern, kept for many matches.
class Matcher {
public:
    // `steps` has to outlive it.
    explicit Matcher(Steps& steps);

    enum class Answer { No, Yes, TooMuch };
    // Finds the pattern anywhere in `text`. TooMuch: there are no steps left, or the text would
    // take too much memory. Text that is not UTF-8 matches nothing.
    [[nodiscard]] Answer find(const Pattern& pattern, std::string_view text);

private:
    struct Free {
        void operator()(pcre2_real_match_context_8* context) const;
        void operator()(pcre2_real_match_data_8* data) const;
    };

    Steps& steps_;
    std::unique_ptr<pcre2_real_match_context_8, Free> context_;
    std::unique_ptr<pcre2_real_match_data_8, Free> data_;
};

} // namespace hotreload::document
