// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/log_follow.hpp"

#include <algorithm>

namespace hotreload::ctl {

std::vector<LogSource> log_sources(const std::vector<Target>& targets,
                                   const std::vector<ProjectState>& projects) {
    std::vector<LogSource> sources;
    for (const auto& target : targets) {
        LogSource source{target, {}, {}};
        const auto project = std::ranges::find(projects, target.project, &ProjectState::name);
        if (project != projects.end())
            for (const auto& service : project->services) {
                if (!target.service.empty() && target.service != service.name)
                    continue;
                source.services.push_back(service.name);
                if (service.attached && !service.unit.empty())
                    source.attached.emplace(service.unit, service.name);
            }
        sources.push_back(std::move(source));
    }
    return sources;
}

Answer<std::unique_ptr<LogFollow>> LogFollow::open(Output& out, std::vector<LogSource> sources,
                                                   bool user_instance, LogBegin begin) {
    const bool several = std::ranges::any_of(sources, [&](const LogSource& each) {
        return each.target.project != sources.front().target.project;
    });
    std::unique_ptr<LogFollow> self(new LogFollow(out, several, begin.times));
    for (const auto& source : sources) {
        self->painter_.expect(source.target.project, "");
        for (const auto& service : source.services)
            self->painter_.expect(source.target.project, service);
    }
    auto reader = JournalReader::open(std::move(sources), user_instance, std::move(begin.filter));
    if (!reader)
        return std::unexpected(std::move(reader.error()));
    self->reader_ = std::move(*reader);
    self->reader_->seek(begin);
    return self;
}

void LogFollow::print() {
    while (const auto entry = reader_->next()) {
        if (entry->ours && !ours_)
            continue;
        if (out_.wants_json())
            out_.json(to_json(*entry));
        else
            out_.text(painter_.paint(*entry));
    }
}

void LogFollow::follow(os::EventLoop& loop) {
    print();
    readable_ = std::make_unique<os::Readable>(loop, reader_->fd(), [this] {
        reader_->acknowledge();
        print();
    });
}

} // namespace hotreload::ctl
