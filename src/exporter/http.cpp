// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exporter/http.hpp"

#include <algorithm>
#include <format>

namespace hotreload::exporter {

namespace {

constexpr std::string_view kPath = "/metrics";

std::string_view reason_of(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 431:
        return "Request Header Fields Too Large";
    default:
        return "Service Unavailable";
    }
}

// A field of a head is "NAME: VALUE"; a line that goes on from the one before (obs-fold) is none.
bool is_field(std::string_view line) {
    const auto colon = line.find(':');
    return colon != std::string_view::npos && colon > 0 &&
           line.substr(0, colon).find_first_of(" \t") == std::string_view::npos;
}

bool has_control(std::string_view line) {
    return std::ranges::any_of(line, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    });
}

// The line at the begin of `head`, which it is taken from.
std::string_view take_line(std::string_view& head) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    return line;
}

} // namespace

bool is_whole(std::string_view head) {
    return head.contains("\r\n\r\n");
}

Request read_request(std::string_view head) {
    constexpr Request bad{.status = 400};
    auto line = take_line(head);
    if (has_control(line))
        return bad;
    const auto method = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(method.size() + 1, line.size()));
    const auto target = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(target.size() + 1, line.size()));
    if (method.empty() || !target.starts_with('/') || (line != "HTTP/1.1" && line != "HTTP/1.0"))
        return bad;
    while (!(line = take_line(head)).empty())
        if (!is_field(line) || has_control(line))
            return bad;
    if (method != "GET" && method != "HEAD")
        return {.status = 405};
    if (target.substr(0, target.find('?')) != kPath)
        return {.status = 404, .wants_text = method == "GET"};
    return {.wants_text = method == "GET"};
}

std::string answer(int status, std::string_view text, bool with_text) {
    const bool metrics = status == 200;
    return std::format("HTTP/1.1 {} {}\r\n"
                       "Content-Type: {}; charset=utf-8\r\n"
                       "Content-Length: {}\r\n"
                       "{}"
                       "Cache-Control: no-store\r\n"
                       "X-Content-Type-Options: nosniff\r\n"
                       "Connection: close\r\n"
                       "\r\n{}",
                       status, reason_of(status),
                       metrics ? "application/openmetrics-text; version=1.0.0" : "text/plain",
                       text.size(), status == 405 ? "Allow: GET, HEAD\r\n" : "",
                       with_text ? text : std::string_view());
}

} // namespace hotreload::exporter
