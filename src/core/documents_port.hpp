// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The contents of one project's watched files on their way from the disk to the record: what is
// parsed, what is compared, and which copies are kept.

#include "base/error.hpp"
#include "core/content_store.hpp"
#include "core/details.hpp"
#include "core/document_state.hpp"
#include "core/format.hpp"
#include "core/secrets.hpp"
#include "core/snapshot.hpp"
#include "core/value.hpp"

#include <expected>
#include <functional>
#include <memory>
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
    [[nodiscard]] virtual const Secrets& secrets() const = 0;

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
    };
    // Compares the document with what was applied. Its values are remembered for a while.
    virtual DocumentState compare(const Request& request) = 0;

    // Parsed; shared with the cache. Errors: syntax, with the path and the way out; that the
    // content is to be had no more; or that this content has ended the daemon before.
    using Parsed = std::expected<std::shared_ptr<const Value>, Problem>;
    virtual Parsed value(const std::string& path, const ContentId& id, Format format) = 0;

    // The value as JSON text, with its secrets.
    [[nodiscard]] virtual std::string json(const Value& value) const = 0;
    // The texts of a change from one to the other, with secrets masked. The function holds the
    // values, and makes their texts when somebody asks.
    [[nodiscard]] virtual std::function<ConfigChange::Texts()>
    texts(std::shared_ptr<const Value> before, std::shared_ptr<const Value> after) const = 0;

    // Keeps what is applied now as the newest copy, beside `older` ones: at once what was noted,
    // else by copy_some(). flush() ends a series of these.
    virtual void keep(const std::string& path, const ContentId& id, unsigned older,
                      const ContentStore::InUse& in_use) = 0;
    // Goes on copying, for a few milliseconds: files of no known format are not held in memory.
    virtual void copy_some(const ContentStore::InUse& in_use) = 0;
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
