// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/text.hpp"

#include "base/utf8.hpp"
#include "os/opener.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <format>

namespace hotreload {

namespace {

std::unexpected<Error> not_regular(mode_t mode) {
    std::string_view kind = "not a regular file";
    if (S_ISDIR(mode))
        kind = "a directory, not a file";
    else if (S_ISFIFO(mode))
        kind = "a FIFO, not a regular file";
    else if (S_ISCHR(mode) || S_ISBLK(mode))
        kind = "a device, not a regular file";
    return fail(ErrorCode::Invalid, std::format("is {}", kind));
}

std::unexpected<Error> too_large() {
    return fail(ErrorCode::Invalid,
                std::format("is larger than {} KiB", kMaxTextFile / std::size_t(1024)));
}

} // namespace

Result<std::string> read_text_file(const std::string& path) {
    const auto opened = os::Opener().open(path);
    if (!opened && !opened.error().refusal.empty())
        return fail(ErrorCode::NotAuthorized, "is not read: " + opened.error().refusal);
    if (!opened)
        return fail_errno(opened.error().error, "cannot be opened");
    const auto& [fd, status] = *opened;
    if (!S_ISREG(status.st_mode))
        return not_regular(status.st_mode);
    if (status.st_size > static_cast<off_t>(kMaxTextFile))
        return too_large();

    // The file is read to its end and not to st_size: it may be growing, and files of /proc have no
    // size.
    std::string text;
    for (;;) {
        const std::size_t filled = text.size();
        if (filled > kMaxTextFile)
            return too_large();
        text.resize(filled + 16 * 1024);
        const ssize_t count = ::read(fd.get(), text.data() + filled, text.size() - filled);
        const int error = errno;
        text.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count == 0)
            return text;
        if (count < 0 && error != EINTR)
            return fail_errno(error, "cannot be read");
    }
}

std::optional<Problem> check_utf8(const std::string& path, std::string_view text) {
    const std::size_t good = utf8_prefix(text);
    if (good == text.size())
        return {};
    return problem_at_offset(path, text, good, "the file is not valid UTF-8");
}

Problem problem_at_offset(const std::string& path, std::string_view text, std::size_t offset,
                          std::string message) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t newline = before.rfind('\n');
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    return {.path = path,
            .line = 1 + static_cast<unsigned>(std::ranges::count(before, '\n')),
            .column = 1 + static_cast<unsigned>(offset - start),
            .message = std::move(message)};
}

} // namespace hotreload
