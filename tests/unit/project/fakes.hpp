// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A project's ports in memory: time that is moved by hand, files that are written by the test, a
// store that can refuse, and events that are written down.

#include "../core/fake_means.hpp"
#include "../fake_clock.hpp"
#include "base/completion.hpp"
#include "core/content_store.hpp"
#include "core/deaths_port.hpp"
#include "core/documents_port.hpp"
#include "core/events.hpp"
#include "core/files_port.hpp"
#include "core/glob.hpp"
#include "core/project_reader.hpp"
#include "core/published_files_port.hpp"
#include "core/record.hpp"
#include "core/restoration_port.hpp"
#include "core/writers_port.hpp"

#include <algorithm>
#include <deque>
#include <format>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::project::test {

using hotreload::test::FakeClock;

// Files by path. What is written is unsettled until settle() or quiet().
class FakeFiles final : public Files {
public:
    void write(const std::string& path, const std::string& content) {
        files_[path] = content;
        touched(path);
    }
    void remove(const std::string& path) {
        files_.erase(path);
        touched(path);
    }
    // It stays in snapshots as it was read last, and is not written by this.
    void make_readable(const std::string& path, bool readable) {
        readable ? (void)unreadable_.erase(path) : (void)unreadable_.insert({path, files_[path]});
        for (auto* const set : sets_)
            set->moving |= set->has(path);
    }
    // The sets that watch the path are told that it has settled.
    void settle(const std::string& path) {
        for (auto* const set : std::set(sets_))
            if (sets_.contains(set) && set->moving && set->has(path)) {
                set->moving = false;
                set->news() ? set->on_settled() : set->on_quiet ? set->on_quiet() : void();
            }
    }
    [[nodiscard]] std::size_t watched_sets() const { return sets_.size(); }

    [[nodiscard]] unsigned looks_at(const std::string& path) const {
        unsigned looks = 0;
        for (const auto* set : sets_)
            if (set->has(path))
                looks += set->looks;
        return looks;
    }

    std::set<std::string> unseen; // files of which changes cannot be seen
    std::string write_error;      // why nothing can be restored; "": it can

    const Clock* clock = nullptr; // by which files change

    // Reading takes until somebody calls the function.
    std::vector<std::function<void()>> reading;
    Executor* slow = nullptr; // nullptr: it takes no time

    static ContentId id_of(const std::string& content) {
        return {std::hash<std::string>()(content), 0, content.size()};
    }

