// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/instances.hpp"
#include "units/object_path.hpp"
#include "units/systemd_units.hpp"

namespace hotreload::units {

namespace {

// Of a Get, or, without a property, of a GetAll.
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

} // namespace

SystemdUnits::Followed* SystemdUnits::find(const std::string& unit) {
    const auto found = followed_.find(unit_path(unit));
    return found == followed_.end() ? nullptr : found->second.get();
}

const SystemdUnits::Followed* SystemdUnits::find(const std::string& unit) const {
    const auto found = followed_.find(unit_path(unit));
    return found == followed_.end() ? nullptr : found->second.get();
}

UnitState SystemdUnits::state(const std::string& unit) const {
    if (names_instances(unit))
        return state_of_instances(unit);
    const auto* followed = find(unit);
    return followed ? followed->facts.state : UnitState();
}

SystemdUnits::Followed& SystemdUnits::enter(const std::string& unit) {
    auto& followed = followed_[unit_path(unit)];
    if (!followed) {
        followed = std::make_unique<Followed>();
        followed->unit = unit;
    }
    return *followed;
}

void SystemdUnits::leave(const std::string& unit) {
    const auto node = followed_.extract(unit_path(unit));
    if (node && node.mapped()->referenced)
        send_only(*manager_, kManager, "UnrefUnit", unit);
}

Task<> SystemdUnits::forget(std::string unit) {
    BusCall reset(line_, *manager_, kManager, "ResetFailedUnit", unit);
    std::optional<BusCall> unref;
    if (const auto node = followed_.extract(unit_path(unit)); node && node.mapped()->referenced)
        unref.emplace(line_, *manager_, kManager, "UnrefUnit", unit);
    std::ignore = co_await reset; // of a unit that is gone already: all is well
    if (unref)
        std::ignore = co_await *unref;
}

void SystemdUnits::changed(Followed& followed) {
    const auto unit = followed.unit;
    // Those who are told may leave, or stop following: nothing here is held over a call.
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
    auto* still = find(unit);
    if (!still || still->internal || still->facts.state == still->told)
        return;
    still->told = still->facts.state;
    if (on_change)
        on_change(unit, UnitState(still->told));
    instance_changed(unit);
}

std::unique_ptr<sdbus::IProxy> SystemdUnits::object(const std::string& path) const {
    return sdbus::createProxy(connection_, sdbus::ServiceName(kService), sdbus::ObjectPath(path));
}

SystemdUnits::ReplyReader SystemdUnits::into_cache(const std::string& unit, PropertyName name) {
    return [this, unit, name](const sdbus::MethodReply& reply) {
        if (auto* followed = find(unit))
            read_reply(reply, name, followed->facts);
    };
}

void SystemdUnits::ask_all(std::list<BusCall>& calls, sdbus::IProxy& unit_object,
                           const std::function<ReplyReader(PropertyName)>& reader) {
    for (const char* property : unit_properties())
        calls
            .emplace_back(line_, unit_object, kProperties, "Get", std::string(kUnit),
                          std::string(property))
            .on_reply(reader({kUnit, property}));
    calls.emplace_back(line_, unit_object, kProperties, "GetAll", std::string(kServiceUnit))
        .on_reply(reader({kServiceUnit, nullptr}));
}

Task<BusResult<>> SystemdUnits::read_all(std::string unit) {
    const auto unit_object = object(unit_path(unit));
    // By its object, not by name: the access loads the unit and refers to it in one, before the
    // manager collects it again.
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
    auto& followed = enter(unit);
    followed.internal = followed.instance = false;
    const auto read = co_await read_all(unit);
    if (!read) {
        leave(unit);
        co_return std::unexpected(to_error(read.error()).in_context("reading " + unit));
    }
    co_return state(unit);
}

void SystemdUnits::unfollow(const std::string& unit) {
    if (names_instances(unit))
        return unfollow_instances(unit);
    leave(unit);
}

Task<> SystemdUnits::read_some(std::string unit, std::vector<PropertyName> names) {
    const auto unit_object = object(unit_path(unit));
    std::list<BusCall> calls;
    for (const auto& name : names) {
        auto& call = calls.emplace_back(line_, *unit_object, kProperties, "Get",
                                        std::string(name.first), std::string(name.second));
        call.on_reply(into_cache(unit, name));
    }
    for (auto& call : calls)
        std::ignore = co_await call;
    if (auto* followed = find(unit))
        changed(*followed);
}

Task<UnitFacts> SystemdUnits::facts_of(std::string unit) {
    if (const auto* followed = find(unit))
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
