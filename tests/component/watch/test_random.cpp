// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <random>

namespace hotreload::watch {
namespace {

// Whatever happens to a tree, in the end the set knows what one that begins now finds.
class Random : public WatchTest, public testing::WithParamInterface<unsigned> {
protected:
    std::string place() {
        std::string path = dir / "t";
        for (auto depth = pick(4); depth > 0; --depth)
            path += '/' + std::string(1, static_cast<char>('a' + pick(3)));
        return path;
    }
    std::string file() { return place() + "/f" + std::to_string(pick(3)); }
    unsigned pick(unsigned n) { return static_cast<unsigned>(random() % n); }

    void change() {
        std::error_code ignored;
        switch (pick(12)) {
        case 0:
            fs::remove_all(place(), ignored);
            break;
        case 1:
        case 2:
            fs::create_directories(place(), ignored);
            break;
        case 3:
        case 4:
            fs::rename(place(), place(), ignored);
            break;
        case 5:
            fs::rename(file(), file(), ignored);
            break;
        case 6:
            fs::remove(file(), ignored);
            break;
        case 7:
            fs::create_symlink(file(), file(), ignored);
            break;
        case 8:
            fs::create_directory_symlink(place(), place(), ignored);
            break;
        default:
            write(file(), std::to_string(pick(1000)));
        }
    }

    static std::string describe(const Snapshot& content) {
        std::string text;
        for (const auto& [path, id] : content.files)
            text += path + ' ' + std::to_string(id.low) + '\n';
        for (const auto& path : content.missing)
            text += path + " is missing\n";
        for (const auto& path : content.writing)
            text += path + " is written\n";
        for (const auto& problem : content.unreadable)
            text += to_string(problem) + '\n';
        return text;
    }

    std::minstd_rand random{GetParam()};
};

TEST_P(Random, ChangesOfATreeLeadToWhatIsOnDisk) {
    const std::vector<WatchDefinition> definitions[] = {
        {definition({dir / "t/**"}, 1ms)},
        {definition({dir / "t/a/*", dir / "t/a/b/f1", dir / "t/b/**/f2"}, 0ms)},
        {definition({dir / "t/a/b/c/f0", dir / "t/c/f1"}, 2ms)},
    };
    std::vector<std::unique_ptr<Watched>> sets;
    for (const auto& each : definitions)
        sets.push_back(watch(each));
    for (int round = 0; round < 60; ++round) {
        for (auto changes = pick(20); changes > 0; --changes) {
            change();
            if (pick(4) == 0)
                loop.run_once(Duration::zero());
        }
        pass(8ms);
        for (std::size_t i = 0; i < sets.size(); ++i) {
            // A watcher of its own: its watches must not be what keeps the other's true.
            const auto other = *TreeWatcher::make(loop);
            const auto fresh = *WatchedSet::make(*other, definitions[i], [] {});
            const auto truth = fresh->look(Rescan::All).content;
            auto& seen = sets[i]->content;
            ASSERT_TRUE(until([&] {
                // A file that was read before it became unreadable is known to one of them only.
                for (const auto& problem : seen.unreadable)
                    seen.files.erase(problem.path);
                return seen == truth;
            })) << "set "
                << i << ", round " << round << ": " << describe(seen) << "instead of\n"
                << describe(truth);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Random, testing::Range(1U, 9U));

} // namespace
} // namespace hotreload::watch