    Result<std::unique_ptr<WatchedFiles>> watch(const std::vector<WatchDefinition>& watches,
                                                OnSettled on_settled, OnRead on_read) override {
        return std::make_unique<Set>(*this, watches, std::move(on_settled), std::move(on_read));
    }
    Task<Result<Snapshot>> read_once(std::vector<WatchDefinition> watches,
                                     OnRead on_read) override {
        co_return snapshot(watches, on_read);
    }
    [[nodiscard]] bool exists(const std::string& path) const override {
        return files_.contains(path);
    }
    [[nodiscard]] bool are_one(const std::string& path, const std::string& other) const override {
        return path == other;
    }
    [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const override {
        return path;
    }
    [[nodiscard]] std::string stamp(const std::string& path) const override {
        const auto found = files_.find(path);
        return found == files_.end() ? "" : found->second;
    }
    [[nodiscard]] std::optional<std::uint64_t> changed_usec(const std::string&) const override {
        return std::nullopt;
    }

private:
    Task<> read() {
        if (!slow)
            co_return;
        Completion<bool> done(*slow);
        reading.push_back([resolve = done.resolver()] { resolve(true); });
        co_await done;
    }
    static bool matches(const std::vector<WatchDefinition>& watches, const std::string& path) {
        return std::ranges::any_of(watches, [&](const auto& watch) {
            return std::ranges::any_of(watch.files, [&](const auto& pattern) {
                return Glob::parse(pattern)->matches(path);
            });
        });
    }
    [[nodiscard]] Snapshot snapshot(const std::vector<WatchDefinition>& watches,
                                    const OnRead& on_read) const {
        Snapshot now;
        for (const auto& [path, content] : files_)
            if (const auto known = unreadable_.find(path); !matches(watches, path)) {
                continue;
            } else if (known != unreadable_.end()) {
                now.files[path] = id_of(known->second);
                now.unreadable.push_back({path, 0, 0, "Permission denied", Audience::Everybody});
            } else {
                now.files[path] = id_of(content);
                if (unseen.contains(path))
                    now.unseen.push_back({path, 0, 0, "no space left", Audience::Everybody});
                if (on_read)
                    on_read(path, id_of(content), content);
            }
        return now;
    }
    void touched(const std::string& path) {
        for (auto* const set : sets_)
            if (set->has(path)) {
                set->moving = true;
                set->changed = clock ? clock->now() : Duration::zero();
                set->written[path] = ++writes_;
            }
    }

    class Set final : public WatchedFiles {
    public:
        Set(FakeFiles& files, std::vector<WatchDefinition> watches, OnSettled settled, OnRead read)
            : on_settled(std::move(settled)),
              files_(files),
              watches_(std::move(watches)),
              on_read_(std::move(read)) {
            files_.sets_.insert(this);
        }
        ~Set() override { files_.sets_.erase(this); }
        Look look(Rescan) override {
            ++looks;
            mark_ = files_.writes_;
            moving = false;
            seen_ = files_.snapshot(watches_, on_read_);
            return {seen_, {}};
        }
        Task<> look_ahead(Rescan) override { return files_.read(); }
        [[nodiscard]] std::uint64_t mark() const override { return mark_; }
        [[nodiscard]] std::vector<std::string> written_since(std::uint64_t mark) const override {
            std::vector<std::string> paths;
            for (const auto& [path, when] : written)
                if (when > mark)
                    paths.push_back(path);
            return paths;
        }
        [[nodiscard]] bool unsettled() const override { return moving; }
        [[nodiscard]] Duration changed_at() const override { return changed; }
        [[nodiscard]] const WatchState& state() const override { return state_; }
        [[nodiscard]] PathMatch explain(const std::string&) const override { return {}; }
        [[nodiscard]] std::set<std::string> names_of(const std::string&) const override {
            return {};
        }
        [[nodiscard]] bool has(const std::string& path) const { return matches(watches_, path); }
        [[nodiscard]] bool news() const { return files_.snapshot(watches_, {}) != seen_; }

        bool moving = false;
        Duration changed{};
        unsigned looks = 0;
        std::map<std::string, std::uint64_t> written;
        OnSettled on_settled;

    private:
        FakeFiles& files_;
        std::vector<WatchDefinition> watches_;
        OnRead on_read_;
        Snapshot seen_;
        std::uint64_t mark_ = 0;
        WatchState state_;
    };

    std::map<std::string, std::string> files_;
    std::map<std::string, std::string> unreadable_; // with what was read last
    std::set<Set*> sets_;
    std::uint64_t writes_ = 0;
};

// Records in memory. A full disk refuses; a torn write leaves what was there.
class MemoryStore final : public RecordStore {
public:
    bool full = false;
    std::vector<std::string> saves; // what was asked for, in its order
    std::map<std::string, MemberRecord> services;
    std::optional<ProjectRecord> project;
    std::map<std::string, std::vector<GenerationRecord>> histories;
    std::map<std::string, std::vector<EventRecord>> noted;

    Result<> save(const ProjectRecord& record) override {
        return take("project", [&] { project = record; });
    }
    Result<> save_service(const std::string&, const std::string& service,
                          const MemberRecord& record) override {
        return take(service, [&] { services[service] = record; });
    }
    Result<> remove_service(const std::string&, const std::string& service) override {
        return take("-" + service, [&] { services.erase(service); });
    }
    Result<> remove(const std::string&) override {
        project.reset();
        return {};
    }
    // A cut of the power would leave what flush() has taken.
    Task<Result<>> flush() override {
        saves.push_back("flush");
        if (full)
            co_return fail(ErrorCode::Failed, "no space left on device");
        services_on_disk = services;
        project_on_disk = project;
        co_return Result<>{};
    }
    std::map<std::string, MemberRecord> services_on_disk;
    std::optional<ProjectRecord> project_on_disk;
    std::map<std::string, MemberRecord> left_services(const std::string&) override { return {}; }
    std::vector<GenerationRecord> history(const std::string&, const std::string& service) override {
        return histories[service];
    }
    Result<> save_history(const std::string&, const std::string& service,
                          const std::vector<GenerationRecord>& generations) override {
        return take(service + "'s history", [&] { histories[service] = generations; });
    }
    std::vector<EventRecord> events(const std::string&, const std::string& service) override {
        return noted[service];
    }
    Result<> save_events(const std::string&, const std::string& service,
                         const std::vector<EventRecord>& events) override {
        return take(service + "'s events", [&] { noted[service] = events; });
    }

private:
    template <class F>
    Result<> take(const std::string& what, F&& keep) {
        saves.push_back(what);
        if (full)
            return fail(ErrorCode::Failed, "no space left on device");
        keep();
        return {};
    }
};

// Copies of a file, and those of none (""), go when others are kept and nobody needs them.
class MemoryContents final : public ContentStore {
public:
    std::map<ContentId, std::string> contents;

