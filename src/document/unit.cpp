// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utf8.hpp"
#include "document/formats.hpp"
#include "document/sections.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

namespace hotreload::document {

namespace {

// The sections that go on when they come again. Of networks, links and the rest, a second [Route]
// is another route; and what systemd leaves to others ([X-…]) may be, too.
constexpr std::array<std::string_view, 11> kOneOfAKind = {"Unit",  "Install",   "Service", "Socket",
                                                          "Mount", "Automount", "Swap",    "Path",
                                                          "Timer", "Slice",     "Scope"};

// The text with the line ends that systemd reads: "\r\n" is one, and so is "\r".
std::string with_one_line_end(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\r')
            result += text[at];
        else if (!text.substr(at + 1).starts_with('\n'))
            result += '\n';
    }
    return result;
}

bool ends_escaped(std::string_view text) {
    const auto last = text.find_last_not_of('\\');
    const auto backslashes = text.size() - (last == std::string_view::npos ? 0 : last + 1);
    return backslashes % 2 == 1;
}

// Unit reads systemd.syntax(7). A directive is always a list, so that a second one shows as one
// that was added. An empty one is an element, too: it resets what other files and, of some
// directives, what others of the same section said (ConditionPathExists= all conditions,
// OnCalendar= all timers). The order of all lines counts for such directives, as for ListenStream=
// among ListenDatagram=.
class Unit {
public:
    Unit(std::string_view text, const DocumentLimits& limits) : lines_(text), sections_(limits) {}

    Value parse() {
        lines_.skip(kBom);
        while (next())
            take();
        return sections_.take();
    }

private:
    // Makes line_ of the next line that is no comment, and those that continue it: a backslash at
    // its end stands for a space, comments in between and leading blanks are skipped.
    bool next() {
        bool any = false;
        line_.clear();
        for (std::string_view part; lines_.next(part);) {
            const auto blanks = std::min(part.find_first_not_of(" \t"), part.size());
            if (is_comment(part.substr(blanks)))
                continue;
            if (!any)
                place_ = {.line = lines_.number(),
                          .column = 1 + static_cast<std::uint32_t>(blanks)};
            any = true;
            line_ += part.substr(blanks);
            if (!ends_escaped(line_))
                return true;
            line_.back() = ' ';
        }
        return any;
    }

    void take() {
        const auto text = trim(line_);
        if (text.empty())
            return;
        if (text.front() == '[')
            section(text);
        else
            assignment(text);
    }

    void section(std::string_view text) {
        if (text.back() != ']')
            fail_at(place_, "the section's ] is missing, or something follows it");
        std::string name(text.substr(1, text.size() - 2));
        if (std::ranges::contains(kOneOfAKind, name))
            sections_.go_on_in(std::move(name), place_);
        else
            sections_.begin(std::move(name), place_);
        any_section_ = true;
    }

    void assignment(std::string_view text) {
        const auto separator = text.find('=');
        if (separator == std::string_view::npos)
            fail_at(place_, "neither a [Section] nor Directive=value");
        std::string key(trim(text.substr(0, separator)));
        if (key.empty())
            fail_at(place_, "the directive's name is missing");
        if (!any_section_)
            fail_at(place_, std::format("{}= stands before the first [Section]", to_utf8(key)));
        sections_.add_to_list(std::move(key),
                              {.data = std::string(trim(text.substr(separator + 1)))}, place_);
    }

    Lines lines_;
    Sections sections_;
    std::string line_;
    Place place_;
    bool any_section_ = false;
};

} // namespace

Value parse_unit(std::string_view text, const DocumentLimits& limits) {
    std::string lines;
    if (text.contains('\r'))
        text = lines = with_one_line_end(text);
    return Unit(text, limits).parse();
}

} // namespace hotreload::document
