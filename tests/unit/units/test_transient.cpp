// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/names.hpp"
#include "units/transient.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace hotreload::units {

namespace {

using Commands = std::vector<Command>;

const PropertyValue* find(const Properties& properties, const std::string& name) {
    for (const auto& property : properties)
        if (std::get<0>(property) == name)
            return &std::get<1>(property);
    return nullptr;
}

template <class T>
T value(const Properties& properties, const std::string& name) {
    const auto* found = find(properties, name);
    const auto* plain = found ? std::get_if<T>(found) : nullptr;
    EXPECT_NE(plain, nullptr) << name;
    return plain ? *plain : T();
}

MemberDefinition web() {
    MemberDefinition definition;
    definition.name = "web-1";
    definition.command = {"bin", "--flag=%h", "$HOME"};
    definition.type = ServiceType::NotifyReload;
    return definition;
}

constexpr auto kPublished = "/run/hotreload/configs";

Properties generation(const MemberDefinition& definition,
                      const std::string& environment_file = {}) {
    return generation_properties({.unit = generation_unit("my-shop", "web-1", 12),
                                  .slice = project_slice("my-shop"),
                                  .definition = definition,
                                  .sockets = {},
                                  .binds = {}},
                                 environment_file, kPublished);
}

} // namespace

TEST(Transient, AGenerationIsDescribedByItsProjectServiceAndNumber) {
    EXPECT_EQ(value<std::string>(generation(web()), "Description"),
              "hotreload: my-shop/web-1 generation 12");
    EXPECT_EQ(value<std::string>(generation(web()), "SyslogIdentifier"), "web-1");
    EXPECT_EQ(value<std::string>(generation(web()), "Slice"), "hotreload-my\\x2dshop.slice");
    EXPECT_EQ(value<std::string>(generation(web()), "Type"), "notify-reload");
    EXPECT_TRUE(value<bool>(generation(web()), "AddRef"));
}

TEST(Transient, TheCommandIsLiteralAndTheReloadCommandMaySayMainPid) {
    auto definition = web();
    definition.reload = {"/bin/kill", "-HUP", "$MAINPID"};
    const auto start = value<Commands>(generation(definition), "ExecStartEx").front();
    EXPECT_EQ(std::get<0>(start), "bin");
    EXPECT_EQ(std::get<1>(start), definition.command);
    EXPECT_EQ(std::get<2>(start), Words{"no-env-expand"});
    EXPECT_EQ(find(generation(definition), "ExecReloadEx"), nullptr) << "it is in the drop-in";
}

TEST(Transient, OnlyWhatIsGivenIsSet) {
    auto definition = web();
    for (const auto* name :
         {"ExecReloadEx", "ReloadSignal", "EnvironmentFiles", "WorkingDirectory", "User"})
        EXPECT_EQ(find(generation(definition), name), nullptr) << name;
    definition.working_dir = "/srv";
    definition.user = "www-data";
    definition.reload_signal = SIGUSR2;
    EXPECT_EQ(value<std::string>(generation(definition), "WorkingDirectory"), "/srv");
    EXPECT_EQ(value<std::string>(generation(definition), "User"), "www-data");
    EXPECT_EQ(value<std::int32_t>(generation(definition), "ReloadSignal"), SIGUSR2);
}

TEST(Transient, TheManagerIsToldTheReloadSignalOnlyWhereItSendsIt) {
    auto definition = web();
    definition.type = ServiceType::Exec;
    definition.reload_signal = SIGHUP;
    EXPECT_EQ(find(generation(definition), "ReloadSignal"), nullptr);
}

TEST(Transient, ANameOutsideAProjectStillHasADescription) {
    EXPECT_EQ(value<std::string>(generation_properties({.unit = "x.service",
                                                        .slice = "system.slice",
                                                        .definition = web(),
                                                        .sockets = {},
                                                        .binds = {}},
                                                       "", kPublished),
                                 "Description"),
              "hotreload: x.service");
}

