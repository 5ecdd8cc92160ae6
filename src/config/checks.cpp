// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/nearest.hpp"
#include "config/keys.hpp"
#include "core/instances.hpp"
#include "core/names.hpp"
#include "core/reload_id.hpp"

#include <algorithm>
#include <filesystem>
#include <format>
#include <ranges>
#include <set>

namespace hotreload {

namespace {

std::string key_of(const Reading& reading, const MemberDefinition& service,
                   std::string_view name = "") {
    return reading.kinds.key_of(service).append(name.empty() ? "" : ".").append(name);
}

// ReadDeclaration is a declaration as it was read, for the checks of its kind.
class ReadDeclaration final : public Declaration {
public:
    ReadDeclaration(Reading& reading, const MemberDefinition& service)
        : reading_(reading), service_(service), table_(reading.kinds.key_of(service)) {}

    [[nodiscard]] const MemberDefinition& definition() const override { return service_; }
    [[nodiscard]] bool has(std::string_view key) const override {
        return reading_.has(key_of(key));
    }
    void problem(std::string_view key, std::string message) override {
        reading_.problem(key_of(key), std::move(message));
    }
    void warning(std::string_view key, std::string message) override {
        reading_.warning(key_of(key), std::move(message));
    }

private:
    [[nodiscard]] std::string key_of(std::string_view key) const {
        return key.empty() ? table_ : key_in(table_, key);
    }

    Reading& reading_;
    const MemberDefinition& service_;
    std::string table_; // "services.web"
};

// A kind's check asks nobody but the declaration (core/kind.hpp): of a member that was taken over
// it would find what it found before.
void check_by_kind(Reading& reading, const MemberDefinition& service, MemberReading& member) {
    auto& warnings = reading.project.source_map.warnings;
    if (!member.is_checked) {
        const auto before = warnings.size();
        ReadDeclaration declaration(reading, service);
        reading.kinds.of(service).check(declaration);
        member.is_checked = true;
        member.warnings.assign(warnings.begin() + static_cast<std::ptrdiff_t>(before),
                               warnings.end());
        for (auto& warning : member.warnings)
            warning.line -= member.line;
        return;
    }
    for (auto warning : member.warnings) {
        warning.line += member.line;
        warnings.push_back(std::move(warning));
    }
}

// The schema may come later; until it does, every change is refused.
void warn_of_missing_schemas(Reading& reading, const MemberDefinition& service) {
    std::error_code error;
    for (std::size_t i = 0; i < service.watches.size(); ++i) {
        const auto& schema = service.watches[i].schema;
        if (!schema.empty() && !std::filesystem::exists(schema, error))
            reading.warning(key_of(reading, service, std::format("watch.{}.schema", i)),
                            schema +
                                " is not there: until it is, no change of these files is taken");
    }
}

// The name of a unit has room for 255 characters; `others` are in that of each service.
void check_length(Reading& reading, const MemberDefinition& service, std::size_t others) {
    if (others + escape_unit_name(service.name).size() > 255)
        reading.problem(key_of(reading, service),
                        "the names of project and service are too long together "
                        "for the name of a unit");
}

// The search for a hint costs as much as there are services: a file that is wrong all over gets
// none after its first problems.
constexpr std::size_t kMostHints = 100;

std::string near_service(const Reading& reading, const std::string& word) {
    if (reading.problems.size() >= kMostHints)
        return "";
    std::vector<std::string_view> names;
    for (const auto& [name, service] : reading.project.services)
        names.emplace_back(name);
    const auto near = nearest(word, names);
    return near ? std::format("; did you mean \"{}\"?", *near) : "";
}

// The words of what the project has: "service", "service or note".
std::string words_of_members(const Reading& reading) {
    std::string words;
    for (const auto* const kind : reading.kinds.all()) {
        const auto is_of_kind = [&](const auto& member) {
            return &reading.kinds.of(member.second) == kind;
        };
        if (std::ranges::any_of(reading.project.services, is_of_kind))
            words.append(words.empty() ? "" : " or ").append(kind->word());
    }
    return words;
}

// `words`: as above.
void check_links(Reading& reading, const MemberDefinition& service, const std::string& words) {
    const auto check = [&](std::string_view key, const std::vector<std::string>& names) {
        for (const std::string& other : names)
            if (other == service.name)
                reading.problem(
                    key_of(reading, service, key),
                    std::format("names the {} itself", reading.kinds.of(service).word()));
            else if (!reading.project.services.contains(other))
                reading.problem(key_of(reading, service, key),
                                std::format("there is no {} \"{}\" in the project{}", words, other,
                                            near_service(reading, other)));
    };
    check("after", service.after);
    check("requires", service.required);
    check("part_of", service.part_of);
}

// A socket is one service's.
void check_ports_once(Reading& reading) {
    std::map<std::string, std::string> owners;
    for (const auto& [name, service] : reading.project.services)
        for (const auto& port : service->ports) {
            const auto [owner, first] = owners.emplace(port.address, name);
            if (!first && owner->second != name)
                reading.problem(
                    key_of(reading, service, "ports"),
                    std::format("{} is a port of {} already", port.address,
                                key_of(reading, reading.project.services.at(owner->second))));
        }
}

void check_attached_once(Reading& reading) {
    std::map<std::string, std::string> owners;
    for (const auto& [name, service] : reading.project.services) {
        if (!service->attached())
            continue;
        for (const auto& [unit, owner] : owners)
            if (are_one_unit(unit, service->unit))
                reading.problem(key_of(reading, service, "unit"),
                                std::format("{} is attached already by {}", service->unit,
                                            key_of(reading, reading.project.services.at(owner))));
        owners.emplace(service->unit, name);
    }
}

// Depth first along `after`; what is met again on the way down closes a cycle. The way is a list of
// its own: a chain may be as long as the file has services.
class CycleSearch {
public:
    explicit CycleSearch(Reading& reading) : reading_(reading) {}

