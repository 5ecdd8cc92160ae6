// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Records as JSON text and back. What is empty is left out and read as empty, so that a field that
// is new since is no reason to change the version.
//
// Version 1 had the services in their project's record.

#include "core/record.hpp"
#include "state/deaths.hpp"

#include <string>
#include <string_view>

namespace hotreload::state {

inline constexpr unsigned kVersion = 2;

using History = std::vector<GenerationRecord>;
using HistoryEvents = std::vector<EventRecord>;

std::string write_record(const ProjectRecord& record); // without its services
std::string write_record(const MemberRecord& record);
std::string write_record(const History& generations);
std::string write_record(const std::vector<Death>& deaths);
std::string write_record(const HistoryEvents& events);

// The problem has line, column and message; the caller knows the file.
template <class T>
std::expected<T, Problem> read_record(std::string_view text);

template <>
std::expected<ProjectRecord, Problem> read_record(std::string_view text);
template <>
std::expected<MemberRecord, Problem> read_record(std::string_view text);
template <>
std::expected<History, Problem> read_record(std::string_view text);
template <>
std::expected<std::vector<Death>, Problem> read_record(std::string_view text);
template <>
std::expected<HistoryEvents, Problem> read_record(std::string_view text);

} // namespace hotreload::state
