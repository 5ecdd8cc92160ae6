// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/set_aside.hpp"

#include <algorithm>

namespace hotreload::worker {

namespace {

struct SubjectOf {
    std::vector<std::pair<ContentId, Format>>& subject;

    void add(const Source& source) const { subject.emplace_back(source.id, source.format); }

    void operator()(const Compare& request) const {
        add(request.now);
        if (request.applied)
            add(*request.applied);
        if (request.schema)
            add(request.schema->source);
    }
    void operator()(const Render& request) const { add(request.document); }
    void operator()(const RenderChange& request) const {
        add(request.before);
        add(request.after);
    }
    void operator()(const CompareLines& request) const {
        // No content that has an id: a comparison of lines is asked for by people, each time anew.
        (void)request;
    }
};

} // namespace

SetAside::Subject SetAside::subject_of(const Request& request) {
    Subject subject;
    std::visit(SubjectOf{subject}, request);
    return subject;
}

void SetAside::add(const std::string& project, const Request& request, std::string why) {
    auto subject = subject_of(request);
    if (subject.empty())
        return;
    if (entries_.size() >= kMost)
        entries_.pop_front();
    entries_.push_back({project, std::move(subject), std::move(why)});
}

const std::string* SetAside::find(const std::string& project, const Request& request) const {
    if (entries_.empty())
        return nullptr;
    const auto subject = subject_of(request);
    const auto found = std::ranges::find_if(entries_, [&](const Entry& each) {
        return each.project == project && each.subject == subject;
    });
    return found == entries_.end() ? nullptr : &found->why;
}

void SetAside::forgive(const std::string& project) {
    std::erase_if(entries_, [&](const Entry& each) { return each.project == project; });
}

} // namespace hotreload::worker