    Result<> keep(const std::string&, const std::string& path, const ContentId& id,
                  std::string_view bytes, unsigned older, const InUse& in_use) override {
        contents.try_emplace(id, bytes);
        auto& copies = copies_[path];
        std::erase(copies, id);
        copies.insert(copies.begin(), id);
        trim(copies, std::size_t{1} + older, in_use);
        trim(copies_[""], 0, in_use);
        return {};
    }
    Result<> flush(const std::string&) override { return {}; }
    std::set<ContentId> on_disk; // which a cut of the power leaves
    std::function<Result<>()> sync(const std::string&, const std::set<ContentId>& ids) override {
        return [this, ids] {
            on_disk.insert(ids.begin(), ids.end());
            return Result<>();
        };
    }
    bool has(const std::string&, const ContentId& id) override { return contents.contains(id); }
    std::optional<std::string> content(const std::string&, const ContentId& id) override {
        const auto found = contents.find(id);
        return found == contents.end() ? std::nullopt : std::optional(found->second);
    }
    Fd open(const std::string&, const ContentId&) override { return {}; }
    std::vector<std::string> copies(const std::string&, const std::string&) override { return {}; }
    Result<> remove_contents(const std::string&) override { return {}; }

private:
    void trim(std::vector<ContentId>& copies, std::size_t most, const InUse& in_use) {
        for (std::size_t i = copies.size(); i-- > most;)
            if (!in_use(copies[i])) {
                contents.erase(copies[i]);
                copies.erase(copies.begin() + static_cast<std::ptrdiff_t>(i));
            }
    }

    std::map<std::string, std::vector<ContentId>> copies_; // by path, the newest first
};

// Published documents in memory, and what was written to them, in its order.
class MemoryPublished final : public PublishedFiles {
public:
    bool full = false;
    std::vector<std::string> lines; // "app 1 valid {}: www-data"
    std::map<std::string, std::string> files;

    Result<> write(const ConfigStatus& status, const std::vector<std::string>& readers) override {
        if (full)
            return fail(ErrorCode::Failed, "no space left on device");
        texts_[status.name] = std::format("{} {} {} {}:", status.name, status.revision,
                                          to_string(status.state.value()), status.value.view());
        let_read("", status.name, readers);
        lines.push_back(files[status.name]);
        return {};
    }
    void let_read(const std::string&, const std::string& document,
                  const std::vector<std::string>& readers) override {
        const auto text = texts_.find(document);
        if (text == texts_.end())
            return;
        files[document] = text->second;
        for (const auto& reader : readers)
            files[document] += " " + reader;
    }
    std::uint64_t revision(const std::string&, const std::string&) override { return in_file; }
    std::uint64_t in_file = 0;
    void keep_only(const std::string&, const std::set<std::string>& documents) override {
        for (auto* const all : {&files, &texts_})
            std::erase_if(*all, [&](const auto& each) { return !documents.contains(each.first); });
    }

private:
    std::map<std::string, std::string> texts_; // of the files, without their readers
};

class FakeRestoration final : public Restoration {
public:
    explicit FakeRestoration(FakeFiles& files) : files_(files) {}

