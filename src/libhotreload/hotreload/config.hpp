// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// C++23 for libhotreload(3). All of it is here, over the functions of hotreload/config.h, so that
// no ABI of C++ is promised. Errors are values; an object is for one thread at a time.

#include <hotreload/config.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hotreload {

struct Error {
    int code = 0;        // errno
    std::string message; // for people
    std::string path{};  // of the file that is at fault; "": none, or it is not known
    unsigned line = 0;   // from 1; 0: not known
    unsigned column = 0;

    // "path:line:column: message", without what is not known.
    [[nodiscard]] std::string to_string() const {
        if (path.empty())
            return message;
        std::string place = path;
        for (const auto number : {line, column}) {
            if (number == 0)
                break;
            place += ':' + std::to_string(number);
        }
        return place + ": " + message;
    }

    bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

enum class Source { None, Published, File };

struct ConfigOptions {
    std::string path{};          // of the file, which is read where nobody publishes it
    bool published_only = false; // the file is never read
    bool optional = false;       // to be opened without a valid value, too
    // Whose PROJECT/NAME it is: HOTRELOAD_CONFIG_SYSTEM or HOTRELOAD_CONFIG_USER; 0: the usual one.
    std::uint64_t instance = 0;
};

// A key as one step of a pointer: "/" is "~1".
inline std::string pointer_step(std::string_view key) {
    std::string step = "/";
    for (const char c : key) {
        if (c == '~')
            step += "~0";
        else if (c == '/')
            step += "~1";
        else
            step += c;
    }
    return step;
}

// Config is the last valid value of a document. It is the value that was there at the last
// next(), wait() or process(), until the next of these.
class Config {
public:
    // `name` is NAME in a service that hotreload started, PROJECT/NAME anywhere; "": the file
    // alone.
    static Result<Config> open(const std::string& name, const ConfigOptions& options = {}) {
        const std::uint64_t flags = (options.published_only ? HOTRELOAD_CONFIG_PUBLISHED_ONLY : 0) |
                                    (options.optional ? HOTRELOAD_CONFIG_OPTIONAL : 0) |
                                    options.instance;
        hotreload_config* opened = nullptr;
        const auto open_it = [&](std::uint64_t how) {
            return hotreload_config_open(&opened, name.empty() ? nullptr : name.c_str(),
                                         options.path.empty() ? nullptr : options.path.c_str(),
                                         how);
        };
        const int r = open_it(flags);
        if (r >= 0)
            return Config(opened);
        Error error{-r, name.empty() ? options.path : name};
        // What is wrong is known to who opens it all the same.
        if (open_it(flags | HOTRELOAD_CONFIG_OPTIONAL) >= 0)
            if (auto problem = Config(opened).problem())
                return std::unexpected(Error{-r, std::move(problem->message),
                                             std::move(problem->path), problem->line,
                                             problem->column});
        error.message += std::string(": ") + std::strerror(-r);
        return std::unexpected(std::move(error));
    }

    // Readable when next() has something to do; one for life, for every event loop.
    [[nodiscard]] int fd() const { return hotreload_config_get_fd(config_.get()); }

    // Whether there is a newer value now. Never waits.
    Result<bool> next() { return told(hotreload_config_next(config_.get()), "next"); }

    // The same, when there is one, or false after `timeout`, at once where that has passed already.
    // A signal ends it with EINTR.
    Result<bool> wait(std::optional<std::chrono::microseconds> timeout = std::nullopt) {
        constexpr std::chrono::microseconds passed{0};
        const auto usec =
            timeout ? static_cast<std::uint64_t>(std::max(*timeout, passed).count()) : UINT64_MAX;
        return told(hotreload_config_wait(config_.get(), usec), "wait");
    }

    // What is at the pointer: bool, an integer, double, std::string, and std::vector,
    // std::map<std::string, …> and std::optional of these; nullopt: nothing is there, or null.
    // Errors: ENOENT: nothing is there; EBADMSG: it is something else; ERANGE: it is too large.
    template <class T>
    [[nodiscard]] Result<T> get(const std::string& pointer) const;

    [[nodiscard]] Result<std::string> json(const std::string& pointer = "") const {
        const char* text = nullptr;
        if (const int r = hotreload_config_get_json(config_.get(), pointer.c_str(), &text); r < 0)
            return refused(r, pointer, "a value");
        return text;
    }

    // Of an array or object.
    [[nodiscard]] Result<std::size_t> size(const std::string& pointer) const {
        std::size_t size = 0;
        if (const int r = hotreload_config_get_size(config_.get(), pointer.c_str(), &size); r < 0)
            return refused(r, pointer, "an array or an object");
        return size;
    }

