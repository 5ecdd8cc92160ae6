// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/instances.hpp"
#include "units/object_path.hpp"
#include "units/systemd_units.hpp"

namespace hotreload::units {

namespace {

// Reads the reply to a Get, or, without a property, to a GetAll.
void read_reply(sdbus::MethodReply reply, std::pair<const char*, const char*> name,
                UnitFacts& facts) {
    const auto [interface, property] = name;
    std::ignore = guarded([&] {
        if (property)
            read_property(reply, interface, property, facts);
        else
            read_properties(reply, interface, facts);
    });
}

bool is_id(std::pair<const char*, const char*> name) {
    return name.second && std::string_view(name.second) == "Id";
}

} // namespace

const std::string& SystemdUnits::own_name(const std::string& unit) const {
    const auto alias = aliases_.find(unit);
    return alias == aliases_.end() ? unit : alias->second;
}

SystemdUnits::Followed* SystemdUnits::find(const std::string& unit) {
    const auto found = followed_.find(unit_path(own_name(unit)));
    return found == followed_.end() ? nullptr : found->second.get();
}

const SystemdUnits::Followed* SystemdUnits::find(const std::string& unit) const {
    const auto found = followed_.find(unit_path(own_name(unit)));
    return found == followed_.end() ? nullptr : found->second.get();
}

const SystemdUnits::Followed* SystemdUnits::find_known(const std::string& unit) const {
    const auto* followed = find(unit);
    return followed && followed->known ? followed : nullptr;
}

UnitState SystemdUnits::state(const std::string& unit) const {
    if (names_instances(unit))
        return state_of_instances(unit);
    const auto* followed = find(unit);
    return followed ? followed->facts.state : UnitState();
}

unsigned SystemdUnits::done_by_others(const std::string& unit) const {
    const auto* followed = find(unit);
    return followed ? followed->done_by_others : 0;
}

SystemdUnits::Followed& SystemdUnits::enter(const std::string& unit) {
    const auto own = own_name(unit);
    auto& followed = followed_[unit_path(own)];
    if (!followed) {
        followed = std::make_unique<Followed>();
        followed->unit = own;
    }
    return *followed;
}

// The signals of a unit come from the object of its own name. An alias may be given to another
// unit, or to none, whenever the manager loads its files anew.
void SystemdUnits::know_as(const std::string& name, const std::string& own) {
    if (own.empty() || own == own_name(name))
        return;
    auto* const before = find(name);
    unsigned follows = 0;
    if (before)
        if (const auto node = before->names.extract(name))
            follows = node.mapped();
    std::unique_ptr<Followed> moved;
    if (before && before->names.empty())
        moved = std::move(followed_.extract(unit_path(before->unit)).mapped());
    if (own == name)
        aliases_.erase(name);
    else
        aliases_[name] = own;
    auto& place = followed_[unit_path(own)];
    if (!place) {
        place = moved ? std::move(moved) : std::make_unique<Followed>();
        place->unit = own;
        place->known = false; // what was read was another unit's
    } else if (moved) {
        place->watchers.merge(moved->watchers);
        if (moved->referenced)
            send_only(*manager_, kManager, "UnrefUnit", moved->unit);
    }
    if (follows == 0)
        return;
    place->names[name] += follows;
    place->internal = place->instance = false;
    place->told = {}; // those who follow it by this name have not been told of it
}

void SystemdUnits::leave(const std::string& unit) {
    const auto node = followed_.extract(unit_path(own_name(unit)));
    if (!node)
        return;
    for (const auto& [name, unused] : node.mapped()->names)
        aliases_.erase(name);
    if (node.mapped()->referenced)
        send_only(*manager_, kManager, "UnrefUnit", node.mapped()->unit);
}

Task<> SystemdUnits::forget(std::string unit) {
    BusCall reset(line_, *manager_, kManager, "ResetFailedUnit", unit);
    std::optional<BusCall> unref;
    if (const auto node = followed_.extract(unit_path(own_name(unit)));
        node && node.mapped()->referenced)
        unref.emplace(line_, *manager_, kManager, "UnrefUnit", unit);
    std::ignore = co_await reset; // of a unit that is gone already: all is well
    if (unref)
        std::ignore = co_await *unref;
}

void SystemdUnits::changed(Followed& followed) {
    const auto unit = followed.unit;
    tell_watchers(followed);
    if (auto* still = find(unit))
        tell_owner(*still);
}

void SystemdUnits::tell_watchers(const Followed& followed) {
    const auto unit = followed.unit;
    // Watchers that are told may leave, or stop following: nothing here is held over a call.
    std::vector<int> watchers;
    for (const auto& [id, tell] : followed.watchers)
        watchers.push_back(id);
    for (const int id : watchers) {
        const auto* still = find(unit);
        if (!still)
            return;
        if (const auto watcher = still->watchers.find(id); watcher != still->watchers.end()) {
            const auto tell = watcher->second;
            tell();
        }
    }
}

void SystemdUnits::tell_owner(Followed& followed) {
    if (followed.internal || !followed.known || followed.facts.state == followed.told)
        return;
    followed.told = followed.facts.state;
    const auto unit = followed.unit;
    const UnitState told = followed.told;
    const auto names = followed.names;
    if (on_change)
        for (const auto& [name, unused] : names)
            on_change(name, told);
    instance_changed(unit);
}

// A job that stopped the unit is told right after what became of it, and before the answer to
// whatever is asked now: then it is known whether the unit ended by itself.
Task<> SystemdUnits::tell_end(std::string unit) {
    const auto unit_object = object(unit_path(unit));
    BusCall call(line_, *unit_object, kProperties, "Get", kUnit, "ActiveState");
    std::ignore = co_await call;
    if (auto* followed = find(unit))
        tell_owner(*followed);
}

// The end of a job, which comes right after this, tells what ends while the job is under way.
void SystemdUnits::note_end(UnitState& state, const UnitState& before) {
    const auto over = [](const UnitState& each) {
        return each.active_state == "inactive" || each.active_state == "failed";
    };
    if (state.running())
        state.end = UnitEnd::Unknown;
    else if (over(state) && !over(before) && state.end == UnitEnd::Unknown)
        state.end = UnitEnd::ByItself;
}

std::unique_ptr<sdbus::IProxy> SystemdUnits::object(const std::string& path) const {
    return sdbus::createProxy(connection_, sdbus::ServiceName(kService), sdbus::ObjectPath(path));
}

SystemdUnits::ReplyReader SystemdUnits::into_cache(const std::string& unit, PropertyName name) {
    return [this, unit, name](const sdbus::MethodReply& reply) {
        auto* followed = find(unit);
        if (!followed)
            return;
        if (is_id(name)) { // whose the other answers are
            UnitFacts own;
            read_reply(reply, name, own);
            know_as(unit, own.state.id);
            find(unit)->facts.state.id = own.state.id;
            return;
        }
        const auto before = followed->facts.state;
        read_reply(reply, name, followed->facts);
        note_end(followed->facts.state, before);
    };
}

void SystemdUnits::ask_all(std::list<BusCall>& calls, sdbus::IProxy& unit_object,
                           const std::function<ReplyReader(PropertyName)>& reader) {
    for (const char* property : unit_properties())
        calls.emplace_back(line_, unit_object, kProperties, "Get", kUnit, property)
            .on_reply(reader({kUnit, property}));
    calls.emplace_back(line_, unit_object, kProperties, "GetAll", kServiceUnit)
        .on_reply(reader({kServiceUnit, nullptr}));
}

Task<BusResult<>> SystemdUnits::read_all(std::string unit) {
    const auto unit_object = object(unit_path(unit));
    // The unit is accessed by its object, not by name: the access loads it and refers to it in one,
    // before the manager collects it again.
    std::optional<BusCall> refer;
    if (auto& followed = enter(unit);
        !followed.referenced && !followed.starting && !followed.instance) {
        followed.referenced = true;
        refer.emplace(line_, *unit_object, kUnit, "Ref");
    }
    std::list<BusCall> calls;
    ask_all(calls, *unit_object,
            [this, unit](PropertyName name) { return into_cache(unit, name); });

    bool refused = false;
    if (refer)
        refused = !(co_await *refer).has_value();
    const auto unit_read = co_await calls.front();
    for (auto call = std::next(calls.begin()); call != calls.end(); ++call)
        std::ignore = co_await *call; // another type of unit has no interface of a service
    auto* followed = find(unit);
    if (!followed)
        co_return BusResult<>();
    if (refused)
        followed->referenced = false;
    followed->known = followed->known || unit_read.has_value();
    // An alias that names another unit than before: what was referred to was that one.
    const bool new_here = !refer && !followed->referenced && !followed->starting &&
                          !followed->instance && followed->facts.state.loaded();
    if (new_here) {
        followed->referenced = true;
        send_only(*unit_object, kUnit, "Ref");
    }
    // A reference to a name without a unit would keep the manager from forgetting it.
    if (followed->referenced && !followed->facts.state.loaded()) {
        followed->referenced = false;
        send_only(*manager_, kManager, "UnrefUnit", unit);
    }
    if (!unit_read)
        co_return std::unexpected(unit_read.error());
    changed(*followed);
    co_return BusResult<>();
}

Task<> SystemdUnits::refresh(std::string unit) {
    if (find(unit))
        std::ignore = co_await read_all(unit);
}

Task<Result<UnitState>> SystemdUnits::follow(std::string unit) {
    if (names_instances(unit))
        co_return co_await follow_instances(std::move(unit));
    auto& entry = enter(unit);
    entry.internal = entry.instance = false;
    ++entry.names[unit];
    if (const auto read = co_await read_all(unit); !read)
        co_return std::unexpected(to_error(read.error()).in_context("reading " + unit));
    co_return state(unit);
}

void SystemdUnits::unfollow(const std::string& unit) {
    if (names_instances(unit))
        return unfollow_instances(unit);
    auto* followed = find(unit);
    if (!followed)
        return;
    auto& names = followed->names;
    if (const auto name = names.find(unit); name != names.end() && --name->second > 0)
        return;
    names.erase(unit);
    if (!names.empty())
        aliases_.erase(unit);
    else if (!is_followed_as_instance(*followed))
        leave(unit);
    else if (std::exchange(followed->referenced, false))
        send_only(*manager_, kManager, "UnrefUnit", followed->unit);
}

Task<> SystemdUnits::read_some(std::string unit, std::vector<PropertyName> names) {
    const auto unit_object = object(unit_path(unit));
    std::list<BusCall> calls;
    for (const auto& name : names) {
        auto& call =
            calls.emplace_back(line_, *unit_object, kProperties, "Get", name.first, name.second);
        call.on_reply(into_cache(unit, name));
    }
    for (auto& call : calls)
        std::ignore = co_await call;
    if (auto* followed = find(unit))
        changed(*followed);
}

Task<UnitFacts> SystemdUnits::facts_of(std::string unit) {
    if (const auto* followed = find_known(unit))
        co_return followed->facts;
    UnitFacts facts;
    const auto unit_object = object(unit_path(unit));
    std::list<BusCall> calls;
    ask_all(calls, *unit_object, [&facts](PropertyName name) {
        return [&facts, name](const sdbus::MethodReply& reply) { read_reply(reply, name, facts); };
    });
    for (auto& call : calls)
        std::ignore = co_await call;
    co_return facts;
}

} // namespace hotreload::units