    Result<> write(const std::string& path, std::string bytes) override {
        written_[path] = std::move(bytes);
        return {};
    }
    Result<> keep(const std::string&) override { return {}; }
    void take_away(const std::string& path) override { taken_.insert(path); }
    [[nodiscard]] std::optional<std::string> read(const std::string& path,
                                                  const ContentId& content) const override {
        return holds(path, content) ? std::optional(files_.stamp(path)) : std::nullopt;
    }
    void expect(const std::string& path, Contents contents) override {
        expected_[path] = std::move(contents);
    }
    [[nodiscard]] bool holds(const std::string& path, const ContentId& content) const override {
        return files_.exists(path) && FakeFiles::id_of(files_.stamp(path)) == content;
    }
    Result<std::vector<FileRestored>> carry_out() override {
        std::vector<FileRestored> done;
        if (!files_.write_error.empty() && !(written_.empty() && taken_.empty()))
            return fail(ErrorCode::Failed, files_.write_error);
        for (const auto& [path, contents] : expected_) {
            const auto now = files_.exists(path)
                                 ? std::optional(FakeFiles::id_of(files_.stamp(path)))
                                 : std::nullopt;
            if (!contents.contains(now))
                return fail(ErrorCode::Busy, "somebody else has saved " + path + " meanwhile");
        }
        for (const auto& [path, bytes] : written_) {
            if (holds(path, FakeFiles::id_of(bytes)))
                continue;
            files_.write(path, bytes);
            done.push_back({path, "written back", "", ""});
        }
        for (const auto& path : taken_) {
            files_.remove(path);
            done.push_back({path, "moved aside", "/aside", ""});
        }
        return done;
    }

private:
    FakeFiles& files_;
    std::map<std::string, std::string> written_;
    std::set<std::string> taken_;
    std::map<std::string, Contents> expected_;
};

// Nothing is understood: files are bytes.
class NoDocuments : public Documents {
public:
    void set_secrets(const std::vector<std::string>&) override {}
    void note(const std::string&, const ContentId&, std::string_view) override {}
    Task<DocumentState> compare(Request) override { return finished(DocumentState()); }
    Task<std::expected<std::string, Problem>> json(std::string, ContentId, Format) override {
        if (unrenderable)
            return finished(std::expected<std::string, Problem>(std::unexpect, *unrenderable));
        return finished(std::expected<std::string, Problem>("{}"));
    }
    std::optional<Problem> unrenderable;
    void add_texts(ConfigChange&, const std::string&, const ContentId&, const ContentId&,
                   Format) override {}
    [[nodiscard]] std::optional<std::string> content(const ContentId&) override {
        return std::nullopt;
    }
    Task<std::vector<std::string>> lines(std::string, std::string) override {
        return finished(std::vector<std::string>());
    }
    void forgive() override {}
    void keep(const std::string&, const ContentId&, unsigned,
              const ContentStore::InUse& in_use) override {
        if (in_use_seen)
            *in_use_seen = &in_use;
    }
    const ContentStore::InUse** in_use_seen = nullptr;
    Task<> copy_some(const ContentStore::InUse&) override { co_return; }
    [[nodiscard]] bool copies_wait() const override { return false; }
    void flush() override {}
    void try_again() override {}
    [[nodiscard]] bool kept(const ContentId&) const override { return true; }
    [[nodiscard]] std::vector<std::string> copies(const std::string&) const override { return {}; }
    [[nodiscard]] const std::string& problem() const override { return problem_; }

private:
    std::string problem_;
};

// Comparisons that end when the test says so, in the order in which they were asked for.
struct Comparisons {
    Clock& clock;
    std::vector<std::string> paths; // of those that wait
    std::vector<std::string> kept;  // of which a copy was asked for
    std::deque<Completion<DocumentState>::Resolver> answers;

    void answer(DocumentState state = {}) {
        auto resolve = std::move(answers.front());
        answers.pop_front();
        paths.erase(paths.begin());
        resolve(std::move(state));
    }
};

class SlowDocuments final : public NoDocuments {
public:
    explicit SlowDocuments(Comparisons& comparisons) : comparisons_(comparisons) {}

