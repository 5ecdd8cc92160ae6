// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/bytes.hpp"
#include "state/content_name.hpp"
#include "state/fields.hpp"
#include "state/record_json.hpp"
#include "state/seal.hpp"

#include <jsoncons/json.hpp>

#include <format>

namespace hotreload::state {

namespace {

using jsoncons::json;

// Thrown inside this file only, where the wrong field is known, and caught by read_record.
struct WrongField {
    std::string field;
};

// Fields that are not there keep the value that they have; fields that nobody knows are skipped.
class RecordReader {
public:
    explicit RecordReader(const json& object) : object_(object) {
        if (!object.is_object())
            throw WrongField{"the record"};
    }

    template <class T>
    void operator()(std::string_view name, T& field) {
        const auto found = object_.find(name);
        if (found == object_.object_range().end())
            return;
        if (!read(found->value(), field))
            throw WrongField{std::string(name)};
    }

private:
    static bool read(const json& value, std::string& text) {
        auto bytes = value.is_string() ? bytes_from_json(value.as_string_view()) : std::nullopt;
        if (!bytes)
            return false;
        text = *std::move(bytes);
        return true;
    }

    static bool read(const json& value, bool& flag) {
        flag = value.is_bool() && value.as_bool();
        return value.is_bool();
    }

    template <std::integral T>
    static bool read(const json& value, T& number) {
        const bool fits = value.is<T>();
        number = fits ? value.as<T>() : T{};
        return fits;
    }

    static bool read(const json& value, Duration& duration) {
        Duration::rep usec = 0;
        const bool ok = read(value, usec);
        duration = Duration(usec);
        return ok;
    }

    template <HasWords Enum>
    static bool read(const json& value, Enum& word) {
        return read_as(value, word, parse_word<Enum>);
    }

    static bool read(const json& value, ContentId& id) {
        return read_as(value, id, parse_content_name);
    }

    template <class T, class Parse>
    static bool read_as(const json& value, T& parsed, Parse parse) {
        const auto known = value.is_string() ? parse(value.as_string_view()) : std::nullopt;
        if (known)
            parsed = *known;
        return known.has_value();
    }

    static bool read(const json& value, ReloadId& id) {
        return read_as(value, id, parse_reload_id);
    }

    // The value of a kind's own key: what TOML has, without its dates.
    static bool read(const json& value, Value& tree) {
        if (value.is_object())
            return read(value, tree.data.emplace<Value::Object>());
        if (value.is_array())
            return read(value, tree.data.emplace<Value::Array>());
        if (value.is_bool())
            tree.data = value.as_bool();
        else if (value.is<std::int64_t>())
            tree.data = value.as<std::int64_t>();
        else if (value.is_double())
            tree.data = value.as_double();
        else
            return read(value, tree.data.emplace<std::string>());
        return true;
    }

    template <class T>
    static bool read(const json& value, std::optional<T>& held) {
        held.reset();
        return value.is_null() || read(value, held.emplace());
    }

    template <class T>
    static bool read(const json& value, std::vector<T>& list) {
        if (!value.is_array())
            return false;
        for (const auto& item : value.array_range())
            if (!read(item, list.emplace_back()))
                return false;
        return true;
    }

    template <class T, class Order>
    static bool read(const json& value, std::map<std::string, T, Order>& map) {
        if (!value.is_object())
            return false;
        for (const auto& item : value.object_range()) {
            const auto key = bytes_from_json(item.key());
            if (!key || !read(item.value(), map[*key]))
                return false;
        }
        return true;
    }

    template <class T>
        requires requires(RecordReader& r, T& t) { fields(r, t); }
    static bool read(const json& value, T& record) {
        if (!value.is_object())
            return false;
        RecordReader reader(value);
        fields(reader, record);
        return true;
    }

    const json& object_;
};

Problem problem(std::string message, std::size_t line = 0, std::size_t column = 0) {
    return {{}, static_cast<unsigned>(line), static_cast<unsigned>(column), std::move(message)};
}

// `visit` is called with the reader of the object.
template <class T, class Visit>
std::expected<T, Problem> read_object(std::string_view text, Visit&& visit) try {
    const auto tree = json::parse(text);
    if (!seal_holds(text))
        return std::unexpected(problem("damaged: its check sum is another one"));
    RecordReader reader(tree);
    unsigned version = 0;
    reader("version", version);
    if (version == 0 || version > kVersion)
        return std::unexpected(problem(std::format(
            "version {} of the format is not known here, only up to {}", version, kVersion)));
    T record;
    visit(reader, record);
    return record;
} catch (const jsoncons::ser_error& error) {
    return std::unexpected(problem(error.what(), error.line(), error.column()));
} catch (const WrongField& wrong) {
    return std::unexpected(problem(std::format("{}: not what it should be", wrong.field)));
} catch (const std::exception& error) {
    return std::unexpected(problem(error.what()));
}

} // namespace

template <>
std::expected<ProjectRecord, Problem> read_record(std::string_view text) {
    return read_object<ProjectRecord>(
        text, [](RecordReader& reader, ProjectRecord& record) { fields(reader, record); });
}

template <>
std::expected<MemberRecord, Problem> read_record(std::string_view text) {
    return read_object<MemberRecord>(
        text, [](RecordReader& reader, MemberRecord& record) { fields(reader, record); });
}

template <>
std::expected<History, Problem> read_record(std::string_view text) {
    return read_object<History>(text, [](RecordReader& reader, History& generations) {
        reader("generations", generations);
    });
}

template <>
std::expected<std::vector<Death>, Problem> read_record(std::string_view text) {
    return read_object<std::vector<Death>>(
        text, [](RecordReader& reader, std::vector<Death>& deaths) { reader("deaths", deaths); });
}

template <>
std::expected<HistoryEvents, Problem> read_record(std::string_view text) {
    return read_object<HistoryEvents>(
        text, [](RecordReader& reader, HistoryEvents& events) { reader("events", events); });
}

} // namespace hotreload::state
