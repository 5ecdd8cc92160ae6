// SPDX-License-Identifier: LGPL-2.1-or-later
#include "allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

std::size_t counted = 0;

} // namespace

std::size_t hotreload::test::allocations() {
    return counted;
}

// Arrays and what is aligned come here, but in a sanitized build, which has forms of its own for
// both ends of those. The form that does not throw has its end here in any build.
void* operator new(std::size_t size) {
    ++counted;
    if (void* const memory = std::malloc(size > 0 ? size : 1))
        return memory;
    throw std::bad_alloc();
}

void* operator new(std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
    ++counted;
    return std::malloc(size > 0 ? size : 1);
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
