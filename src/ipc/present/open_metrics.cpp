// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/present/open_metrics.hpp"

#include "base/utf8.hpp"
#include "base/words.hpp"

#include <concepts>
#include <format>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace hotreload::ipc {

namespace {

struct Label {
    std::string_view name;
    std::string_view value;
};
using Labels = std::vector<Label>;

std::string escaped(std::string_view value) {
    std::string text;
    for (const char c : to_utf8(value)) {
        if (c == '\n') {
            text += "\\n";
            continue;
        }
        if (c == '\\' || c == '"')
            text += '\\';
        text += c;
    }
    return text;
}

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double seconds(std::uint64_t usec) {
    return static_cast<double>(usec) / 1e6;
}

// As Go spells them, which readers expect of "le": "0.5", "1.0".
std::string bound_text(Duration bound) {
    const auto text = std::format("{}", seconds(bound));
    return text.contains('.') ? text : text + ".0";
}

// Text is what grows, one family of metrics after the other.
class Text {
public:
    // Begins a family. `unit` is what its name ends with, "" for none.
    void family(std::string_view name, std::string_view type, std::string_view unit,
                std::string_view help) {
        name_ = name;
        std::format_to(out(), "# TYPE {} {}\n", name, type);
        if (!unit.empty())
            std::format_to(out(), "# UNIT {} {}\n", name, unit);
        std::format_to(out(), "# HELP {} {}\n", name, help);
    }
    void sample(std::string_view suffix, const Labels& labels, auto value) {
        text_ += name_;
        text_ += suffix;
        std::string_view before = "{";
        for (const auto& [name, text] : labels) {
            std::format_to(out(), "{}{}=\"{}\"", before, name, escaped(text));
            before = ",";
        }
        std::format_to(out(), "{} {}\n", labels.empty() ? "" : "}", value);
    }
    // One sample for each word that the state could have.
    template <HasWords Enum>
    void states(const Labels& labels, std::optional<Enum> state) {
        for (std::size_t i = 0; i < kWordsOf<Enum>.size(); ++i) {
            auto each = labels;
            each.emplace_back(name_, kWordsOf<Enum>[i]);
            sample("", each, state == static_cast<Enum>(i) ? 1 : 0);
        }
    }
    std::string end() && { return std::move(text_) + "# EOF\n"; }

private:
    std::back_insert_iterator<std::string> out() { return std::back_inserter(text_); }

    std::string text_;
    std::string_view name_; // of the family
};

// A sample of a name and labels may be there once: a project file that is refused can say the name
// of another one, or of a project in force.
std::vector<const ProjectOverview*> each_once(const std::vector<ProjectOverview>& all) {
    std::vector<const ProjectOverview*> projects;
    std::set<std::string_view> names;
    for (const auto& each : all)
        if (names.insert(each.project.name).second)
            projects.push_back(&each);
    return projects;
}

class Writer {
public:
    Writer(const Metrics& metrics, std::string_view version)
        : metrics_(metrics), version_(version), projects_(each_once(metrics.projects)) {}

    std::string write() && {
        write_daemon();
        write_projects();
        write_services();
        write_counters();
        write_configs();
        return std::move(text_).end();
    }

private:
    void write_daemon() {
        text_.family("hotreload_build", "info", "", "What hotreloadd is.");
        text_.sample("_info", {{"version", version_}}, 1);
        text_.family("hotreload_watches", "gauge", "", "Directories that inotify watches.");
        text_.sample("", {}, metrics_.watches);
        text_.family("hotreload_watch_queue_overflows", "counter", "",
                     "Times that the kernel's queue of file events was full, and everything was "
                     "looked at again.");
        text_.sample("_total", {}, metrics_.overflows);
        text_.sample("_created", {}, seconds(metrics_.since_usec));
        text_.family("process_resident_memory_bytes", "gauge", "bytes",
                     "Memory of hotreloadd that is resident.");
        text_.sample("", {}, metrics_.process.resident_bytes);
        text_.family("process_cpu_seconds", "counter", "seconds",
                     "Time of the processor that hotreloadd has used, user and system.");
        text_.sample("_total", {}, seconds(metrics_.process.cpu));
        text_.sample("_created", {}, seconds(metrics_.since_usec));
        text_.family("process_start_time_seconds", "gauge", "seconds",
                     "When hotreloadd began, since the epoch.");
        text_.sample("", {}, seconds(metrics_.since_usec));
    }

    void write_projects() {
        text_.family("hotreload_project_state", "stateset", "", "State of the project.");
        for (const auto* each : projects_)
            text_.states<ProjectStatus::State>({{"project", each->project.name}},
                                               each->project.state);
        text_.family("hotreload_project_problems", "gauge", "",
                     "What is wrong with the project file.");
        for (const auto* each : projects_)
            text_.sample("", {{"project", each->project.name}}, each->project.problems.size());
    }

