// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/env_file.hpp"

#include "base/ascii.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <format>

namespace hotreload {

namespace {

constexpr std::string_view kWhitespace = " \t\n\r";
constexpr std::string_view kEndOfLine = "\n\r";

class Parser {
public:
    Parser(std::string_view text, const std::string& path) : text_(text), path_(path) {}

    Checked<std::map<std::string, std::string>> parse() {
        while (skip_to_content())
            assignment();
        if (!problems_.empty())
            return std::unexpected(std::move(problems_));
        return std::move(variables_);
    }

private:
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] bool at(std::string_view set) const {
        return !at_end() && set.contains(text_[at_]);
    }

    void skip_line() {
        while (!at_end() && !at(kEndOfLine))
            ++at_;
    }

    // Past blank lines and comments; false at the end of the file.
    bool skip_to_content() {
        for (; !at_end(); ++at_) {
            if (at("#;"))
                skip_line();
            else if (!at(kWhitespace))
                return true;
            if (at_end())
                return false;
        }
        return false;
    }

    void assignment() {
        const std::size_t start = at_;
        while (!at_end() && !at("=") && !at(kEndOfLine))
            ++at_;
        std::string_view name = text_.substr(start, at_ - start);
        name = name.substr(0, name.find_last_not_of(kWhitespace) + 1);
        if (!at("=")) {
            problem(start, "expected NAME=VALUE; a value of several lines stands in quotes");
            return;
        }
        ++at_;
        std::string value = this->value();
        // The name is not quoted: it may be a part of a secret whose quotes were forgotten.
        if (!valid_env_name(name))
            problem(start, name.starts_with("export ")
                               ? "write NAME=VALUE without \"export\": this is no shell script"
                               : "what stands before the \"=\" is not a valid name of an "
                                 "environment variable");
        else if (value.contains('\0'))
            problem(start, std::format("the value of {} contains a NUL character", name));
        else
            variables_[std::string(name)] = std::move(value);
    }

    // Any number of quoted parts, white space between them dropped, then an unquoted rest.
    std::string value() {
        std::string out;
        for (; !at_end(); ++at_) {
            if (at(kEndOfLine))
                return out;
            if (at("'"))
                single_quoted(out);
            else if (at("\""))
                double_quoted(out);
            else if (!at(kWhitespace)) {
                unquoted(out);
                return out;
            }
        }
        return out;
    }

    // Reads from the opening quote to the closing one; the caller steps over that.
    void single_quoted(std::string& out) {
        const std::size_t start = at_;
        for (++at_; !at_end(); ++at_) {
            if (at("'"))
                return;
            out += text_[at_];
        }
        problem(start, "the quote that begins here is not closed");
    }

    void double_quoted(std::string& out) {
        const std::size_t start = at_;
        for (++at_; !at_end(); ++at_) {
            if (at("\""))
                return;
            if (!at("\\")) {
                out += text_[at_];
                continue;
            }
            ++at_;
            if (at_end())
                break;
            if (at("\n"))
                continue; // a continued line
            if (!at("\"\\`$"))
                out += '\\'; // as the shell does: it escapes nothing else here
            out += text_[at_];
        }
        problem(start, "the quote that begins here is not closed");
    }

    // Reads to the end of the line. White space at its end is dropped unless it was escaped.
    void unquoted(std::string& out) {
        std::size_t keep = out.size();
        for (; !at_end() && !at(kEndOfLine); ++at_) {
            if (at("\\")) {
                ++at_;
                if (at_end())
                    break;
                if (at(kEndOfLine)) {
                    keep = out.size();
                    continue;
                }
                out += text_[at_];
                keep = out.size();
                continue;
            }
            out += text_[at_];
            if (!at(kWhitespace))
                keep = out.size();
        }
        out.resize(keep);
    }

    void problem(std::size_t offset, std::string message) {
        problems_.push_back(problem_at_offset(path_, text_, offset, std::move(message)));
    }

    std::string_view text_;
    const std::string& path_;
    std::size_t at_ = 0;
    std::map<std::string, std::string> variables_;
    std::vector<Problem> problems_;
};

} // namespace

Checked<std::map<std::string, std::string>> parse_env_file(std::string_view text,
                                                           const std::string& path) {
    if (auto problem = check_utf8(path, text))
        return std::unexpected(std::vector{*std::move(problem)});
    return Parser(text, path).parse();
}

bool valid_env_name(std::string_view name) {
    const auto letter = [](char c) { return is_letter(c) || c == '_'; };
    return !name.empty() && letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || is_digit(c); });
}

} // namespace hotreload
