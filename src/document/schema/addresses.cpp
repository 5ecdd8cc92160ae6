// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/addresses.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace hotreload::document {

namespace {

struct Address {
    std::string_view scheme; // with ":"
    std::string_view host;   // with "//"
    std::string_view path;
    std::string_view query;    // with "?"
    std::string_view fragment; // with "#"
};

bool is_scheme(std::string_view text) {
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
        return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
}

Address split(std::string_view text) {
    Address parts;
    const auto take = [&](std::size_t length) {
        length = std::min(length, text.size());
        const auto part = text.substr(0, length);
        text.remove_prefix(length);
        return part;
    };
    const auto hash = std::min(text.find('#'), text.size());
    parts.fragment = text.substr(hash);
    text = text.substr(0, hash);
    if (const auto colon = text.find(':');
        colon != std::string_view::npos && is_scheme(text.substr(0, colon)))
        parts.scheme = take(colon + 1);
    if (text.starts_with("//"))
        parts.host = take(text.find_first_of("/?", 2));
    parts.path = take(text.find('?'));
    parts.query = text;
    return parts;
}

// The path without "." and "..".
std::string plain_path(std::string_view path) {
    std::string result;
    while (!path.empty()) {
        const auto end = std::min(path.find('/', 1), path.size());
        const auto part = path.substr(0, end);
        path.remove_prefix(end);
        const auto name = part.substr(part.starts_with('/') ? 1 : 0);
        if (name == "..")
            result.erase(std::min(result.rfind('/'), result.size()));
        if (name != "." && name != "..")
            result += part;
        else if (path.empty())
            result += '/';
    }
    return result;
}

} // namespace

std::string resolved(std::string_view base, std::string_view reference) {
    const auto from = split(base);
    const auto to = split(reference);
    const auto join = [&](std::string_view scheme, std::string_view host, std::string_view path,
                          std::string_view query) {
        std::string address(scheme);
        address += host;
        address += path;
        address += query;
        address += to.fragment;
        return address;
    };
    if (!to.scheme.empty())
        return join(to.scheme, to.host,
                    to.path.starts_with('/') ? plain_path(to.path) : std::string(to.path),
                    to.query);
    if (!to.host.empty())
        return join(from.scheme, to.host, plain_path(to.path), to.query);
    if (to.path.empty())
        return join(from.scheme, from.host, from.path, to.query.empty() ? from.query : to.query);
    std::string path(to.path);
    if (!path.starts_with('/')) {
        const auto slash = from.path.rfind('/');
        if (slash != std::string_view::npos)
            path.insert(0, from.path.substr(0, slash + 1));
        else if (!from.host.empty())
            path.insert(0, 1, '/');
    }
    return join(from.scheme, from.host, plain_path(path), to.query);
}

std::string_view without_fragment(std::string_view address) {
    return address.substr(0, address.find('#'));
}

std::string fragment_of(std::string_view address) {
    address.remove_prefix(std::min(address.find('#'), address.size()));
    if (!address.empty())
        address.remove_prefix(1);
    std::string text;
    while (!address.empty()) {
        unsigned code = 0;
        const char* digits = address.data() + 1;
        const bool coded = address.size() > 2 && address.front() == '%' &&
                           std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2;
        text += coded ? static_cast<char>(code) : address.front();
        address.remove_prefix(coded ? 3 : 1);
    }
    return text;
}

std::string unescaped(std::string_view token) {
    std::string text;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const auto next = i + 1 < token.size() ? token[i + 1] : '\0';
        if (token[i] == '~' && (next == '0' || next == '1')) {
            text += next == '0' ? '~' : '/';
            ++i;
        } else {
            text += token[i];
        }
    }
    return text;
}

} // namespace hotreload::document
