// SPDX-License-Identifier: LGPL-2.1-or-later
// The functions of hotreload/config.h. No exception leaves them, and nothing of C++ is promised.
#include "hotreload/config.h"

#include "core/format.hpp"
#include "core/names.hpp"
#include "libhotreload/live_config.hpp"
#include "libhotreload/pointer.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <expected>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

using namespace hotreload;
using library::LiveConfig;

struct hotreload_config {
    LiveConfig live;
    unsigned references = 1;
    pid_t process = ::getpid();
};

namespace {

constexpr std::uint64_t kFlags = HOTRELOAD_CONFIG_PUBLISHED_ONLY | HOTRELOAD_CONFIG_OPTIONAL |
                                 HOTRELOAD_CONFIG_SYSTEM | HOTRELOAD_CONFIG_USER;
constexpr std::uint64_t kInstances = HOTRELOAD_CONFIG_SYSTEM | HOTRELOAD_CONFIG_USER;

template <class Do>
int guarded(Do what) noexcept {
    try {
        return what();
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    } catch (...) {
        return -EIO;
    }
}

// "" when it is not set, and in a program that has more rights than its caller.
std::string_view variable(const char* name) {
    const char* value = ::secure_getenv(name);
    return value ? value : "";
}

std::expected<std::string, int> directory_of_project(std::string_view project,
                                                     std::uint64_t flags) {
    const auto own = variable("HOTRELOAD_CONFIGS");
    if (!(flags & kInstances) && project == variable("HOTRELOAD_PROJECT") && !own.empty())
        return std::string(own);
    const auto runtime = variable("XDG_RUNTIME_DIR");
    const bool user = (flags & HOTRELOAD_CONFIG_USER) ||
                      (!(flags & kInstances) && !runtime.empty() && ::geteuid() != 0);
    if (user && runtime.empty())
        return std::unexpected(ENXIO);
    return std::string(user ? runtime : "/run") + "/hotreload/configs/" + std::string(project);
}

// "" where no service manager has told: NAME is one of the program's own project.
std::expected<std::string, int> published_path(std::string_view name, std::uint64_t flags) {
    const auto slash = name.find('/');
    const auto config = slash == std::string_view::npos ? name : name.substr(slash + 1);
    if (!valid_name(config))
        return std::unexpected(EINVAL);
    std::string directory;
    if (slash != std::string_view::npos) {
        if (!valid_name(name.substr(0, slash)))
            return std::unexpected(EINVAL);
        auto found = directory_of_project(name.substr(0, slash), flags);
        if (!found)
            return found;
        directory = *std::move(found);
    } else if (flags & kInstances) {
        return std::unexpected(EINVAL);
    } else if (directory = variable("HOTRELOAD_CONFIGS"); directory.empty()) {
        return directory;
    }
    if (!directory.starts_with('/'))
        return std::unexpected(EINVAL);
    return directory + "/" + std::string(config) + ".json";
}

// The working directory may be another one later.
std::expected<std::string, int> absolute(std::string_view path) {
    if (path.starts_with('/'))
        return std::string(path);
    char* directory = ::getcwd(nullptr, 0);
    if (!directory)
        return std::unexpected(errno);
    std::string result = directory;
    std::free(directory);
    if (!result.starts_with('/')) // "(unreachable)"
        return std::unexpected(ENOENT);
    return result + "/" + std::string(path);
}

std::expected<LiveConfig::Sources, int> sources_of(const char* name, const char* path,
                                                   std::uint64_t flags) {
    if ((!name && !path) || (path && !*path) || (flags & ~kFlags) ||
        (flags & kInstances) == kInstances)
        return std::unexpected(EINVAL);
    LiveConfig::Sources sources;
    if (name) {
        auto published = published_path(name, flags);
        if (!published)
            return std::unexpected(published.error());
        sources.published = *std::move(published);
    }
    if (path && !(flags & HOTRELOAD_CONFIG_PUBLISHED_ONLY)) {
        sources.format = format_of(path);
        if (sources.format == Format::Bytes)
            return std::unexpected(EOPNOTSUPP);
        auto file = absolute(path);
        if (!file)
            return std::unexpected(file.error());
        sources.file = *std::move(file);
    }
    if (sources.published.empty() && sources.file.empty())
        return std::unexpected(ENXIO);
    return sources;
}

// What is at the pointer, as a T of the tree. EBADMSG: it is something else.
template <class T>
std::expected<const T*, int> get(hotreload_config* config, const char* pointer) {
    if (!config->live.value())
        return std::unexpected(ENODATA);
    const auto place = library::resolve(*config->live.value(), pointer);
    if (!place)
        return std::unexpected(place.error());
    const auto* value = std::get_if<T>(&(*place)->data);
    if (!value)
        return std::unexpected(EBADMSG);
    return value;
}

// An integer is one of two types, by how large it is.
template <class T>
int get_integer(hotreload_config* config, const char* pointer, T* ret) {
    const auto store = [&](auto number) {
        if (!std::in_range<T>(number))
            return -ERANGE;
        *ret = static_cast<T>(number);
        return 0;
    };
    const auto number = get<std::int64_t>(config, pointer);
    if (number)
        return store(**number);
    if (number.error() != EBADMSG)
        return -number.error();
    const auto large = get<std::uint64_t>(config, pointer);
    return large ? store(**large) : -large.error();
}

// Zero-terminated, and with no other zero. EBADMSG: it has one.
int give(const std::string& text, const char** ret) {
    if (text.contains('\0'))
        return -EBADMSG;
    *ret = text.c_str();
    return 0;
}

std::uint64_t now_usec() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

int wait_for(int fd, std::uint64_t until) {
    timespec left{};
    if (until != UINT64_MAX) {
        const auto now = now_usec();
        const auto usec = until > now ? until - now : 0;
        left.tv_sec = static_cast<time_t>(usec / 1'000'000);
        left.tv_nsec = static_cast<long>(usec % 1'000'000 * 1000);
    }
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    const int r = ::ppoll(&ready, 1, until == UINT64_MAX ? nullptr : &left, nullptr);
    return r < 0 ? -errno : r;
}

} // namespace