TEST(Transient, EachUnitOfAProjectIsToldWhereItsPublishedDocumentsAre) {
    const Words told{"HOTRELOAD_PROJECT=my-shop",
                     "HOTRELOAD_CONFIGS=/run/hotreload/configs/my-shop"};
    EXPECT_EQ(value<Words>(generation(web()), "Environment"), told);
    CommandRequest command{.unit = {}, .slice = project_slice("my-shop"), .command = {"true"}};
    EXPECT_EQ(
        value<Words>(command_properties(command, "", kPublished, STDOUT_FILENO), "Environment"),
        told);
    command.slice.clear();
    EXPECT_EQ(find(command_properties(command, "", kPublished, STDOUT_FILENO), "Environment"),
              nullptr);
}

// Everybody reads Environment= by "systemctl show", and the unit file that it is written to.
TEST(Transient, NoVariableOfAServiceIsInWhatEverybodyIsShown) {
    auto definition = web();
    definition.env = {{"PASSWORD", "hunter2"}};
    const auto properties = generation(definition, "/run/hotreload/environment/x");
    for (const auto& shown : value<Words>(properties, "Environment"))
        EXPECT_TRUE(shown.starts_with("HOTRELOAD_")) << shown;
    const auto files = value<std::vector<EnvironmentFile>>(properties, "EnvironmentFiles");
    EXPECT_EQ(files, std::vector{EnvironmentFile("/run/hotreload/environment/x", false)});
    CommandRequest command{.unit = {}, .command = {"true"}, .env = definition.env};
    const auto of_command = command_properties(command, "/run/x", kPublished, STDOUT_FILENO);
    EXPECT_EQ(find(of_command, "Environment"), nullptr);
    EXPECT_NE(find(of_command, "EnvironmentFiles"), nullptr);
}

TEST(Transient, TextThatIsNotUtf8IsRefusedByTheBusLibrary) {
    auto definition = web();
    definition.working_dir = "/\xff";
    auto message = sdbus::createPlainMessage();
    EXPECT_THROW(message << generation(definition), sdbus::Error);
}

TEST(Transient, ACommandIsACollectedOneshotWithALimit) {
    CommandRequest request;
    request.description = "validator of web";
    request.command = {"nginx", "-t"};
    request.timeout = std::chrono::milliseconds(1500);
    const auto properties = command_properties(request, "", kPublished, STDOUT_FILENO);
    EXPECT_EQ(value<std::string>(properties, "Type"), "oneshot");
    EXPECT_EQ(value<std::string>(properties, "CollectMode"), "inactive-or-failed");
    EXPECT_EQ(value<std::uint64_t>(properties, "TimeoutStartUSec"), 1'500'000U);
    request.timeout = kInfinity;
    EXPECT_EQ(value<std::uint64_t>(command_properties(request, "", kPublished, STDOUT_FILENO),
                                   "TimeoutStartUSec"),
              UINT64_MAX);
}

TEST(Transient, LiveValuesKeepTheirTypes) {
    const auto properties = live_properties({{"MemoryMax", std::uint64_t(1) << 40},
                                             {"MemoryMaxScale", std::uint32_t(5)},
                                             {"CPUAccounting", true},
                                             {"Description", std::string("x")}});
    EXPECT_TRUE(std::holds_alternative<std::uint64_t>(*find(properties, "MemoryMax")));
    EXPECT_TRUE(std::holds_alternative<std::uint32_t>(*find(properties, "MemoryMaxScale")));
    EXPECT_TRUE(std::holds_alternative<bool>(*find(properties, "CPUAccounting")));
    EXPECT_TRUE(std::holds_alternative<std::string>(*find(properties, "Description")));
    EXPECT_EQ(value<std::uint64_t>(properties, "MemoryMax"), std::uint64_t(1) << 40);
}

TEST(Transient, AGenerationIsGivenItsTimeToDrain) {
    auto definition = web();
    definition.drain = std::chrono::seconds(5);
    EXPECT_EQ(value<std::uint64_t>(generation(definition), "TimeoutStopUSec"), 5'000'000U);
    definition.drain = Duration::zero(); // which the manager takes for ever
    EXPECT_EQ(value<std::uint64_t>(generation(definition), "TimeoutStopUSec"), 1'000U);
    definition.drain = kInfinity;
    EXPECT_EQ(value<std::uint64_t>(generation(definition), "TimeoutStopUSec"), UINT64_MAX);
}

} // namespace hotreload::units
