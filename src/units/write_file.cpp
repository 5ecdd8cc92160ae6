// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/write_file.hpp"

#include "base/fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace hotreload::units {

namespace {

Result<> write_whole(const std::string& path, std::string_view text, mode_t mode) {
    const Fd file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!file)
        return fail_errno(errno, "creating " + path);
    if (::fchmod(file.get(), mode) < 0)
        return fail_errno(errno, "creating " + path);
    while (!text.empty()) {
        const auto written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return fail_errno(errno, "writing " + path);
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

Result<> write_file(const std::string& path, std::string_view text, mode_t mode) {
    const std::filesystem::path whole = path;
    const std::string unfinished = whole.parent_path() / ("." + whole.filename().string() + ".tmp");
    if (auto written = write_whole(unfinished, text, mode); !written)
        return written;
    if (::rename(unfinished.c_str(), path.c_str()) < 0)
        return fail_errno(errno, "renaming " + unfinished);
    return {};
}

} // namespace hotreload::units
