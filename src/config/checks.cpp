// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/nearest.hpp"
#include "config/keys.hpp"
#include "config/trust.hpp"
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
        : reading_(reading), service_(service) {}

    [[nodiscard]] const MemberDefinition& definition() const override { return service_; }
    [[nodiscard]] bool has(std::string_view key) const override {
        return reading_.has(key_of(reading_, service_, key));
    }
    void problem(std::string_view key, std::string message) override {
        reading_.problem(key_of(reading_, service_, key), std::move(message));
    }
    void warning(std::string_view key, std::string message) override {
        reading_.warning(key_of(reading_, service_, key), std::move(message));
    }

private:
    Reading& reading_;
    const MemberDefinition& service_;
};

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

void check_length(Reading& reading, const MemberDefinition& service) {
    const auto longest =
        helper_unit(reading.project.name, service.name, "last-words", to_string(ReloadId()));
    if (longest.size() > 255)
        reading.problem(key_of(reading, service),
                        "the names of project and service are too long together "
                        "for the name of a unit");
}

std::string near_service(const Reading& reading, const std::string& word) {
    std::vector<std::string_view> names;
    for (const auto& [name, service] : reading.project.services)
        names.emplace_back(name);
    const auto near = nearest(word, names);
    return near ? std::format("; did you mean \"{}\"?", *near) : "";
}

void check_links(Reading& reading, const MemberDefinition& service) {
    const auto check = [&](std::string_view key, const std::vector<std::string>& names) {
        for (const std::string& other : names)
            if (other == service.name)
                reading.problem(key_of(reading, service, key), "names the service itself");
            else if (!reading.project.services.contains(other))
                reading.problem(key_of(reading, service, key),
                                std::format("there is no service \"{}\" in the project{}", other,
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
        for (const auto& port : service.ports) {
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
        if (!service.attached())
            continue;
        for (const auto& [unit, owner] : owners)
            if (are_one_unit(unit, service.unit))
                reading.problem(key_of(reading, service, "unit"),
                                std::format("{} is attached already by {}", service.unit,
                                            key_of(reading, reading.project.services.at(owner))));
        owners.emplace(service.unit, name);
    }
}

// Depth first along `after`; what is met again on the way down closes a cycle.
class CycleSearch {
public:
    explicit CycleSearch(Reading& reading) : reading_(reading) {}

    void visit(const std::string& name) {
        const auto found = reading_.project.services.find(name);
        if (found == reading_.project.services.end() || done_.contains(name))
            return;
        if (!on_way_.insert(name).second)
            return report(name);
        way_.push_back(name);
        for (const std::string& other : found->second.after)
            if (other != name)
                visit(other);
        way_.pop_back();
        on_way_.erase(name);
        done_.insert(name);
    }

private:
    void report(const std::string& first) {
        std::string cycle;
        for (const std::string& name :
             std::ranges::subrange(std::ranges::find(way_, first), way_.end()))
            cycle += name + " → ";
        reading_.problem(key_of(reading_, reading_.project.services.at(first), "after"),
                         std::format("the services wait for each other: {}{}", cycle, first));
    }

    Reading& reading_;
    std::vector<std::string> way_;
    std::set<std::string> on_way_;
    std::set<std::string> done_;
};

void check_trust(Reading& reading, const MemberDefinition& service) {
    for (const auto& [of, key, path] : reading.env_files)
        if (of == service.name)
            if (auto why = distrusted(path, service.user))
                reading.problem(key, *std::move(why));
    for (auto& [key, why] : distrusted_programs(service, true))
        reading.problem(key_of(reading, service, key), std::move(why));
}

} // namespace

void check_services(Reading& reading) {
    for (const auto& [name, service] : reading.project.services) {
        ReadDeclaration declaration(reading, service);
        reading.kinds.of(service).check(declaration);
        check_length(reading, service);
        warn_of_missing_schemas(reading, service);
        check_links(reading, service);
        check_trust(reading, service);
    }
    check_ports_once(reading);
    check_attached_once(reading);
    CycleSearch search(reading);
    for (const auto& [name, service] : reading.project.services)
        search.visit(name);
}

} // namespace hotreload
