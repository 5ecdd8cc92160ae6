// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A whole project over ports in memory.

#include "../inline_background.hpp"
#include "fakes.hpp"
#include "kinds/kinds.hpp"
#include "project/project.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::project {

using Lines = std::vector<std::string>;

class ProjectTest : public testing::Test {
protected:
    test::FakeClock clock;
    hotreload::test::FakeUnits units;
    hotreload::test::FakeSockets sockets;
    hotreload::test::FakeProbes probes;
    hotreload::test::FakeViews views;
    test::FakeFiles files;
    test::NoWriters writers;
    test::MemoryStore store;
    test::MemoryContents contents;
    test::MemoryPublished published;
    hotreload::test::InlineBackground background;
    test::NoDeaths deaths;
    test::FakeReader reader;
    Attachments attachments{units};
    test::RecordedEvents events;
    const Kinds* kinds = &all_kinds();
    KindPorts kind_ports{units, sockets, probes, views, [this] { return clock.now(); }};
    std::optional<test::Comparisons> comparisons; // nothing: they take no time
    std::optional<Problem> unrenderable;          // why documents are
    const ContentStore::InUse* in_use = nullptr;  // which copies the project needs
    std::uint64_t last_id = 0;
    std::unique_ptr<Project> project;
    Lines calls_at_open; // of the manager

    MemberDefinition& service(const std::string& name, const std::string& file) {
        auto& definition = reader.definition.services[name].edit();
        definition.name = name;
        definition.command = {"/srv/" + name};
        definition.watches = {{.files = {file}}};
        return definition;
    }
    ProjectRecord record{.name = "shop", .path = "/srv/hotreload.toml", .manager_id = "manager"};

    void open() {
        reader.definition.name = "shop";
        reader.definition.path = "/srv/hotreload.toml";
        files.clock = &clock;
        files.write("/srv/hotreload.toml", "");
        project = std::make_unique<Project>(
            Ports{.clock = clock,
                  .units = units,
                  .sockets = sockets,
                  .views = views,
                  .files = files,
                  .writers = writers,
                  .store = store,
                  .contents = contents,
                  .published = published,
                  .background = background,
                  .deaths = deaths,
                  .reader = reader,
                  .attachments = attachments,
                  .events = events,
                  .kinds = *kinds,
                  .kind_ports = kind_ports,
                  .make_documents = [this](const std::string&) -> std::unique_ptr<Documents> {
                      if (comparisons)
                          return std::make_unique<test::SlowDocuments>(*comparisons);
                      auto plain = std::make_unique<test::NoDocuments>();
                      plain->unrenderable = unrenderable;
                      plain->in_use_seen = &in_use;
                      return plain;
                  },
                  .make_restoration =
                      [this](const std::string&) {
                          return std::make_unique<test::FakeRestoration>(files);
                      },
                  .new_id = [this] { return ReloadId{0, ++last_id}; }},
            record);
        tasks.spawn(project->open());
        clock.run();
        events.lines.clear();
        events.settled.clear();
        calls_at_open = std::exchange(units.calls, {});
    }
    void save(const std::string& path, const std::string& content) {
        files.write(path, content);
        files.settle(path);
        clock.run();
    }
    Outcome ask(Request request) {
        std::optional<Outcome> answer;
        request.done = [&](const Outcome& outcome) { answer = outcome; };
        project->submit(std::move(request));
        clock.run();
        EXPECT_TRUE(answer.has_value());
        return answer.value_or(Outcome{});
    }

    void answer_comparison(DocumentState state = {}) {
        comparisons->answer(std::move(state));
        clock.run();
    }

    void finish_reading() {
        for (const auto& finish : std::exchange(files.reading, {}))
            finish();
        clock.run();
    }

    TaskScope tasks;
};

} // namespace hotreload::project
