// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/manager_object.hpp"

#include "ipc/dbus/paths.hpp"

#include <memory>
#include <utility>

namespace hotreload::ipc {

ManagerObject::ManagerObject(sdbus::IConnection& connection, Calls& calls)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{kManagerPath}), calls_(calls) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

void ManagerObject::ListProjects(sdbus::Result<ProjectList>&& reply) {
    serve(reply, {});
}
void ManagerObject::GetService(sdbus::Result<sdbus::ObjectPath>&& reply, std::string target) {
    serve(reply, {}, std::move(target));
}
void ManagerObject::Up(sdbus::Result<sdbus::ObjectPath>&& reply, std::string path,
                       OptionMap options) {
    serve(reply, options, std::move(path));
}
void ManagerObject::Down(Done&& reply, std::string project, OptionMap options) {
    serve(reply, options, std::move(project));
}
void ManagerObject::Plan(Text&& reply, std::string target, OptionMap options) {
    serve(reply, options, std::move(target));
}
void ManagerObject::Reload(Text&& reply, std::string target, OptionMap options) {
    serve(reply, options, std::move(target));
}
void ManagerObject::Restart(Text&& reply, std::string target, OptionMap options) {
    serve(reply, options, std::move(target));
}
void ManagerObject::Start(Done&& reply, std::string target, OptionMap options) {
    serve(reply, options, std::move(target));
}
void ManagerObject::Stop(Done&& reply, std::string target, OptionMap options) {
    serve(reply, options, std::move(target));
}
void ManagerObject::Pause(Done&& reply, std::string target, OptionMap options) {
    serve(reply, options, std::move(target));
}
void ManagerObject::Resume(Done&& reply, std::string target, OptionMap options) {
    serve(reply, options, std::move(target));
}
void ManagerObject::Rollback(Text&& reply, std::string target, std::uint64_t generation,
                             OptionMap options) {
    serve(reply, options, std::move(target), generation);
}
void ManagerObject::Apply(Text&& reply, std::string target, FileList files, OptionMap options) {
    std::vector<HandedContent> contents;
    for (auto& file : files)
        contents.push_back(
            {std::move(file.get<0>()), std::make_shared<const Fd>(file.get<1>().release()), {}});
    serve(reply, options, std::move(target), std::move(contents));
}
void ManagerObject::Confirm(Done&& reply, std::string target, OptionMap options) {
    serve(reply, options, std::move(target));
}
void ManagerObject::History(Text&& reply, std::string target, std::uint32_t limit) {
    serve(reply, {}, std::move(target), std::uint64_t{limit});
}
void ManagerObject::Diff(Text&& reply, std::string target, std::uint64_t from, std::uint64_t to) {
    serve(reply, {}, std::move(target), from, to);
}
void ManagerObject::Explain(Text&& reply, std::string path, OptionMap options) {
    serve(reply, options, std::move(path));
}
void ManagerObject::Sync(Done&& reply, OptionMap options) {
    serve(reply, options);
}
void ManagerObject::DebugEvents(Text&& reply, std::uint32_t limit, OptionMap options) {
    serve(reply, options, std::uint64_t{limit});
}
void ManagerObject::Status(Text&& reply, std::string target, OptionMap options) {
    serve(reply, options, std::move(target));
}
void ManagerObject::GetState(Text&& reply, OptionMap options) {
    serve(reply, options);
}
void ManagerObject::Details(Text&& reply, std::string id, OptionMap options) {
    serve(reply, options, std::move(id));
}
void ManagerObject::Check(sdbus::Result<bool, ProblemList>&& reply, std::string path,
                          OptionMap options) {
    serve(reply, options, std::move(path));
}
void ManagerObject::Metrics(Text&& reply, OptionMap options) {
    serve(reply, options);
}

std::string ManagerObject::Version() {
    return HOTRELOAD_VERSION;
}

} // namespace hotreload::ipc
