// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The events of a YAML stream, one at a time. yaml.cpp makes the tree of them. Nobody else sees
// libfyaml but yaml_events.cpp.

#include "document/formats.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hotreload::document {

struct YamlEvent {
    enum class Kind { DocumentStart, Scalar, Alias, SequenceStart, MappingStart, End };

    Kind kind = Kind::End; // of a sequence or mapping
    Place place;
    std::string text;   // of a scalar; of the start of a document its directive, "%YAML 1.1"
    std::string tag;    // without its short form: "tag:yaml.org,2002:str", "!vault", "!"
    std::string anchor; // the name that it gets, or, of an alias, that it repeats
    bool plain = false; // a scalar without quotes, | and >
};

class YamlEvents {
public:
    // `text` has to outlive it, and is UTF-8. Throws Failure for what no YAML file may hold.
    explicit YamlEvents(std::string_view text);
    ~YamlEvents();

    // The next event; nullopt at the end of the stream. Throws Failure at what is no YAML.
    std::optional<YamlEvent> next();

private:
    struct Parser;

    std::unique_ptr<Parser> parser_;
};

} // namespace hotreload::document
