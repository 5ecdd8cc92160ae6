// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// All that a project stands on, the same for every project. Each port outlives it.

#include "base/background.hpp"
#include "base/clock.hpp"
#include "core/content_store.hpp"
#include "core/deaths_port.hpp"
#include "core/documents_port.hpp"
#include "core/events.hpp"
#include "core/files_port.hpp"
#include "core/kind.hpp"
#include "core/project_reader.hpp"
#include "core/published_files_port.hpp"
#include "core/record.hpp"
#include "core/restoration_port.hpp"
#include "core/sockets_port.hpp"
#include "core/units_port.hpp"
#include "core/views_port.hpp"
#include "core/writers_port.hpp"
#include "project/attachments.hpp"

#include <functional>
#include <memory>
#include <string>

namespace hotreload::project {

struct Ports {
    Clock& clock;
    Units& units;
    Sockets& sockets;
    Views& views;
    Files& files;
    Writers& writers;
    RecordStore& store;
    ContentStore& contents;
    PublishedFiles& published;
    Background& background; // for what may be large
    Deaths& deaths;
    ProjectReader& reader;
    Attachments& attachments;
    Events& events;
    const Kinds& kinds;
    const KindPorts& kind_ports;
    bool of_a_user = false; // an instance beside a user's service manager
    std::function<std::unique_ptr<Documents>(const std::string& project)> make_documents;
    // Files that a rollback takes away come into a directory of the project's.
    std::function<std::unique_ptr<Restoration>(const std::string& project)> make_restoration;
    std::function<ReloadId()> new_id; // of events and transactions
};

} // namespace hotreload::project