    // Of an object, in their order.
    [[nodiscard]] Result<std::vector<std::string>> keys(const std::string& pointer) const {
        std::vector<std::string> keys;
        for (;;) {
            const char* key = nullptr;
            const int r =
                hotreload_config_get_key(config_.get(), pointer.c_str(), keys.size(), &key);
            if (r == -ENOENT && hotreload_config_get_type(config_.get(), pointer.c_str()) >= 0)
                return keys;
            if (r < 0)
                return refused(r, pointer, "an object");
            keys.emplace_back(key);
        }
    }

    // Whether what is at the pointer differs from what was there before the last newer value.
    [[nodiscard]] bool has_changed(const std::string& pointer) const {
        return hotreload_config_has_changed(config_.get(), pointer.c_str()) > 0;
    }

    // The difference to the value before, as RFC 6902; "": there was none.
    [[nodiscard]] std::string patch() const {
        const char* text = nullptr;
        return hotreload_config_get_patch(config_.get(), &text) < 0 ? "" : text;
    }

    [[nodiscard]] Source source() const {
        switch (hotreload_config_get_source(config_.get())) {
        case HOTRELOAD_CONFIG_PUBLISHED:
            return Source::Published;
        case HOTRELOAD_CONFIG_FILE:
            return Source::File;
        default:
            return Source::None;
        }
    }

    // Of a published value.
    [[nodiscard]] std::optional<std::uint64_t> revision() const {
        std::uint64_t revision = 0;
        if (hotreload_config_get_revision(config_.get(), &revision) < 0)
            return std::nullopt;
        return revision;
    }

    // What is wrong with the document now; the value is the last one that was valid.
    [[nodiscard]] std::optional<Error> problem() const {
        const char *path = "", *message = "";
        Error error{ENODATA, ""};
        if (hotreload_config_get_problem(config_.get(), &path, &error.line, &error.column,
                                         &message) <= 0)
            return std::nullopt;
        error.path = path;
        error.message = message;
        return error;
    }

    using Subscriber = std::function<void(const Config&)>;

    // process() calls it after each change of what is at the pointer ("": of anything). Errors:
    // EINVAL: this is no pointer, which begins with a slash.
    [[nodiscard]] Result<void> subscribe(std::string pointer, Subscriber subscriber) {
        if (const int r = hotreload_config_has_changed(config_.get(), pointer.c_str()); r < 0)
            return std::unexpected(
                Error{-r, pointer + ": a pointer begins with a slash: \"/log/level\""});
        subscribers_.emplace_back(std::move(pointer), std::move(subscriber));
        return {};
    }

    // next(), and the subscribers whom it concerns. For the event loop, when fd() is readable.
    Result<bool> process() {
        auto newer = next();
        if (newer && *newer)
            for (std::size_t i = 0; i < subscribers_.size(); ++i) { // they may subscribe
                const auto [pointer, subscriber] = subscribers_[i];
                if (has_changed(pointer))
                    subscriber(*this);
            }
        return newer;
    }

    [[nodiscard]] hotreload_config* get_c() const { return config_.get(); }

private:
    struct Unref {
        void operator()(hotreload_config* config) const { hotreload_config_unref(config); }
    };

    explicit Config(hotreload_config* config) : config_(config) {}

    static Result<bool> told(int r, const char* doing) {
        if (r < 0)
            return std::unexpected(Error{-r, std::string(doing) + ": " + std::strerror(-r)});
        return r > 0;
    }

    static std::unexpected<Error> refused(int r, const std::string& pointer, const char* wanted) {
        std::string message = pointer.empty() ? "the document" : pointer;
        if (r == -ENOENT)
            message += ": it is not there";
        else if (r == -EBADMSG)
            message += std::string(": it is not ") + wanted;
        else if (r == -ERANGE)
            message += std::string(": it is out of the range of ") + wanted;
        else if (r == -EINVAL)
            message += ": this is no JSON pointer";
        else
            message += std::string(": ") + std::strerror(-r);
        return std::unexpected(Error{-r, std::move(message)});
    }

    template <class T>
    struct Reader;

