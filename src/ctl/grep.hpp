// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Grep is the pattern of `logs --grep`: a Perl-compatible regular expression, as journalctl has it.
// The work for one message is bounded, because nobody knows what services write.

#include <expected>
#include <memory>
#include <string>
#include <string_view>

struct pcre2_real_code_8;
struct pcre2_real_match_context_8;
struct pcre2_real_match_data_8;

namespace hotreload::ctl {

class Grep {
public:
    // The pattern is matched in any case of letters where it has no capital. The error says what is
    // wrong with the pattern.
    static std::expected<Grep, std::string> compile(const std::string& pattern);

    // The pattern is somewhere in the first 4096 bytes, or it takes too long to find out.
    [[nodiscard]] bool admits(std::string_view text) const;

private:
    struct Free {
        void operator()(pcre2_real_code_8* code) const;
        void operator()(pcre2_real_match_context_8* context) const;
        void operator()(pcre2_real_match_data_8* data) const;
    };

    std::unique_ptr<pcre2_real_code_8, Free> code_;
    std::unique_ptr<pcre2_real_match_context_8, Free> context_;
    std::unique_ptr<pcre2_real_match_data_8, Free> data_;
};

} // namespace hotreload::ctl
