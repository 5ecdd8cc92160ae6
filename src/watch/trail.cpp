// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/trail.hpp"

#include "watch/paths.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace hotreload::watch {

namespace {

constexpr int kMaxLinks = 40; // as the kernel has it

} // namespace

struct Trail::Step final : DirectoryUser {
    Step(Trail& owner, const std::string& directory, std::string entry, Interest how)
        : trail(owner),
          name(std::move(entry)),
          interest(how),
          watch(owner.table_.watch(directory, how, *this)) {}

    void entry_changed(const EntryEvent& event) override {
        if (event.name != name)
            return;
        if (is_end) {
            // The end of a link may have become a link in turn. (That the path itself has become
            // one is for its owner to see: it looks at it anyway.)
            trail.broken_ = trail.broken_ || (trail.through_link_ && event.name_changed());
            trail.on_event_(&event);
        } else if (event.name_changed() || (event.directory() && event.mask & IN_ATTRIB)) {
            // With other rights, a directory may be one to look into, or to watch, again.
            trail.broken_ = true;
            trail.table_.log().note(Fate::Path);
            trail.on_event_(nullptr);
        }
    }

    void directory_lost() override {
        trail.broken_ = true;
        trail.table_.log().note(Fate::Lost);
        trail.on_event_(nullptr);
    }

    Trail& trail;
    std::string name;    // the entry that matters
    bool is_end = false; // that entry is the end of the trail
    Interest interest;
    DirectoryWatch watch;
};

// The state of one walk: `at` is where we stand, without links in it ("" is the root).
struct Trail::Walk {
    enum class Kind { Missing, Directory, Link, Other };

    explicit Walk(Trail& owner) : trail(owner) { queue(trail.path_); }

    void queue(std::string_view path) {
        while (!path.empty()) {
            const auto slash = path.rfind('/'); // npos + 1 is 0
            if (const auto name = path.substr(slash + 1); !name.empty() && name != ".")
                ahead.emplace_back(name);
            path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
        }
    }

    // Watches where we stand for an entry.
    std::unique_ptr<Step> step(const std::string& name, Interest interest) {
        return std::make_unique<Step>(trail, at.empty() ? "/" : at, name, interest);
    }

    Kind kind(const std::string& path) {
        struct stat status{};
        if (lstat(path.c_str(), &status) < 0)
            return Kind::Missing;
        if (trail.blind_system_.empty())
            if (const auto system = trail.table_.file_systems().blind(status.st_dev, path);
                !system.empty()) {
                trail.blind_system_ = system;
                trail.blind_place_ = path;
            }
        return S_ISDIR(status.st_mode)   ? Kind::Directory
               : S_ISLNK(status.st_mode) ? Kind::Link
                                         : Kind::Other;
    }

    bool follow(const std::string& link) {
        std::string target(PATH_MAX, '\0');
        const auto length = readlink(link.c_str(), target.data(), target.size());
        if (length <= 0 || ++links > kMaxLinks)
            return false;
        target.resize(static_cast<std::size_t>(length));
        if (target.starts_with('/'))
            at.clear();
        queue(target);
        return true;
    }

    End go() {
        while (!ahead.empty()) {
            const std::string name = std::move(ahead.back());
            ahead.pop_back();
            if (name == "..") {
                at.resize(at.empty() ? 0 : at.rfind('/'));
                continue;
            }
            const bool last = ahead.empty();
            const std::string here = at + '/' + name;
            steps.push_back(step(name, Interest::Going));
            auto found = kind(here);
            if (found != Kind::Directory) {
                // Watch closer, then look again: it may have come meanwhile.
                steps.back() = step(name, last ? Interest::Content : Interest::Coming);
                found = kind(here);
            }
            switch (found) {
            case Kind::Directory:
                at = here;
                break;
            case Kind::Link:
                through_link = true;
                if (!follow(here))
                    return End::Missing;
                break;
            case Kind::Other:
                steps.back()->is_end = last;
                at = here;
                return last ? End::Other : End::Missing;
            case Kind::Missing:
                return End::Missing;
            }
        }
        return End::Directory;
    }

    Trail& trail;
    std::vector<std::string> ahead; // the next one last
    std::vector<std::unique_ptr<Step>> steps;
    std::string at;
    int links = 0;
    bool through_link = false;
};

Trail::Trail(DirectoryTable& table, std::string path, OnEvent on_event)
    : table_(table), path_(std::move(path)), on_event_(std::move(on_event)) {}

Trail::~Trail() = default;

void Trail::walk() {
    broken_ = false;
    blind_system_ = {};
    Walk walk(*this);
    end_ = walk.go();
    physical_ = walk.at.empty() ? "/" : walk.at;
    through_link_ = walk.through_link;
    steps_ = std::move(walk.steps); // the old ones go only now: what stays is not watched anew
    out_of_watches_ = std::ranges::any_of(
        steps_, [](const auto& step) { return out_of_watches(step->watch.error()); });
}

int Trail::blind() const {
    for (const auto& step : steps_)
        if (step->interest != Interest::Going && step->watch.error() != 0)
            return step->watch.error();
    return 0;
}

void Trail::add_unwatched(std::set<std::string>& directories) const {
    for (const auto& step : steps_)
        if (out_of_watches(step->watch.error()))
            directories.insert(step->watch.path());
}

bool Trail::crosses(const std::string& point) const {
    return std::ranges::any_of(steps_, [&](const auto& step) {
        return at_or_below(join(step->watch.path(), step->name), point);
    });
}

} // namespace hotreload::watch
