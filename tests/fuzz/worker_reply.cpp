// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.hpp"
#include "worker/protocol.hpp"

using namespace hotreload;

// The words of a worker that was taken over are an answer to the daemon, or nothing at all.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    worker::FrameReader reader(worker::kMostReply);
    reader.add(text);
    while (const auto message = reader.next())
        (void)worker::decode_reply(*message, "schema");
    if (const auto reply = worker::decode_reply(text, "schema"))
        fuzz::expect(worker::decode_reply(worker::encode(*reply), "schema") == reply,
                     "what is written is read back");
    return 0;
}
