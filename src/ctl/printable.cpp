// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/printable.hpp"

#include "base/utf8.hpp"

#include <format>

namespace hotreload::ctl {

namespace {

// The length of the character that `text` begins with when it may be shown; 0 when its first byte
// may not.
std::size_t shown_as_it_is(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    constexpr unsigned char del = 0x7f;
    if (first < 0x80)
        return (first >= ' ' && first != del) || first == '\t' || first == '\n' ? 1 : 0;
    const bool c1 = first == 0xc2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0;
    if (c1)
        return 0;
    std::size_t length = 2;
    while (length < 4 && !is_utf8(text.substr(0, length)))
        ++length;
    return is_utf8(text.substr(0, length)) ? length : 0;
}

// "\x1b[1;31m"; 0 when `text` does not begin with one.
std::size_t colour_length(std::string_view text) {
    if (!text.starts_with("\x1b["))
        return 0;
    const auto end = text.find_first_not_of("0123456789;:", 2);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

} // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto length = shown_as_it_is(text);
        if (length > 0)
            out += text.substr(0, length);
        else
            out += std::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
        text.remove_prefix(length > 0 ? length : 1);
    }
    return out;
}

std::string printable_log_line(std::string_view line, bool colours) {
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    std::string out;
    bool coloured = false;
    while (!line.empty()) {
        const auto escape = line.find('\x1b');
        out += printable(line.substr(0, escape));
        line.remove_prefix(escape == std::string_view::npos ? line.size() : escape);
        if (line.empty())
            break;
        const auto length = colour_length(line);
        if (length > 0 && colours)
            out += line.substr(0, length);
        else if (length == 0)
            out += printable(line.substr(0, 1));
        coloured |= length > 0 && colours;
        line.remove_prefix(length > 0 ? length : 1);
    }
    return coloured ? out + "\x1b[0m" : out;
}

} // namespace hotreload::ctl
