// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/command_words.hpp"

#include "base/ascii.hpp"
#include "config/env_file.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <optional>

namespace hotreload {

namespace {

constexpr std::string_view kBlanks = " \t\n";
constexpr std::string_view kOperators = "|&;<>()";
constexpr std::string_view kPatterns = "*?[";
constexpr std::string_view kEscapedInQuotes = "\"\\$`\n"; // by a backslash within "…"
constexpr auto kBuiltIns = std::to_array<std::string_view>(
    {"cd",     "exec",  "source", ".",    "export", "set",     "unset",
     "ulimit", "umask", "eval",   "trap", "if",     "for",     "while",
     "until",  "case",  "!",      "{",    "alias",  "command", "builtin"});

bool is_blank(char c) {
    return kBlanks.contains(c);
}

// Goes through the text once, from left to right.
class Splitter {
public:
    Splitter(std::string_view text, std::string_view variable) : text_(text), variable_(variable) {
        while (!text_.empty() && is_blank(text_.back()) && !escaped_at_end())
            text_.remove_suffix(1);
    }

    Result<std::vector<CommandWord>> split() {
        while (!error_ && at_ < text_.size()) {
            if (is_blank(text_[at_]))
                skip_blanks();
            else
                take_word();
        }
        if (!error_)
            check_first();
        if (error_)
            return std::unexpected(*std::move(error_));
        return std::move(words_);
    }

private:
    // A blank at the end that a backslash makes a character of the word.
    [[nodiscard]] bool escaped_at_end() const {
        const auto before = text_.substr(0, text_.size() - 1);
        const auto last = before.find_last_not_of('\\');
        const auto backslashes = before.size() - (last == std::string_view::npos ? 0 : last + 1);
        return backslashes % 2 == 1;
    }

    void bad(std::string message) {
        if (!error_)
            error_ = Error{ErrorCode::Invalid, std::move(message)};
    }

    void only_a_shell(std::string_view what, std::string_view why) {
        bad(std::format("\"{}\" {}, and no shell reads the command: write {}", what, why,
                        shell_command(text_)));
    }

    void skip_blanks() {
        for (; at_ < text_.size() && is_blank(text_[at_]); ++at_)
            if (text_[at_] == '\n' && !words_.empty())
                bad(std::format("the command goes on in another line, which is another command to "
                                "a shell: write one line, or {}",
                                shell_command(text_)));
    }

    void take_word() {
        word_ = {};
        word_.home = text_.substr(at_).starts_with("~/") || text_.substr(at_) == "~" ||
                     (text_[at_] == '~' && is_blank(text_[at_ + 1]));
        start_ = at_;
        while (!error_ && at_ < text_.size() && !is_blank(text_[at_]))
            take_one();
        words_.push_back(std::move(word_));
    }

    void take_one() {
        const char c = text_[at_];
        if (c == '\'')
            take_single_quoted();
        else if (c == '"')
            take_double_quoted();
        else if (c == '\\')
            take_escaped();
        else if (c == '$' || c == '`')
            take_expansion();
        else if (kOperators.contains(c))
            only_a_shell(operator_here(), "is for a shell");
        else if (kPatterns.contains(c) || braces_here())
            bad(std::format("\"{}\" is a pattern, which a shell would replace by names of files, "
                            "and none reads the command: write {}, or the word in quotes when it "
                            "is meant as it stands",
                            word_here(), shell_command(text_)));
        else if (c == '#' && at_ == start_)
            only_a_shell("#", "begins a comment for a shell");
        else if (c == '~' && at_ == start_ && !word_.home)
            only_a_shell(word_here(), "is for a shell");
        else
            word_.text += text_[at_++];
    }

    void take_single_quoted() {
        const auto end = text_.find('\'', at_ + 1);
        if (end == std::string_view::npos)
            return bad("a ' without its end: a command is split as a shell would, and there a ' "
                       "begins a quotation; for the character write \\' (or an array of strings)");
        word_.text += text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
    }

    void take_double_quoted() {
        ++at_;
        while (!error_ && at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] == '\\' && at_ + 1 < text_.size() &&
                kEscapedInQuotes.contains(text_[at_ + 1])) {
                if (text_[at_ + 1] != '\n')
                    word_.text += text_[at_ + 1];
                at_ += 2;
            } else if (text_[at_] == '$' || text_[at_] == '`') {
                take_expansion();
            } else {
                word_.text += text_[at_++];
            }
        }
        if (at_ == text_.size())
            return bad("a \" without its end: a command is split as a shell would, and there a \" "
                       "begins a quotation; for the character write \\\" in '…' (or an array of "
                       "strings)");
        ++at_;
    }

