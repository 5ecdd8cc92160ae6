// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The files of a rollback on their way to what they held: all of them, or none. All is looked at
// before the first file is touched, and what fails in the middle puts back what was done.

#include "base/error.hpp"
#include "core/restoration_port.hpp"
#include "state/restore_file.hpp"
#include "state/view_writer.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hotreload::state {

class FileRestoration final : public Restoration {
public:
    // Files that are taken away come into a new directory below `aside`, called after the time.
    // `hash` is watch::content_id.
    FileRestoration(std::string aside, ContentHash hash) : aside_(std::move(aside)), hash_(hash) {}

    Result<> write(const std::string& path, std::string bytes) override;
    Result<> keep(const std::string& path) override;
    void take_away(const std::string& path) override;
    void expect(const std::string& path, Contents contents) override;
    [[nodiscard]] bool holds(const std::string& path, const ContentId& content) const override;
    [[nodiscard]] std::optional<std::string> read(const std::string& path,
                                                  const ContentId& content) const override;
    Result<std::vector<FileRestored>> carry_out() override;

    // The steps of carry_out(), in the order of the paths; nothing is touched.
    [[nodiscard]] Result<std::vector<FileRestored>> preview() const;

private:
    class Undo;

    [[nodiscard]] Result<> may_touch(const std::string& path) const;
    [[nodiscard]] MayReplace may_replace(const std::string& path) const;
    Result<FileRestored> restore(const std::string& path, const std::string& bytes, Undo& undo);
    Result<FileRestored> move(const std::string& path, const std::string& directory, Undo& undo);

    std::string aside_;
    ContentHash hash_;
    std::map<std::string, std::string> written_; // by path
    std::set<std::string> kept_;
    std::set<std::string> taken_;
    std::map<std::string, Contents> expected_; // by path
};

} // namespace hotreload::state