int hotreload_config_open(hotreload_config** ret, const char* name, const char* path,
                          std::uint64_t flags) {
    return guarded([&] {
        if (!ret)
            return -EINVAL;
        auto sources = sources_of(name, path, flags);
        if (!sources)
            return -sources.error();
        std::unique_ptr<hotreload_config> config;
        const auto begin = [&](std::expected<library::PathWatcher, int> watcher) {
            if (!watcher)
                return watcher.error();
            config = std::make_unique<hotreload_config>(LiveConfig(*sources, *std::move(watcher)));
            const auto first = config->live.next();
            return first ? 0 : first.error();
        };
        int error = begin(library::PathWatcher::open());
        if (error == ENOSPC) // fs.inotify.max_user_watches is used up: by others, too
            error = begin(library::PathWatcher::open_without_inotify());
        if (error)
            return -error;
        if (!config->live.value() && !(flags & HOTRELOAD_CONFIG_OPTIONAL))
            return config->live.reason() ? -config->live.reason() : -ENODATA;
        *ret = config.release();
        return 0;
    });
}

hotreload_config* hotreload_config_ref(hotreload_config* config) {
    if (config)
        ++config->references;
    return config;
}

hotreload_config* hotreload_config_unref(hotreload_config* config) {
    if (config && --config->references == 0)
        delete config;
    return nullptr;
}

int hotreload_config_get_fd(hotreload_config* config) {
    if (!config)
        return -EINVAL;
    if (config->process != ::getpid())
        return -ECHILD;
    return config->live.fd();
}

int hotreload_config_next(hotreload_config* config) {
    return guarded([&] {
        if (!config)
            return -EINVAL;
        if (config->process != ::getpid())
            return -ECHILD; // its events would be missing in the parent
        const auto changed = config->live.next();
        return changed ? int{*changed} : -changed.error();
    });
}

int hotreload_config_wait(hotreload_config* config, std::uint64_t timeout_usec) {
    const auto now = now_usec();
    const auto until = timeout_usec > UINT64_MAX - now ? UINT64_MAX : now + timeout_usec;
    for (;;) {
        if (const int r = hotreload_config_next(config); r != 0)
            return r;
        if (const int r = wait_for(config->live.fd(), until); r <= 0)
            return r;
    }
}

int hotreload_config_has_changed(hotreload_config* config, const char* pointer) {
    return guarded([&] {
        if (!config || !pointer)
            return -EINVAL;
        const auto changed = config->live.has_changed(pointer);
        return changed ? int{*changed} : -changed.error();
    });
}

int hotreload_config_get_patch(hotreload_config* config, const char** ret) {
    return guarded([&] {
        if (!config || !ret)
            return -EINVAL;
        const auto* patch = config->live.patch();
        return patch ? give(*patch, ret) : -ENODATA;
    });
}

int hotreload_config_get_source(hotreload_config* config) {
    if (!config)
        return -EINVAL;
    switch (config->live.source()) {
    case LiveConfig::Source::None:
        break;
    case LiveConfig::Source::Published:
        return HOTRELOAD_CONFIG_PUBLISHED;
    case LiveConfig::Source::File:
        return HOTRELOAD_CONFIG_FILE;
    }
    return HOTRELOAD_CONFIG_NO_SOURCE;
}

int hotreload_config_get_revision(hotreload_config* config, std::uint64_t* ret) {
    if (!config || !ret)
        return -EINVAL;
    if (config->live.source() != LiveConfig::Source::Published)
        return -ENODATA;
    *ret = config->live.revision();
    return 0;
}

