// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Messages as bytes, the same table for both ends. The daemon decodes replies of a process that may
// have been taken over by what it has read: a reply is bounded and well-formed, or it is none. What
// of it is shown to people is UTF-8 without NUL bytes; a problem is at the document or at its
// schema, and never for everybody; a value's text is no longer than such texts are.

#include "worker/messages.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::worker {

// Messages beyond these are not sent, and not received, in bytes: three documents of the largest
// size go over, and what the daemon has to hold of an answer stays bounded.
inline constexpr std::size_t kMostRequest = std::size_t{64} << 20;
inline constexpr std::size_t kMostReply = std::size_t{32} << 20;

// The first message of a worker: that it is confined and ready. The same program, or none.
std::string hello(std::string_view version);

// A request in pieces, one behind the other: what it holds of files is shared with it.
using Pieces = std::vector<SharedBytes>;

Pieces encode(const Request& request);
std::string encode(const Reply& reply);

// nullopt: it is no such message. `schema_path` is the one of the request.
std::optional<Request> decode_request(std::string_view bytes);
std::optional<Reply> decode_reply(std::string_view bytes, const std::string& schema_path);

// Messages in a stream: each after its length.
std::string frame(std::string_view message);
Pieces frame(Pieces message);

class FrameReader {
public:
    explicit FrameReader(std::size_t most) : most_(most) {} // bytes of a message

    // Takes what was read of the stream.
    void add(std::string_view bytes) { buffer_ += bytes; }
    // The next message that is whole; nullopt: more has to be read, or the stream is broken.
    std::optional<std::string> next();
    // A message is announced that is longer than messages are.
    [[nodiscard]] bool broken() const { return broken_; }

private:
    [[nodiscard]] std::optional<std::size_t> length() const;

    std::size_t most_;
    std::string buffer_;
    bool broken_ = false;
};

} // namespace hotreload::worker