    std::unique_ptr<hotreload_config, Unref> config_;
    std::vector<std::pair<std::string, Subscriber>> subscribers_;
};

template <>
struct Config::Reader<bool> {
    static Result<bool> read(const Config& config, const std::string& pointer) {
        int flag = 0;
        if (const int r = hotreload_config_get_bool(config.get_c(), pointer.c_str(), &flag); r < 0)
            return refused(r, pointer, "true or false");
        return flag != 0;
    }
};

template <std::integral T>
struct Config::Reader<T> {
    static Result<T> read(const Config& config, const std::string& pointer) {
        std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> number = 0;
        int r = 0;
        if constexpr (std::is_signed_v<T>)
            r = hotreload_config_get_int64(config.get_c(), pointer.c_str(), &number);
        else
            r = hotreload_config_get_uint64(config.get_c(), pointer.c_str(), &number);
        if (r >= 0 &&
            (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max()))
            r = -ERANGE;
        if (r < 0)
            return refused(r, pointer, "an integer");
        return static_cast<T>(number);
    }
};

template <std::floating_point T>
struct Config::Reader<T> {
    static Result<T> read(const Config& config, const std::string& pointer) {
        double number = 0;
        if (const int r = hotreload_config_get_double(config.get_c(), pointer.c_str(), &number);
            r < 0)
            return refused(r, pointer, "a number");
        return static_cast<T>(number);
    }
};

template <>
struct Config::Reader<std::string> {
    static Result<std::string> read(const Config& config, const std::string& pointer) {
        const char* text = nullptr;
        if (const int r = hotreload_config_get_string(config.get_c(), pointer.c_str(), &text);
            r < 0)
            return refused(r, pointer, "a string");
        return text;
    }
};

template <class T>
struct Config::Reader<std::optional<T>> {
    static Result<std::optional<T>> read(const Config& config, const std::string& pointer) {
        const int type = hotreload_config_get_type(config.get_c(), pointer.c_str());
        if (type == -ENOENT || type == HOTRELOAD_CONFIG_NULL)
            return std::nullopt;
        return config.get<T>(pointer).transform([](T value) { return std::optional(value); });
    }
};

template <class T>
struct Config::Reader<std::vector<T>> {
    static Result<std::vector<T>> read(const Config& config, const std::string& pointer) {
        const int type = hotreload_config_get_type(config.get_c(), pointer.c_str());
        if (type != HOTRELOAD_CONFIG_ARRAY)
            return refused(type < 0 ? type : -EBADMSG, pointer, "an array");
        std::vector<T> values;
        for (std::size_t i = 0, size = *config.size(pointer); i < size; ++i) {
            auto value = config.get<T>(pointer + '/' + std::to_string(i));
            if (!value)
                return std::unexpected(std::move(value.error()));
            values.push_back(*std::move(value));
        }
        return values;
    }
};

template <class T>
struct Config::Reader<std::map<std::string, T>> {
    static Result<std::map<std::string, T>> read(const Config& config, const std::string& pointer) {
        const auto keys = config.keys(pointer);
        if (!keys)
            return std::unexpected(keys.error());
        std::map<std::string, T> values;
        for (const auto& key : *keys) {
            auto value = config.get<T>(pointer + pointer_step(key));
            if (!value)
                return std::unexpected(std::move(value.error()));
            values.emplace(key, *std::move(value));
        }
        return values;
    }
};

template <class T>
Result<T> Config::get(const std::string& pointer) const {
    return Reader<T>::read(*this, pointer);
}

// Stream is a document as a type of the program's own: what `parse` makes of each newer value. A
// value that it refuses is an error, and current() stays as it was.
template <class T>
class Stream {
public:
    using Parse = std::function<Result<T>(const Config&)>;
    using Subscriber = std::function<void(const T&)>;

    // Errors: those of `parse`, for the first value.
    static Result<Stream> open(Config config, Parse parse) {
        auto first = parse(config);
        if (!first)
            return std::unexpected(std::move(first.error()));
        return Stream(std::move(config), std::move(parse), *std::move(first));
    }

    [[nodiscard]] const T& current() const { return current_; }
    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] int fd() const { return config_.fd(); }

    // Whether current() is another one now; where a T can be compared, one that is the same is no
    // news. Subscribers are told. Never waits. Errors: of `parse`, and of Config::next().
    Result<bool> next() { return taken(config_.next()); }

    // The same, when there is one, or false after `timeout`.
    Result<bool> wait(std::optional<std::chrono::microseconds> timeout = std::nullopt) {
        return taken(config_.wait(timeout));
    }

    void subscribe(Subscriber subscriber) { subscribers_.push_back(std::move(subscriber)); }

private:
    Stream(Config config, Parse parse, T first)
        : config_(std::move(config)), parse_(std::move(parse)), current_(std::move(first)) {}

    Result<bool> taken(Result<bool> newer) {
        if (!newer || !*newer)
            return newer;
        auto value = parse_(config_);
        if (!value)
            return std::unexpected(std::move(value.error()));
        if constexpr (std::equality_comparable<T>)
            if (*value == current_)
                return false;
        current_ = *std::move(value);
        for (std::size_t i = 0; i < subscribers_.size(); ++i) { // they may subscribe
            const auto subscriber = subscribers_[i];
            subscriber(current_);
        }
        return true;
    }

    Config config_;
    Parse parse_;
    T current_;
    std::vector<Subscriber> subscribers_;
};

} // namespace hotreload
