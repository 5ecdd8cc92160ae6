// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/deaths.hpp"

#include "base/fd.hpp"
#include "state/files.hpp"
#include "state/record_json.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace hotreload::state {

namespace {

constexpr auto kDeathsFile = "deaths.json";
constexpr std::size_t kMostDeaths = 64; // the oldest are forgotten

Fd open_run_time_directory(const std::string& path) {
    return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

} // namespace

NotedDeaths::NotedDeaths(std::string directory, WorkNote note)
    : directory_(std::move(directory)), note_(std::move(note)) {}

Result<NotedDeaths> NotedDeaths::open(const std::string& directory) {
    ::mkdir(directory.c_str(), 0755); // systemd made it, unless we were started by hand
    auto note = WorkNote::open(directory + "/doing");
    if (!note)
        return std::unexpected(std::move(note.error()));
    NotedDeaths deaths(directory, std::move(*note));
    if (const auto text = read_file(open_run_time_directory(directory).get(), kDeathsFile))
        if (auto counted = read_record<std::vector<Death>>(*text))
            deaths.counted_ = std::move(*counted);
    const auto& work = deaths.note_.left();
    if (!work)
        return deaths;
    auto known = std::ranges::find(deaths.counted_, *work, &Death::work);
    if (known == deaths.counted_.end()) {
        if (deaths.counted_.size() >= kMostDeaths)
            deaths.counted_.erase(deaths.counted_.begin());
        known = deaths.counted_.insert(deaths.counted_.end(), Death{*work, 0});
    }
    ++known->count;
    deaths.last_ = *known;
    deaths.save();
    return deaths;
}

bool NotedDeaths::set_aside(const Work& work) const {
    const auto known = std::ranges::find(counted_, work, &Death::work);
    return known != counted_.end() && known->count >= kTooMany;
}

void NotedDeaths::forgive(const std::string& project, const std::string& path) {
    const auto forgiven = std::erase_if(counted_, [&](const Death& death) {
        return death.work.project.empty() ? death.work.path == path : death.work.project == project;
    });
    if (forgiven > 0)
        save();
}

// The death was not of this work, or is of no account any more.
void NotedDeaths::finished(const Work& work) noexcept {
    if (std::erase_if(counted_, [&](const Death& death) { return death.work == work; }) > 0)
        save();
}

// A count that cannot be kept starts anew with the next death.
void NotedDeaths::save() const noexcept {
    if (const auto directory = open_run_time_directory(directory_))
        (void)replace_file(directory.get(), kDeathsFile, write_record(counted_));
}

const Work* NotedDeaths::begin(const Work& work) {
    const auto* const outer = std::exchange(current_, &work);
    note_.write(work);
    return outer;
}

void NotedDeaths::end(const Work& work, const Work* outer) noexcept {
    current_ = outer;
    if (outer)
        note_.write(*outer);
    else
        note_.clear();
    const bool goes_on = outer && *outer == work;
    if (!goes_on && !counted_.empty())
        finished(work);
}

} // namespace hotreload::state
