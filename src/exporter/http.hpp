// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// As much HTTP/1.1 (RFC 9112) as one scrape takes: one request without a body, one answer, and the
// connection is closed. Pure.

#include <string>
#include <string_view>

namespace hotreload::exporter {

// The longest head of a request that is read.
inline constexpr std::size_t kMostHeadBytes = 8192;

// The head is there to its end, the empty line.
bool is_whole(std::string_view head);

// What a request asks for: the metrics, with or without the text; else the status that it is
// answered with.
struct Request {
    int status = 200;       // 400: it is none; 404, 405: it asks for something else
    bool wants_text = true; // false: HEAD
};
Request read_request(std::string_view head);

// The whole answer. Of 200, `text` is OpenMetrics; else a line for people. A HEAD is told its
// length.
std::string answer(int status, std::string_view text, bool with_text = true);

} // namespace hotreload::exporter
