// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/parse.hpp"

#include "base/utf8.hpp"
#include "document/formats.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <format>
#include <new>

namespace hotreload {

namespace {

using namespace document;

struct Row {
    Format format;
    Value (*parse)(std::string_view, const DocumentLimits&);
};

constexpr std::array kFormats = {
    Row{Format::Toml, parse_toml},   Row{Format::Yaml, parse_yaml}, Row{Format::Json, parse_json},
    Row{Format::Jsonc, parse_jsonc}, Row{Format::Ini, parse_ini},   Row{Format::Unit, parse_unit},
};

std::string without_carriage_returns(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find("\r\n", at), text.size());
        result += text.substr(at, end - at);
        at = end;
        if (at < text.size())
            ++at; // and the newline is the next run's
    }
    return result;
}

void check_text(std::string_view text, const DocumentLimits& limits) {
    if (text.size() > limits.bytes)
        fail_at({}, std::format("the document is larger than {} bytes", limits.bytes));
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
        fail_at({.line = 1, .column = 1}, "the file is UTF-16; it has to be saved as UTF-8");
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        fail_at(place_of(text, nul), "a NUL byte: this is no text");
}

Value parse(Format format, std::string_view text, const DocumentLimits& limits) {
    check_text(text, limits);
    const auto row = std::ranges::find(kFormats, format, &Row::format);
    if (row == kFormats.end())
        fail_at({}, "a file that is compared byte by byte has no values");
    if (format == Format::Ini || format == Format::Unit)
        return row->parse(text, limits);
    if (const auto good = utf8_prefix(text); good != text.size())
        fail_at(place_of(text, good), "the file is not valid UTF-8");
    if (text.starts_with(kBom))
        text.remove_prefix(kBom.size());
    std::string lines;
    if (text.contains("\r\n"))
        text = lines = without_carriage_returns(text);
    return row->parse(text, limits);
}

} // namespace

std::expected<Value, Problem> parse_document(Format format, std::string_view bytes,
                                             const DocumentLimits& limits) try {
    return parse(format, bytes, limits);
} catch (Failure& failure) {
    return std::unexpected(std::move(failure.problem));
} catch (const std::bad_alloc&) {
    return std::unexpected(Problem{.message = "there is not enough memory for the document"});
} catch (const std::exception& error) {
    return std::unexpected(Problem{.message = std::format("cannot be read: {}", error.what())});
}

} // namespace hotreload
