// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/work_note.hpp"

#include "base/fd.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace hotreload::state {

namespace {

constexpr std::size_t kPageSize = 16 * 1024; // two paths of PATH_MAX, and more

// Takes the word up to the next NUL, and that, too.
std::string take_word(std::string_view& text) {
    const auto end = text.find('\0');
    const std::string word(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return word;
}

} // namespace

// `length` is 0 while nothing is done, or while the text is being written.
struct WorkNote::Page {
    std::atomic<std::uint32_t> length;
    char text[kPageSize - sizeof(std::uint32_t)];
};

void WorkNote::Unmap::operator()(Page* page) const noexcept {
    ::munmap(page, kPageSize);
}

WorkNote::WorkNote(std::unique_ptr<Page, Unmap> page) : page_(std::move(page)) {
    const auto length = page_->length.load();
    if (length > 0 && length <= sizeof page_->text) {
        std::string_view text(page_->text, length);
        auto project = take_word(text);
        auto path = take_word(text);
        left_ = Work{std::move(project), std::move(path), take_word(text)};
    }
    clear();
}

Result<WorkNote> WorkNote::open(const std::string& path) {
    static_assert(sizeof(Page) == kPageSize && std::atomic<std::uint32_t>::is_always_lock_free);
    const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file)
        return fail_errno(errno, "opening " + path);
    // Reserved now: a full file system would be a SIGBUS later.
    if (const int error = ::posix_fallocate(file.get(), 0, kPageSize))
        return fail_errno(error, "reserving " + path);
    void* const page =
        ::mmap(nullptr, kPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (page == MAP_FAILED)
        return fail_errno(errno, "mapping " + path);
    return WorkNote(std::unique_ptr<Page, Unmap>(static_cast<Page*>(page)));
}

void WorkNote::write(const Work& work) noexcept {
    if (!page_)
        return;
    clear();
    std::size_t at = 0;
    for (const auto* word : {&work.project, &work.path, &work.content}) {
        if (sizeof page_->text - at <= word->size())
            return;
        std::memcpy(page_->text + at, word->c_str(), word->size() + 1);
        at += word->size() + 1;
    }
    page_->length.store(static_cast<std::uint32_t>(at));
}

void WorkNote::clear() noexcept {
    if (page_)
        page_->length.store(0);
}

} // namespace hotreload::state