    void for_each_service(const std::function<void(const Labels&, const ServiceStatus&)>& write) {
        for (const auto* project : projects_)
            for (const auto& service : project->services)
                write({{"project", service.project}, {"service", service.name}}, service);
    }

    void write_services() {
        text_.family("hotreload_service_state", "stateset", "", "State of the service.");
        for_each_service([&](const Labels& labels, const ServiceStatus& service) {
            text_.states<ServiceStatus::State>(labels, service.state);
        });
        text_.family("hotreload_service_watch", "stateset", "",
                     "How well the service's files are watched.");
        for_each_service([&](const Labels& labels, const ServiceStatus& service) {
            text_.states<WatchState::Kind>(labels, service.watching.kind);
        });
        text_.family("hotreload_service_generation", "gauge", "",
                     "Generation that is applied; 0: none yet.");
        for_each_service([&](const Labels& labels, const ServiceStatus& service) {
            text_.sample("", labels, service.generation);
        });
        text_.family("hotreload_service_last_applied_timestamp_seconds", "gauge", "seconds",
                     "When a generation was applied last, since the epoch; 0: never.");
        for_each_service([&](const Labels& labels, const ServiceStatus& service) {
            text_.sample("", labels, seconds(service.last_applied_usec));
        });
        text_.family("hotreload_service_waiting", "gauge", "",
                     "Changes that wait for somebody to ask for them.");
        for_each_service([&](const Labels& labels, const ServiceStatus& service) {
            text_.sample("", labels, service.waiting.size());
        });
        text_.family("hotreload_service_problems", "gauge", "",
                     "What is wrong with the service or its files.");
        for_each_service([&](const Labels& labels, const ServiceStatus& service) {
            text_.sample("", labels, service.problems.size());
        });
    }

    void write_counters() {
        text_.family("hotreload_service_reloads", "counter", "",
                     "Transactions that were about the service, by how they ended for it.");
        for (const auto& [project, counters] : metrics_.counters)
            for (const auto& [name, service] : counters.services)
                for (std::size_t i = 0; i < Counters::kResults.size(); ++i) {
                    const Labels labels{{"project", project},
                                        {"service", name},
                                        {"result", to_string(Counters::kResults.at(i))}};
                    text_.sample("_total", labels, service.results.at(i));
                    text_.sample("_created", labels, seconds(service.since_usec));
                }
        text_.family("hotreload_service_gap_seconds", "summary", "seconds",
                     "How long nobody served while the service was restarted.");
        for (const auto& [project, counters] : metrics_.counters)
            for (const auto& [name, service] : counters.services) {
                const Labels labels{{"project", project}, {"service", name}};
                text_.sample("_count", labels, service.gaps.count);
                text_.sample("_sum", labels, seconds(service.gaps.sum));
                text_.sample("_created", labels, seconds(service.since_usec));
            }
        text_.family("hotreload_reload_duration_seconds", "histogram", "seconds",
                     "How long transactions of the project took from their begin to their end.");
        for (const auto& [project, counters] : metrics_.counters)
            write_durations({{"project", project}}, counters);
    }

    void write_durations(const Labels& labels, const Counters::Project& counters) {
        std::uint64_t up_to_here = 0;
        for (std::size_t i = 0; i < counters.buckets.size(); ++i) {
            up_to_here += counters.buckets.at(i);
            const auto bound =
                i < Counters::kBounds.size() ? bound_text(Counters::kBounds.at(i)) : "+Inf";
            auto bucket = labels;
            bucket.emplace_back("le", bound);
            text_.sample("_bucket", bucket, up_to_here);
        }
        text_.sample("_count", labels, counters.transactions.count);
        text_.sample("_sum", labels, seconds(counters.transactions.sum));
        text_.sample("_created", labels, seconds(counters.since_usec));
    }

    void for_each_config(const std::function<void(const Labels&, const ConfigStatus&)>& write) {
        for (const auto* project : projects_)
            for (const auto& config : project->configs)
                write({{"project", config.project}, {"config", config.name}}, config);
    }

    void write_configs() {
        text_.family("hotreload_config_state", "stateset", "", "State of the published document.");
        for_each_config([&](const Labels& labels, const ConfigStatus& config) {
            text_.states(labels, config.state);
        });
        text_.family("hotreload_config_revision", "gauge", "",
                     "Number of the value that is published; 0: there was none yet.");
        for_each_config([&](const Labels& labels, const ConfigStatus& config) {
            text_.sample("", labels, config.revision);
        });
    }

    const Metrics& metrics_;
    std::string_view version_;
    std::vector<const ProjectOverview*> projects_;
    Text text_;
};

} // namespace

std::string open_metrics(const Metrics& metrics, std::string_view version) {
    return Writer(metrics, version).write();
}

} // namespace hotreload::ipc