int hotreload_config_get_problem(hotreload_config* config, const char** ret_path,
                                 unsigned* ret_line, unsigned* ret_column,
                                 const char** ret_message) {
    if (!config)
        return -EINVAL;
    const auto* problem = config->live.problem();
    if (!problem)
        return 0;
    if (ret_path)
        *ret_path = problem->path.c_str();
    if (ret_line)
        *ret_line = problem->line;
    if (ret_column)
        *ret_column = problem->column;
    if (ret_message)
        *ret_message = problem->message.c_str();
    return 1;
}

int hotreload_config_get_type(hotreload_config* config, const char* pointer) {
    return guarded([&] {
        if (!config || !pointer)
            return -EINVAL;
        if (!config->live.value())
            return -ENODATA;
        const auto place = library::resolve(*config->live.value(), pointer);
        if (!place)
            return -place.error();
        struct Types {
            int operator()(std::nullptr_t) const { return HOTRELOAD_CONFIG_NULL; }
            int operator()(bool) const { return HOTRELOAD_CONFIG_BOOL; }
            int operator()(std::int64_t) const { return HOTRELOAD_CONFIG_INTEGER; }
            int operator()(std::uint64_t) const { return HOTRELOAD_CONFIG_INTEGER; }
            int operator()(double) const { return HOTRELOAD_CONFIG_DOUBLE; }
            int operator()(const std::string&) const { return HOTRELOAD_CONFIG_STRING; }
            int operator()(const Opaque&) const { return HOTRELOAD_CONFIG_STRING; }
            int operator()(const Value::Array&) const { return HOTRELOAD_CONFIG_ARRAY; }
            int operator()(const Value::Object&) const { return HOTRELOAD_CONFIG_OBJECT; }
        };
        return std::visit(Types(), (*place)->data);
    });
}

int hotreload_config_get_bool(hotreload_config* config, const char* pointer, int* ret) {
    return guarded([&] {
        if (!config || !pointer || !ret)
            return -EINVAL;
        const auto flag = get<bool>(config, pointer);
        if (!flag)
            return -flag.error();
        *ret = **flag;
        return 0;
    });
}

int hotreload_config_get_int64(hotreload_config* config, const char* pointer, std::int64_t* ret) {
    return guarded(
        [&] { return config && pointer && ret ? get_integer(config, pointer, ret) : -EINVAL; });
}

int hotreload_config_get_uint64(hotreload_config* config, const char* pointer, std::uint64_t* ret) {
    return guarded(
        [&] { return config && pointer && ret ? get_integer(config, pointer, ret) : -EINVAL; });
}

int hotreload_config_get_double(hotreload_config* config, const char* pointer, double* ret) {
    return guarded([&] {
        if (!config || !pointer || !ret)
            return -EINVAL;
        const auto number = get<double>(config, pointer);
        if (number) {
            *ret = **number;
            return 0;
        }
        if (number.error() != EBADMSG)
            return -number.error();
        // "timeout = 5" is a number, too; one that a double would round is refused.
        std::int64_t whole = 0;
        if (const int r = get_integer(config, pointer, &whole); r < 0)
            return r;
        constexpr auto most = std::int64_t{1} << std::numeric_limits<double>::digits;
        if (whole < -most || whole > most)
            return -ERANGE;
        *ret = static_cast<double>(whole);
        return 0;
    });
}

int hotreload_config_get_string(hotreload_config* config, const char* pointer, const char** ret) {
    return guarded([&] {
        if (!config || !pointer || !ret)
            return -EINVAL;
        const auto text = get<std::string>(config, pointer);
        return text ? give(**text, ret) : -text.error();
    });
}

int hotreload_config_get_json(hotreload_config* config, const char* pointer, const char** ret) {
    return guarded([&] {
        if (!config || !pointer || !ret)
            return -EINVAL;
        const auto json = config->live.json(pointer);
        return json ? give(**json, ret) : -json.error();
    });
}

int hotreload_config_get_size(hotreload_config* config, const char* pointer, std::size_t* ret) {
    return guarded([&] {
        if (!config || !pointer || !ret)
            return -EINVAL;
        if (const auto array = get<Value::Array>(config, pointer)) {
            *ret = (*array)->size();
            return 0;
        }
        const auto object = get<Value::Object>(config, pointer);
        if (!object)
            return -object.error();
        *ret = (*object)->size();
        return 0;
    });
}

int hotreload_config_get_key(hotreload_config* config, const char* pointer, std::size_t index,
                             const char** ret) {
    return guarded([&] {
        if (!config || !pointer || !ret)
            return -EINVAL;
        const auto object = get<Value::Object>(config, pointer);
        if (!object)
            return -object.error();
        if (index >= (*object)->size())
            return -ENOENT;
        return give(std::next((*object)->begin(), static_cast<std::ptrdiff_t>(index))->first, ret);
    });
}
