// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// JSON of what the daemon tells, rendered once for every transport. Members are only ever added:
// clients read them by name. It is always valid UTF-8, whatever the files are called. Where there
// is a reader, what everybody reads has no value: "before", "after" and "note" are empty, "old",
// "new" and "lines" are not there, and a problem's message is what everybody may be told.

#include "base/task.hpp"
#include "core/details.hpp"
#include "core/outcome.hpp"
#include "core/plan.hpp"
#include "core/status.hpp"
#include "ipc/present/document.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hotreload::ipc {

// {"project":"shop","services":[{"service":"web","action":"restart","reason":"…","changes":[
//  {"subject":"env.LOG_LEVEL","kind":"definition","before":"","after":"","strategy":"restart",
//   "reason":"…"}]}]}
// A service that a reload would refuse, as its checks say, has "problem" as in detail_json; one
// whose unit cannot be acted on, for the reason that is given, has "barred":true. A document that
// was modified has "keys":[{"op":"replace","path":"/log/level","key":"log.level",
// "old":"info","new":"debug","strategy":"reload","reason":"…"}], the values as the document has
// them; one that was shortened is text. "more_keys":98765 where so many more differ.
std::string plan_json(const Plan& plan, Audience reader);
Document document(Plan plan);

// {"generations":[{"service":"shop/web","generation":8,"applied_usec":…,"strategy":"swap",
//  "applied":true,"changes":[…],"files":["…"]}]}, the changes from the one before it.
// Also "events":[{"service":"shop/web","realtime_usec":…,"what":"invalid","generation":0,
//  "strategy":"reload","trigger":"file","problem":{…}}], and in both "caller_uid" of a request.
Document document(History history);

// {"from":7,"to":8,"changes":[…]}; a file that is a text, and was not compared by meaning, has
// "lines":["@@ -1 +1 @@","-a","+b"].
Document document(GenerationDifference difference);

// [{"subject":…}], as in a plan.
std::string changes_json(const std::vector<Change>& changes, Audience reader);

// {"path":"…","state":"a regular file","watches":[{"project":"shop","target":"web",
//  "watch":"watch[0]","pattern":"config/*","stopped":"","format":"toml","copies":["…"]}],
//  "plans":[…]}, each plan as plan_json has it.
Document document(PathExplanation explanation);

// {"events":[{"realtime_usec":1,"path":"…","mask":"IN_CLOSE_WRITE","fate":"…"}]}
Document document(std::vector<WatcherEvent> events);

// {"result":"applied","trigger":"file","services":[{"service":"web","action":"restart",
//  "result":"applied","generation":8,"unit":"…","gap_usec":0,"note":"","changes":[…],"problem":{…}}],
//  "problems":[{"path":"","line":0,"column":0,"message":""}]}, "problem" where there is one.
// "confirm_until_usec" where it waits to be confirmed; "unconfirmed", the id of what was taken back
// because nobody did.
std::string detail_json(const Outcome& outcome, Audience reader);
Document document(Outcome outcome);

// [{"op":"replace","path":"/log/level"}]: an RFC 6902 patch without its values. Where there are
// `more`, or there is no room, its last step replaces the document.
std::string keys_json(const std::vector<KeyStep>& keys, std::size_t more = 0);
Document document(std::vector<KeyStep> keys, std::size_t more);

// {"id":"…","plans":[plan],"outcomes":[{"project":"shop","duration_usec":5,"detail":{…}}],
//  "problems":[{"project":"shop","target":"web","path":"","line":0,"column":0,"message":""}],
//  "changes":[{"project":"shop","name":"/srv/web.toml","old":{…},"new":{…},"patch":[…]}]}
// Texts of changes are made for it, which may take a moment.
Task<Document> details_document(std::shared_ptr<const Details> details);

// {"version":"…","projects":[{"name":"shop",…,"services":[{"name":"web",…}],
//  "configs":[{"name":"app",…}]}]}, members named as in varlink/org.hotreload.varlink. Without the
// values of configs.
Document document(std::string version, std::vector<ProjectOverview> projects);

// The same with "number":…, of the last event that it has in it, and "complete":true where it has
// values and reasons.
Document state_document(std::string version, std::uint64_t number,
                        std::vector<ProjectOverview> projects);

// The members of one of its projects, services or configs.
Document document(ProjectStatus status);
Document document(ServiceStatus status);
Document document(ConfigStatus status);

// A list of what is wrong, as in detail_json.
Document document(std::vector<Problem> problems);

// A text that is JSON; null for "".
Document document_of(std::string json);

} // namespace hotreload::ipc
