// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What is told in JSON, rendered once for every transport. Members are only ever added: clients
// read them by name. Always valid UTF-8, whatever the files are called.

#include "core/outcome.hpp"
#include "core/plan.hpp"
#include "ipc/status.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hotreload::ipc {

// {"project":"shop","services":[{"service":"web","action":"restart","reason":"…","changes":[
//  {"subject":"env.LOG_LEVEL","kind":"definition","before":"","after":"","strategy":"restart",
//   "reason":"…"}]}]}
std::string plan_json(const Plan& plan);

// {"result":"applied","trigger":"file","services":[{"service":"web","action":"restart",
//  "result":"applied","generation":8,"unit":"…","gap_usec":0,"changes":[…],"problem":{…}}],
//  "problems":[{"path":"","line":0,"column":0,"message":""}]}, "problem" where there is one.
std::string detail_json(const Outcome& outcome);

// {"version":"…","projects":[{"name":"shop",…,"services":[{"name":"web",…}]}]}, members named as
// in varlink/org.hotreload.varlink.
struct ProjectView {
    ProjectStatus project;
    std::vector<ServiceStatus> services;
};
std::string status_json(std::string_view version, const std::vector<ProjectView>& projects);

} // namespace hotreload::ipc
