// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/journal_reader.hpp"

#include "core/instances.hpp"
#include "core/names.hpp"

#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace hotreload::ctl {

namespace {

template <class Number>
Number number(const std::string& text, Number otherwise) {
    std::from_chars(text.data(), text.data() + text.size(), otherwise);
    return otherwise;
}

} // namespace

bool LogFilter::admits(const LogEntry& entry) const {
    return entry.priority <= priority && (!pattern || pattern->admits(entry.message));
}

void JournalReader::Close::operator()(sd_journal* journal) const noexcept {
    sd_journal_close(journal);
}

Answer<std::unique_ptr<JournalReader>> JournalReader::open(std::vector<LogSource> sources,
                                                           bool user_instance, LogFilter filter) {
    sd_journal* journal = nullptr;
    if (const int r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY); r < 0)
        return give_up(ExitStatus::Failed,
                       "cannot open the journal: " + std::generic_category().message(-r));
    std::unique_ptr<JournalReader> reader(new JournalReader);
    reader->journal_.reset(journal);
    reader->sources_ = std::move(sources);
    reader->user_instance_ = user_instance;
    reader->filter_ = std::move(filter);
    for (const auto& source : reader->sources_)
        reader->match_source(source);
    // The descriptor is asked for before the end is sought: what is written from then on makes it
    // readable.
    if (const int fd = sd_journal_get_fd(journal); fd < 0)
        return give_up(ExitStatus::Failed,
                       "cannot watch the journal: " + std::generic_category().message(-fd));
    return reader;
}

void JournalReader::match(const std::string& field, const std::string& value) {
    const auto text = field + "=" + value;
    sd_journal_add_match(journal_.get(), text.data(), text.size());
}

void JournalReader::match_source(const LogSource& source) {
    const auto uid = std::to_string(geteuid());
    const std::string user = user_instance_ ? "USER_" : "";
    const auto one_term = [&](const std::string& field, const std::string& value) {
        sd_journal_add_disjunction(journal_.get());
        match(field, value);
    };
    one_term("_SYSTEMD_" + user + "SLICE", project_slice(source.target.project));
    if (user_instance_) // another user may have a project of this name
        match("_SYSTEMD_OWNER_UID", uid);
    one_term("HOTRELOAD_PROJECT", source.target.project);
    match("_UID", user_instance_ ? uid : "0");
    for (const auto& [attached, service] : source.attached)
        for (const auto& unit : units_of(attached)) {
            one_term("_SYSTEMD_" + user + "UNIT", unit);
            if (user_instance_)
                match("_SYSTEMD_OWNER_UID", uid);
        }
}

// A match is of one name: instances are those that have written something.
std::vector<std::string> JournalReader::units_of(const std::string& attached) const {
    if (!names_instances(attached))
        return {attached};
    std::vector<std::string> units;
    sd_journal_query_unique(journal_.get(),
                            user_instance_ ? "_SYSTEMD_USER_UNIT" : "_SYSTEMD_UNIT");
    const void* data = nullptr;
    std::size_t size = 0;
    while (sd_journal_enumerate_unique(journal_.get(), &data, &size) > 0) {
        std::string_view unit(static_cast<const char*>(data), size);
        unit.remove_prefix(unit.find('=') + 1);
        if (is_instance_of(unit, attached))
            units.emplace_back(unit);
    }
    return units;
}

void JournalReader::seek(const LogBegin& begin) {
    if (begin.last_lines)
        seek_last(*begin.last_lines, begin.since_usec);
    else
        sd_journal_seek_realtime_usec(journal_.get(), begin.since_usec);
}

void JournalReader::seek_last(std::uint64_t lines, std::uint64_t since_usec) {
    sd_journal_seek_tail(journal_.get());
    std::uint64_t found = 0;
    bool at_head = false;
    // Entries of another service of the project do not count, nor those older than is wanted.
    while (found < lines && !at_head) {
        at_head = sd_journal_previous(journal_.get()) <= 0;
        if (at_head)
            break;
        std::uint64_t written = 0;
        if (sd_journal_get_realtime_usec(journal_.get(), &written) >= 0 && written < since_usec)
            return; // next() steps on to what is wanted
        if (current())
            ++found;
    }
    // next() steps first. From the tail itself it would never get on, though entries come.
    if (at_head || sd_journal_previous(journal_.get()) <= 0)
        sd_journal_seek_head(journal_.get());
}

std::optional<LogEntry> JournalReader::next() {
    while (sd_journal_next(journal_.get()) > 0)
        if (auto entry = current())
            return entry;
    return {};
}

int JournalReader::fd() const {
    return sd_journal_get_fd(journal_.get());
}

void JournalReader::acknowledge() {
    sd_journal_process(journal_.get());
}

std::string JournalReader::field(const char* name) const {
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_journal_get_data(journal_.get(), name, &data, &size) < 0)
        return {};
    const std::string_view text(static_cast<const char*>(data), size);
    return std::string(text.substr(text.find('=') + 1));
}

std::optional<LogEntry> JournalReader::current() const {
    LogEntry entry;
    sd_journal_get_realtime_usec(journal_.get(), &entry.realtime_usec);
    entry.message = field("MESSAGE");
    entry.unit = field(user_instance_ ? "_SYSTEMD_USER_UNIT" : "_SYSTEMD_UNIT");
    entry.pid = number<std::uint32_t>(field("_PID"), 0);
    entry.priority = number<int>(field("PRIORITY"), entry.priority);
    const auto project = field("HOTRELOAD_PROJECT");
    const auto service = field("HOTRELOAD_SERVICE");
    for (const auto& source : sources_) {
        entry.project = source.target.project;
        entry.ours = false;
        const auto attached = std::ranges::find_if(source.attached, [&](const auto& each) {
            return each.first == entry.unit ||
                   (names_instances(each.first) && is_instance_of(entry.unit, each.first));
        });
        if (attached != source.attached.end()) {
            entry.service = attached->second;
        } else if (auto own = service_in_unit(entry.unit, entry.project); !own.empty()) {
            entry.service = std::move(own);
        } else if (project == entry.project) {
            entry.service = service;
            entry.ours = true;
        } else {
            continue;
        }
        const auto& wanted = source.target.service;
        if (!wanted.empty() && entry.service != wanted && entry.service != wanted + "-validate")
            continue;
        if (!filter_.admits(entry))
            return {};
        return entry;
    }
    return {};
}

} // namespace hotreload::ctl