    void take_escaped() {
        if (at_ + 1 == text_.size())
            return bad("ends in a backslash, which takes the meaning of the next character away: "
                       "write two for one");
        if (text_[at_ + 1] != '\n') // that one continues the line
            word_.text += text_[at_ + 1];
        at_ += 2;
    }

    // "$NAME", "${NAME}", "$(…)", "$1" and `…`; a lone "$" is a character like any other.
    void take_expansion() {
        if (text_[at_] == '`')
            return only_a_shell("`", "runs a command for a shell");
        const auto rest = text_.substr(at_ + 1);
        if (rest.starts_with('('))
            return only_a_shell("$(", "runs a command for a shell");
        const bool braces = rest.starts_with('{');
        const auto name = rest.substr(braces ? 1 : 0);
        const auto end = std::ranges::find_if_not(
            name, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
        const auto length = static_cast<std::size_t>(end - name.begin());
        const auto found = name.substr(0, length);
        const bool special = !braces && !rest.empty() &&
                             std::string_view("@*#?-!$0123456789").contains(rest.front());
        if (!special && !braces && length == 0) {
            word_.text += text_[at_++];
            return;
        }
        const auto whole =
            text_.substr(at_, braces ? std::min(text_.find('}', at_), text_.size() - 1) + 1 - at_
                                     : 1 + std::max<std::size_t>(length, 1));
        if (!variable_.empty() && found == variable_ && (!braces || whole.ends_with('}'))) {
            word_.text += whole;
            at_ += whole.size();
            return;
        }
        bad(std::format("\"{}\" is a variable of a shell, and none reads the command: write {}, or "
                        "the value itself",
                        whole, shell_command(text_)));
    }

    // "{a,b}", "{1..3}"; others are characters like any other.
    [[nodiscard]] bool braces_here() const {
        if (text_[at_] != '{')
            return false;
        const auto inside = word_here().substr(1);
        const auto end = inside.find('}');
        return end != std::string_view::npos &&
               (inside.substr(0, end).contains(',') || inside.substr(0, end).contains(".."));
    }

    // The text up to the next blank.
    [[nodiscard]] std::string_view word_here() const {
        const auto end = text_.find_first_of(kBlanks, at_);
        return text_.substr(at_, end - at_);
    }

    [[nodiscard]] std::string_view operator_here() const {
        const bool two = at_ + 1 < text_.size() && text_[at_ + 1] == text_[at_];
        return text_.substr(at_, two ? 2 : 1);
    }

    // "NAME=VALUE program", "cd DIR".
    void check_first() {
        if (words_.empty() || text_.starts_with('"') || text_.starts_with('\''))
            return;
        const auto& first = words_.front().text;
        const auto equals = first.find('=');
        if (equals != std::string::npos && valid_env_name(first.substr(0, equals)))
            return bad(
                std::format("\"{}\" sets a variable for a shell, and none reads the command: "
                            "give env = {{ {} = {} }}, or write {}",
                            first, first.substr(0, equals), toml_string(first.substr(equals + 1)),
                            shell_command(text_)));
        if (std::ranges::contains(kBuiltIns, first))
            only_a_shell(first, "is a command of the shell itself");
    }

    std::string_view text_;
    std::string_view variable_;
    std::size_t at_ = 0;
    std::size_t start_ = 0; // of the word
    CommandWord word_;
    std::vector<CommandWord> words_;
    std::optional<Error> error_;
};

} // namespace

Result<std::vector<CommandWord>> split_command(std::string_view text, std::string_view variable) {
    return Splitter(text, variable).split();
}

std::string toml_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += '\\';
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (byte < 0x20 || byte == 0x7f)
            out += std::format("\\u{:04X}", byte);
        else
            out += c;
    }
    return out + '"';
}

std::string shell_command(std::string_view text) {
    return std::format("[\"sh\", \"-c\", {}]", toml_string(text));
}

std::string command_array(const std::vector<CommandWord>& words) {
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : ", ") + toml_string(word.text);
    return "[" + out + "]";
}

} // namespace hotreload
