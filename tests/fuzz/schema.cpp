// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema.hpp"

#include "fuzz.hpp"

using namespace hotreload;

// A schema in JSON, a NUL byte, a document in YAML.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto end = std::min(text.find('\0'), text.size());
    const auto document = parse_document(Format::Json, text.substr(0, end), fuzz::kLimits);
    if (!document)
        return 0;
    const auto schema = Schema::compile(*document);
    if (!schema) {
        fuzz::expect(!schema.error().message.empty(), "an error says what is wrong");
        return 0;
    }
    const auto instance =
        parse_document(Format::Yaml, text.substr(std::min(end + 1, text.size())), fuzz::kLimits);
    for (const auto* each : {&*document, instance ? &*instance : nullptr})
        if (each)
            for (const auto& problem : schema->check(*each))
                fuzz::expect(!problem.message.empty(), "a problem says what is wrong");
    return 0;
}
