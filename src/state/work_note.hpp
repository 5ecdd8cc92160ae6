// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// WorkNote is what the process is doing at this moment, written down where it is found when the
// process has died of it, in whatever way: a page of a file that is mapped. Writing it costs no
// system call.

#include "base/error.hpp"
#include "core/deaths_port.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace hotreload::state {

class WorkNote {
public:
    // A note that nobody finds: where the file cannot be had.
    WorkNote() = default;
    // The file is made when it is not there, with mode 0600.
    static Result<WorkNote> open(const std::string& path);

    // The work in the middle of which the process ended that had the file before.
    [[nodiscard]] const std::optional<Work>& left() const { return left_; }

    void write(const Work& work) noexcept; // one that is too long for a page is not noted
    void clear() noexcept;

private:
    struct Page;
    struct Unmap {
        void operator()(Page* page) const noexcept;
    };

    explicit WorkNote(std::unique_ptr<Page, Unmap> page);

    std::unique_ptr<Page, Unmap> page_;
    std::optional<Work> left_;
};

} // namespace hotreload::state
