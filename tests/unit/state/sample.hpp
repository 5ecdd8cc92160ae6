// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A record with every field different from its default: what is not written is seen to be missing.

#include "core/record.hpp"

namespace hotreload::state {

inline MemberDefinition sample_definition() {
    return {
        .name = "web",
        .unit = "nginx.service",
        .command = {"bin/web", "--name", "a b"},
        .type = ServiceType::NotifyReload,
        .env = {{"LOG_LEVEL", "info"}, {"EMPTY", ""}},
        .working_dir = "/srv/shop",
        .user = "www-data",
        .after = {"cache", "db"},
        .required = {"db"},
        .part_of = {"cache"},
        .ports = {{.name = "http",
                   .address = "/run/shop.sock",
                   .mode = 0660,
                   .user = "www-data",
                   .group = "adm"}},
        .properties = {{"MemoryMax", {"512M"}}, {"ExecStartPre", {"/bin/a", "/bin/b"}}},
        .validate = {"bin/web", "--check"},
        .reload = {"bin/web", "--reload"},
        .reload_signal = 1,
        .strategy = Strategy::Reload,
        .ready = ReadyProbe{.http = "http://localhost/",
                            .tcp = "127.0.0.1:1",
                            .command = {"true"},
                            .timeout = std::chrono::seconds(3),
                            .interval = std::chrono::seconds(1)},
        .verify = std::chrono::milliseconds(250),
        .drain = std::chrono::seconds(9),
        .watches = {{
            .files = {"/srv/shop/*.toml"},
            .exclude = {"**/*.bak"},
            .debounce = std::chrono::milliseconds(7),
            .debounce_max = std::chrono::milliseconds(70),
            .on_change = Strategy::Manual,
            .pin = true,
            .together = true,
        }},
    };
}

inline std::vector<GenerationRecord> sample_history() {
    return {{.generation = 8,
             .applied_usec = 7,
             .strategy = "swap",
             .definition = sample_definition(),
             .files = {{"/srv/shop/web.toml", {1, 2, 3}}},
             .trigger = Trigger::Request,
             .caller = Asker(0, "vim")}};
}

inline std::vector<EventRecord> sample_events() {
    return {{.realtime_usec = 9,
             .what = EventRecord::What::Invalid,
             .generation = 4,
             .strategy = "restart",
             .trigger = Trigger::File,
             .caller = std::nullopt,
             .problem = {"/srv/shop/x", 3, 9, "no"}},
            {.realtime_usec = 8,
             .what = EventRecord::What::Paused,
             .strategy = {},
             .trigger = Trigger::Request,
             .caller = Asker(1000, "hotreloadctl"),
             .problem = {"", 0, 0, "deploy"}}};
}

inline ProjectRecord sample_record() {
    auto refused = sample_definition();
    refused.command = {"bin/other"};
    const MemberRecord service{
        .generation = 8,
        .last_used = 9,
        .unit = "hotreload-shop.web@7.service",
        .definition = sample_definition(),
        .files = {{"/srv/shop/web.toml", {0xfedcba9876543210, 0x0123456789abcdef, 42}}},
        .wanted = false,
        .underway = true,
        .applied_usec = 1'700'000'000'000'000,
        .strategy = "restart",
        .refusal = Refusal{.definition = refused,
                           .files = {{"/srv/shop/x", {1, 2, 3}}},
                           .result = ReloadResult::RolledBack,
                           .problem = {"/srv/shop/x", 3, 9, "no \"such\" key", Audience::Everybody},
                           .attempted = true,
                           .because = "db"},
        .draining = {{6, "hotreload-shop.web@6.service", std::chrono::seconds(4)}},
        .outdated = "0123456789abcdef0123456789abcdef",
    };
    return {.name = "shop",
            .path = "/srv/shop/hotreload.toml",
            .manager_id = "boot-1",
            .services = {{"web", service}, {"db", {}}},
            .paused = {"web"},
            .pauses = {{"web", {.until_usec = 5, .reason = "deploy"}}},
            .candidates = {{.id = {7, 9},
                            .caller = Asker(1000, "hotreloadctl"),
                            .services = {"web"},
                            .files = {{"/srv/shop/x", {ContentId{1, 2, 3}, {4, 5, 6}}},
                                      {"/srv/shop/y", {std::nullopt, {4, 5, 6}}}},
                            .goals = {{"web", sample_history().front()}},
                            .force = true,
                            .confirm = std::chrono::seconds(30),
                            .until_usec = 5}}};
}

} // namespace hotreload::state
