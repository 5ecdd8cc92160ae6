// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The contents of one project's watched files on their way from the disk to the record: what is
// compared, and which copies are kept. No document is parsed here: hotreload-worker does it, and
// takes the time that it takes. Whoever awaits an answer keeps this object alive meanwhile.

#include "base/error.hpp"
#include "base/task.hpp"
#include "core/content_store.hpp"
#include "core/details.hpp"
#include "core/document_state.hpp"
#include "core/format.hpp"
#include "core/snapshot.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

class Documents {
public:
    virtual ~Documents() = default;

    // Key patterns that config/ has checked.
    virtual void set_secrets(const std::vector<std::string>& patterns) = 0;

    // The watcher has read a document (or a schema): remembered until it is kept or read again, or
    // until newer ones need the room.
    virtual void note(const std::string& path, const ContentId& id, std::string_view bytes) = 0;

    struct Schema {
        std::string path;
        std::optional<ContentId> id; // nothing: it is not there
    };
    struct Request {
        std::string path;
        Format format{};
        std::optional<Schema> schema;
        std::optional<ContentId> applied;
        ContentId now;
        std::vector<std::string> rules;         // key patterns that are asked about differences
        std::size_t room = kRoomForDifferences; // bytes of differences that are told
    };
    // The state of the document against the applied one. A document that cannot be read has a
    // problem: its syntax, with the place and the way out; its content is not kept any more;
    // reading it has ended the worker, or taken too long.
    virtual Task<DocumentState> compare(Request request) = 0;

    // The document as JSON text, with its secrets. Errors: as above.
    virtual Task<std::expected<std::string, Problem>> json(std::string path, ContentId id,
                                                           Format format) = 0;

    // Fills in what tells of a change of one document, from what is kept of it. Texts are made when
    // somebody asks for them.
    virtual void add_texts(ConfigChange& change, const std::string& path, const ContentId& before,
                           const ContentId& after, Format format) = 0;

    // The content of a file as it was applied; nullopt: it is not kept any more.
    [[nodiscard]] virtual std::optional<std::string> content(const ContentId& id) = 0;

    // The difference of two texts, line by line, with values masked that look like secrets; no
    // lines where it cannot be found out.
    virtual Task<std::vector<std::string>> lines(std::string before, std::string after) = 0;

    // Somebody asks for the project: what was left alone is tried again.
    virtual void forgive() = 0;

    // Keeps what is applied now as the newest copy, beside `older` ones: at once what was noted,
    // else by copy_some(). flush() ends a series of these.
    virtual void keep(const std::string& path, const ContentId& id, unsigned older,
                      const ContentStore::InUse& in_use) = 0;
    // Goes on copying, for a few milliseconds of the loop's: files of no known format are not held
    // in memory. `in_use` outlives it.
    virtual Task<> copy_some(const ContentStore::InUse& in_use) = 0;
    [[nodiscard]] virtual bool copies_wait() const = 0;
    virtual void flush() = 0;
    // Content that the disk did not take waits for copy_some() again.
    virtual void try_again() = 0;
    [[nodiscard]] virtual bool kept(const ContentId& id) const = 0;

    // The places of the copies of a file, the newest first.
    [[nodiscard]] virtual std::vector<std::string> copies(const std::string& path) const = 0;

    // Why copies could not be kept; empty when all are.
    [[nodiscard]] virtual const std::string& problem() const = 0;
};

} // namespace hotreload
