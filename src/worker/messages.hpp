// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Messages are what the daemon asks hotreload-worker, and what it is answered. The daemon parses no
// document, schema or foreign text itself: it knows contents by their id, and their bytes go over
// when the worker does not hold what they mean.

#include "base/shared_bytes.hpp"
#include "core/document_state.hpp"
#include "core/format.hpp"
#include "core/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hotreload::worker {

// A document or a schema.
struct Source {
    ContentId id;
    Format format{};
    std::optional<SharedBytes> bytes; // nullopt: the worker may have it; it says when it has not

    bool operator==(const Source&) const = default;
};

// The question whether `now` is valid, and how it differs from `applied`. Answer: DocumentState;
// its problems have the path of the schema where that is to blame, and else none.
struct Compare {
    struct Schema {
        std::string path; // what it is called in problems
        Source source;

        bool operator==(const Schema&) const = default;
    };

    Source now;
    std::optional<Source> applied;
    std::optional<Schema> schema;
    std::vector<std::string> secrets;         // key patterns whose values are masked
    std::vector<std::string> rules;           // key patterns that the daemon asks about differences
    std::uint64_t room = kRoomForDifferences; // bytes that are told; what is more is counted

    bool operator==(const Compare&) const = default;
};

// The whole document as JSON, with nothing masked. Answer: Rendered.
struct Render {
    Source document;

    bool operator==(const Render&) const = default;
};

// Both documents and the patch between them as JSON, masked. Answer: RenderedChange; a document
// that is long is a text with its size, and a patch that is, one step that replaces all, without a
// value.
struct RenderChange {
    Source before;
    Source after;
    std::vector<std::string> secrets;

    bool operator==(const RenderChange&) const = default;
};

// The difference of two texts, line by line, with values masked that look like secrets. Answer:
// Lines.
struct CompareLines {
    std::string before;
    std::string after;

    bool operator==(const CompareLines&) const = default;
};

using Request = std::variant<Compare, Render, RenderChange, CompareLines>;

// The worker does not hold these contents: the same request is to come again with their bytes.
struct Missing {
    std::vector<ContentId> ids;

    bool operator==(const Missing&) const = default;
};

// A document cannot be read, or the answer is too large to be told.
struct Refused {
    Problem problem;

    bool operator==(const Refused&) const = default;
};

struct Rendered {
    std::string json;

    bool operator==(const Rendered&) const = default;
};

struct RenderedChange {
    std::string before;
    std::string after;
    std::string patch; // RFC 6902, with old values

    bool operator==(const RenderedChange&) const = default;
};

struct Lines {
    std::vector<std::string> lines; // none: both are equal, or one of them is no text

    bool operator==(const Lines&) const = default;
};

using Reply = std::variant<Missing, Refused, DocumentState, Rendered, RenderedChange, Lines>;

} // namespace hotreload::worker
