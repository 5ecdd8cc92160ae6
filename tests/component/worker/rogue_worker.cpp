// SPDX-License-Identifier: LGPL-2.1-or-later
// A worker that was taken over, or is broken: what it does is the last part of the name by which it
// is called.
#include "worker/protocol.hpp"

#include <unistd.h>

#include <string>
#include <string_view>

using namespace hotreload::worker;

namespace {

void say(std::string_view bytes) {
    if (::write(STDIN_FILENO, bytes.data(), bytes.size()) < 0)
        ::_exit(1);
}

void wait_for_a_request() {
    char byte = 0;
    if (::read(STDIN_FILENO, &byte, 1) <= 0)
        ::_exit(0);
}

} // namespace

int main(int /*argc*/, char** argv) {
    const std::string path = argv[0];
    const auto way = path.substr(path.rfind('/') + 1);
    if (way == "mute")
        return 1;
    say(frame(hello(way == "stranger" ? "0" : HOTRELOAD_VERSION)));
    wait_for_a_request();
    if (way == "silent")
        ::pause();
    else if (way == "garbage")
        say(frame("\xFF nothing that was agreed upon"));
    else if (way == "boundless")
        say("\xFF\xFF\xFF\xFF and so on");
    else if (way == "mortal-once" && ::unlink((path + ".first").c_str()) < 0)
        say(frame(encode(Reply(Rendered{"{}"}))));
    return 0; // dies in the middle of it
}
