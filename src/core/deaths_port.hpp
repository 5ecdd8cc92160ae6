// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Deaths are what the daemon died of: work that ended it twice is set aside, so that it does not a
// third time. state/ has the real one.

#include <string>
#include <utility>

namespace hotreload {

// Something that a person wrote, in our hands.
struct Work {
    std::string project; // "": of a project file, that is read before its project is known
    std::string path;    // the file that is read; "": all that is done for the project
    std::string content; // tells it from the same work on another content

    bool operator==(const Work&) const = default;
};

class Deaths {
public:
    virtual ~Deaths() = default;

    // The work is not to be begun.
    [[nodiscard]] virtual bool set_aside(const Work& work) const = 0;

    // Somebody asks for it: a project, or a project file by its path, is tried again.
    virtual void forgive(const std::string& project, const std::string& path) = 0;

    // The work is under way from here to the end of the scope; what is begun within it is what
    // counts meanwhile. The scope must not be left to the event loop: no wait is within it.
    class Scope {
    public:
        Scope(Deaths& deaths, Work work)
            : deaths_(deaths), work_(std::move(work)), outer_(deaths_.begin(work_)) {}
        ~Scope() { deaths_.end(work_, outer_); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        Deaths& deaths_;
        Work work_;
        const Work* outer_;
    };

protected:
    // Answers what was under way until now; nullptr: nothing. `work` lives until its end().
    virtual const Work* begin(const Work& work) = 0;
    virtual void end(const Work& work, const Work* outer) noexcept = 0;
};

} // namespace hotreload