    void visit(const std::string& name) {
        for (enter(name); !way_.empty();) {
            auto& [service, next] = way_.back();
            if (next < service->after.size())
                enter(service->after[next++]);
            else
                leave();
        }
    }

private:
    struct Step {
        const MemberDefinition* service;
        std::size_t next = 0; // of what it is after
    };

    void enter(const std::string& name) {
        const auto found = reading_.project.services.find(name);
        if (found == reading_.project.services.end() || done_.contains(name))
            return;
        const auto* const service = &*found->second;
        const bool is_itself = !way_.empty() && way_.back().service == service; // told of already
        if (service->after.empty() || is_itself)
            return;
        if (on_way_.insert(name).second)
            way_.push_back({service});
        else
            report(service);
    }

    void leave() {
        const auto& name = way_.back().service->name;
        on_way_.erase(name);
        done_.insert(name);
        way_.pop_back();
    }

    void report(const MemberDefinition* first) {
        std::string cycle;
        bool of_one_kind = true;
        for (const auto& step :
             std::ranges::subrange(std::ranges::find(way_, first, &Step::service), way_.end())) {
            cycle += step.service->name + " → ";
            of_one_kind &= step.service->kind == first->kind;
        }
        reading_.problem(key_of(reading_, *first, "after"),
                         std::format("the {} wait for each other: {}{}",
                                     of_one_kind ? reading_.kinds.of(*first).table() : "members",
                                     cycle, first->name));
    }

    Reading& reading_;
    std::vector<Step> way_;
    std::set<std::string> on_way_;
    std::set<std::string> done_;
};

void check_trust(Reading& reading, const MemberDefinition& service, const MemberReading& member) {
    for (const auto& [key, path, was_read] : member.env_files)
        if (was_read)
            if (auto why = reading.trust.distrusted(path, service.user))
                reading.problem(key, *std::move(why));
    for (auto& [key, why] : reading.trust.programs(service, true))
        reading.problem(key_of(reading, service, key), std::move(why));
}

} // namespace

void check_services(Reading& reading) {
    const auto words = words_of_members(reading);
    const auto longest = helper_unit(reading.project.name, "", "last-words", to_string(ReloadId()));
    for (const auto& [name, shared] : reading.project.services) {
        const MemberDefinition& service = *shared;
        auto& member = reading.members.at(name);
        const auto problems = reading.problems.size();
        check_by_kind(reading, service, member);
        check_length(reading, service, longest.size());
        warn_of_missing_schemas(reading, service);
        check_links(reading, service, words);
        check_trust(reading, service, member);
        member.keep &= reading.problems.size() == problems;
    }
    check_ports_once(reading);
    check_attached_once(reading);
    CycleSearch search(reading);
    for (const auto& [name, service] : reading.project.services)
        if (!service->after.empty())
            search.visit(name);
}

} // namespace hotreload