    Task<DocumentState> compare(Request request) override {
        Completion<DocumentState> answer(comparisons_.clock);
        comparisons_.paths.push_back(request.path);
        comparisons_.answers.push_back(answer.resolver());
        co_return co_await answer;
    }
    void keep(const std::string& path, const ContentId&, unsigned,
              const ContentStore::InUse&) override {
        comparisons_.kept.push_back(path);
    }

private:
    Comparisons& comparisons_;
};

// The project file is what the test says.
class FakeReader final : public ProjectReader {
public:
    ProjectDefinition definition;
    std::optional<Problem> problem;
    unsigned reads = 0;
    Completion<bool>* unknown = nullptr; // what it names is being looked up until then
    bool hangs = false; // it has been for long: each reading ends at the second try
    bool tried = false;

    std::optional<Checked<ProjectDefinition>> read(const std::string&, std::vector<std::string>*,
                                                   std::unique_ptr<EarlierReading>*) override {
        ++reads;
        if (unknown || (hangs && !std::exchange(tried, !tried)))
            return std::nullopt;
        if (problem)
            return Checked<ProjectDefinition>(std::unexpected(std::vector{*problem}));
        return definition;
    }
    Task<> known(std::string) override {
        if (!unknown)
            co_return;
        auto& looked_up = *unknown;
        co_await looked_up;
    }
    [[nodiscard]] Task<std::optional<Problem>>
    distrusted(const ProjectDefinition&, const MemberDefinition&, bool) const override {
        co_return std::nullopt;
    }
};

class NoDeaths final : public Deaths {
public:
    [[nodiscard]] bool set_aside(const Work& work) const override {
        return aside.contains(work.project);
    }
    void forgive(const std::string& project, const std::string&) override { aside.erase(project); }
    std::set<std::string> aside;

protected:
    const Work* begin(const Work&) override { return nullptr; }
    void end(const Work&, const Work*) noexcept override {}
};

// Nobody is found; what somebody asked for is written down.
class NoWriters final : public Writers {
public:
    std::vector<std::string> looked_for;

    Handle find_writer(const std::string& path, OnOpened) override {
        looked_for.push_back(path);
        return nullptr;
    }
};

// The events that were told, one line each: "finished web=applied", "invalid shop: …".
class RecordedEvents final : public Events {
public:
    std::vector<std::string> lines;
    std::vector<Outcome> outcomes;
    std::map<std::string, ServiceStatus> services;
    std::optional<ProjectStatus> project;

    void file_changed(const std::string&, const std::string& path, ChangeKind kind,
                      const std::string&) noexcept override {
        lines.push_back(std::format("{} {}", to_string(kind), path));
    }
    void files_settled(const std::string&, const ReloadId& id,
                       const std::vector<SettledFile>& files, std::size_t more) noexcept override {
        settled.push_back({id, files, more});
    }
    struct Settled {
        ReloadId id;
        std::vector<SettledFile> files;
        std::size_t more = 0;
    };
    std::vector<Settled> settled;
    void config_changed(const ReloadId&, const ConfigChange&) noexcept override {}
    void validation_failed(const ReloadId&, const std::string&, const std::string& target,
                           const Problem& problem) noexcept override {
        lines.push_back("invalid " + target + ": " + problem.message);
    }
    void candidate_changed(const std::string&, const Candidate& candidate, CandidateNews news,
                           AskedBy) noexcept override {
        candidates.emplace_back(news, candidate.left);
    }
    std::vector<std::pair<CandidateNews, std::string>> candidates; // what is told, and why
    void reload_started(const ReloadId&, const Plan&) noexcept override {
        if (on_started)
            on_started();
    }
    std::function<void()> on_started; // an action is about to begin
    void reload_finished(const Outcome& outcome) noexcept override {
        std::string line = "finished";
        for (const auto& each : outcome.services)
            line += std::format(" {}={}", each.service, to_string(each.result));
        lines.push_back(std::move(line));
        outcomes.push_back(outcome);
    }
    void project_changed(const ProjectStatus& status) noexcept override { project = status; }
    void project_removed(const std::string&) noexcept override {}
    void service_changed(const ServiceStatus& status) noexcept override {
        services[status.name] = status;
    }
    void service_removed(const std::string&, const std::string& service) noexcept override {
        services.erase(service);
    }
    void config_status_changed(const ConfigStatus& status) noexcept override {
        lines.push_back("config " + status.name + " " + std::string(to_string(status.state)) + " " +
                        std::string(status.value.view()));
    }
    void config_removed(const std::string&, const std::string&) noexcept override {}
};

} // namespace hotreload::project::test
