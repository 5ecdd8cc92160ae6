// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.hpp"
#include "worker/examiner.hpp"
#include "worker/protocol.hpp"

#include <string>

using namespace hotreload;

// A request, and all of what the worker does about it: an answer that the daemon takes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto request = worker::decode_request(fuzz::text_of(data, size));
    if (!request)
        return 0;
    std::string written;
    for (const auto& piece : worker::encode(*request))
        written += piece.view();
    fuzz::expect(worker::decode_request(written) == request, "what is written is read back");
    worker::Examiner examiner;
    const auto reply = worker::encode(examiner.answer(*request));
    fuzz::expect(worker::decode_reply(reply, "schema").has_value(), "an answer can be taken");
    return 0;
}
