// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/formats.hpp"
#include "document/sections.hpp"

#include <optional>

namespace hotreload::document {

namespace {

// The mark of an entry with a colon for its separator, and of one whose line ends with "\r\n": to
// programs that know no such separator or line end it is another entry, though it has the same name
// and text.
constexpr std::string_view kColon = "after a colon";
constexpr std::string_view kCarriageReturn = "before a carriage return";
constexpr std::string_view kColonAndReturn = "after a colon, before a carriage return";

std::string_view without_return(std::string_view line) {
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

// Ini reads a format that has no standard. It leaves out only what no dialect takes for a part of
// the configuration: lines of comments, blank lines, and blanks at both ends of a line and around
// its separator. The rules of Python's configparser tell what a line means; a file that other
// programs read otherwise still differs whenever its lines do.
class Ini {
public:
    Ini(std::string_view text, const DocumentLimits& limits) : lines_(text), sections_(limits) {}

    Value parse() {
        if (lines_.skip(kBom)) // not every program looks for it: an entry of that name
            sections_.add(std::string(kBom), {}, {.line = 1, .column = 1});
        for (std::string_view line; lines_.next(line);)
            take(line);
        finish();
        return sections_.take();
    }

private:
    void take(std::string_view line) {
        if (escaped_) { // in some dialects this line is a part of the one before it, whatever it is
            more(std::string("\n"), line);
            escaped_ = without_return(line).ends_with('\\');
            return;
        }
        const bool returns = line.ends_with('\r');
        line = without_return(line);
        const auto text = trim(line);
        if (text.empty()) {
            ++blank_lines_;
            return;
        }
        if (is_comment(text))
            return;
        const auto indent = static_cast<std::size_t>(text.data() - line.data());
        const Place place{.line = lines_.number(),
                          .column = 1 + static_cast<std::uint32_t>(indent)};
        if (name_ && indent > indent_)
            go_on(text);
        else if (text.front() == '[')
            section(text, place);
        else
            entry(text, place);
        if (name_) {
            returns_ = returns;
            escaped_ = line.ends_with('\\');
        }
    }

    // An indented line is more of the value, and blank lines between them are, too.
    void go_on(std::string_view text) {
        more((returns_ ? "\r" : "") + std::string(blank_lines_ + 1, '\n'), text);
        blank_lines_ = 0;
    }

    void more(const std::string& line_ends, std::string_view text) {
        text_ += line_ends;
        text_ += text;
        separator_ = separator_ == '\0' ? '=' : separator_;
    }

    void section(std::string_view text, Place place) {
        finish();
        const auto first = text.find(']');
        if (first == std::string_view::npos)
            fail_at(place, "the section's ] is missing");
        const auto last = text.rfind(']');
        if (const auto rest = trim(text.substr(last + 1)); rest.empty() || is_comment(rest)) {
            sections_.begin(std::string(text.substr(1, last - 1)), place);
            return;
        }
        // "[core] bare = true", as git has it.
        sections_.begin(std::string(text.substr(1, first - 1)), place);
        const auto rest = trim(text.substr(first + 1));
        place.column += static_cast<std::uint32_t>(rest.data() - text.data());
        entry(rest, place);
    }

    void entry(std::string_view text, Place place) {
        finish();
        const auto separator = text.find_first_of("=:");
        name_ = trim(text.substr(0, separator));
        place_ = place;
        indent_ = place.column - 1;
        separator_ = '\0';
        if (separator == std::string_view::npos)
            return;
        if (name_->empty())
            fail_at(place, "the key is missing");
        separator_ = text[separator];
        text_ = trim(text.substr(separator + 1));
    }

    Value::Data value() {
        if (separator_ == '\0' && !returns_)
            return nullptr; // a name alone: a flag, or a command as in "%include other.ini"
        if (separator_ != ':' && !returns_)
            return std::move(text_);
        const auto type = separator_ != ':' ? kCarriageReturn : returns_ ? kColonAndReturn : kColon;
        return Opaque{std::string(type), std::move(text_)};
    }

    void finish() {
        if (name_)
            sections_.add(std::string(*name_), {.data = value()}, place_);
        name_.reset();
        text_.clear();
        blank_lines_ = 0;
        escaped_ = false;
    }

    Lines lines_;
    Sections sections_;
    std::optional<std::string_view> name_; // of the entry that further lines may belong to
    Place place_;
    std::size_t indent_ = 0; // of its line
    char separator_ = '\0';
    std::string text_; // and what it is so far
    bool returns_ = false;
    bool escaped_ = false; // its last line ends with a backslash
    std::size_t blank_lines_ = 0;
};

} // namespace

Value parse_ini(std::string_view text, const DocumentLimits& limits) {
    return Ini(text, limits).parse();
}

} // namespace hotreload::document
