// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/set_aside.hpp"

#include <algorithm>
#include <functional>

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
    // Texts that have no id.
    void operator()(const CompareLines& request) const {
        for (const auto* const text : {&request.before, &request.after})
            subject.emplace_back(
                ContentId{.high = 0, .low = std::hash<std::string>()(*text), .size = text->size()},
                Format::Bytes);
    }
};

} // namespace

SetAside::Subject SetAside::subject_of(const Request& request) {
    Subject subject;
    std::visit(SubjectOf{subject}, request);
    return subject;
}

SetAside::Entries::const_iterator SetAside::entry_of(const std::string& project,
                                                     const Request& request) const {
    const auto subject = entries_.empty() ? Subject() : subject_of(request);
    return std::ranges::find_if(entries_, [&](const Entry& each) {
        return each.project == project && each.subject == subject;
    });
}

SetAside::Entry& SetAside::entry_for(const std::string& project, const Request& request) {
    const auto known = entry_of(project, request);
    if (known != entries_.end())
        return entries_.at(static_cast<std::size_t>(known - entries_.begin()));
    if (entries_.size() >= kMost)
        entries_.pop_front();
    entries_.push_back({project, subject_of(request)});
    return entries_.back();
}

unsigned SetAside::count_death(const std::string& project, const Request& request) {
    return ++entry_for(project, request).deaths;
}

void SetAside::forget(const std::string& project, const Request& request) {
    if (const auto known = entry_of(project, request); known != entries_.end())
        entries_.erase(known);
}

void SetAside::add(const std::string& project, const Request& request, std::string why) {
    entry_for(project, request).why = std::move(why);
}

const std::string* SetAside::find(const std::string& project, const Request& request) const {
    const auto known = entry_of(project, request);
    return known == entries_.end() || known->why.empty() ? nullptr : &known->why;
}

void SetAside::forgive(const std::string& project) {
    std::erase_if(entries_, [&](const Entry& each) { return each.project == project; });
}

} // namespace hotreload::worker
