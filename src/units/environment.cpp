// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/environment.hpp"

#include "base/utf8.hpp"
#include "units/write_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <format>
#include <set>

namespace hotreload::units {

namespace {

constexpr mode_t kOwnerAlone = 0600;

// The manager takes the path for a pattern (glob(7)), in which a backslash has a meaning; no unit's
// name has a '+'.
std::string file_name(std::string unit) {
    std::ranges::replace(unit, '\\', '+');
    return unit;
}

} // namespace

// The text for systemd, which gives four characters alone a meaning in double quotes; a line may
// end within them.
Result<std::string> environment_text(const Environment& environment) {
    std::string text;
    for (const auto& [name, value] : environment) {
        if (!is_utf8(value))
            return fail(ErrorCode::Invalid,
                        std::format("the environment variable {} is not valid UTF-8", name));
        text.append(name).append("=\"");
        for (const char c : value) {
            if (c == '"' || c == '\\' || c == '`' || c == '$')
                text += '\\';
            text += c;
        }
        text += "\"\n";
    }
    return text;
}

Result<std::string> EnvironmentFiles::write(const std::string& unit,
                                            const Environment& environment) const {
    if (environment.empty()) {
        remove(unit); // of an earlier life of that name
        return std::string();
    }
    const auto text = environment_text(environment);
    if (!text)
        return std::unexpected(text.error());
    std::error_code shown; // by what comes next
    std::filesystem::create_directories(directory_.parent_path(), shown);
    if (::mkdir(directory_.c_str(), kOwnerAlone | S_IXUSR) < 0 && errno != EEXIST)
        return fail_errno(errno, "making " + directory_.string());
    std::string path = directory_ / file_name(unit);
    if (auto written = write_file(path, *text, kOwnerAlone); !written)
        return std::unexpected(std::move(written.error()));
    return path;
}

void EnvironmentFiles::remove(const std::string& unit) const {
    ::unlink((directory_ / file_name(unit)).c_str());
}

bool EnvironmentFiles::any() const {
    std::error_code none;
    return std::filesystem::directory_iterator(directory_, none) !=
           std::filesystem::directory_iterator();
}

void EnvironmentFiles::keep_only(const std::vector<std::string>& units) const {
    if (std::filesystem::is_symlink(directory_))
        return; // somebody else's files lie there
    std::set<std::string> kept;
    for (const auto& unit : units)
        kept.insert(file_name(unit));
    std::error_code ignored; // it is tried again at the next start
    std::vector<std::filesystem::path> stale;
    for (const auto& each : std::filesystem::directory_iterator(directory_, ignored))
        if (!kept.contains(each.path().filename()))
            stale.push_back(each.path());
    for (const auto& path : stale)
        std::filesystem::remove(path, ignored);
}

} // namespace hotreload::units
