"""The sources are built as docs/ARCHITECTURE.md says: an include points down the list of rooms, a library
stays in the rooms that own it, and what is local to a file has a name of its own."""

import collections
import re
import unittest

import cpp
import support

SOURCES = support.PROJECT / "src"
# The headers of a library, and the files that may include them.
LIBRARIES = [
    (r"sqlite3\.h|SQLiteCpp/.*", r"store/sqlite/.*"),
    (r"nlohmann/json\.hpp", r".*\.cpp|report/json_document\.hpp"),
    (r"CLI/.*", r"cli/.*\.cpp|cli/help_layout\.hpp"),
    (r"yaml-cpp/.*", r"yaml/.*\.cpp"),
]


def sources():
    """{path below src/: its text} of all that is C++."""
    return {str(path.relative_to(SOURCES)): path.read_text()
            for path in sorted(SOURCES.rglob("*.[ch]pp"))}


def includes(text):
    return re.findall(r'(?m)^#include ["<]([^">]+)[">]', text)


def rooms():
    """The rooms from the top to the bottom, from the table of docs/ARCHITECTURE.md."""
    page = (support.PROJECT / "docs/ARCHITECTURE.md").read_text()
    table = page[page.index("## Rooms"):].split("\n## ")[0]
    return re.findall(r"(?m)^\| `([\w./]+)` \|", table)[1:]  # the first is the head: src/


def room_of(path, among):
    """The room of a file: the longest that its path begins with."""
    return max((room for room in among if path.startswith(room)), key=len, default=None)


class Rooms(unittest.TestCase):
    def setUp(self):
        self.rooms = rooms()
        self.sources = sources()
        self.assertGreater(len(self.sources), 300)

    def test_every_file_has_its_room(self):
        self.assertGreaterEqual(len(self.rooms), 18)
        lived_in = {room_of(path, self.rooms) for path in self.sources}
        self.assertEqual(lived_in, set(self.rooms))

    def test_no_include_points_up(self):
        place = {room: number for number, room in enumerate(self.rooms)}
        up = []
        for path, text in self.sources.items():
            here = room_of(path, self.rooms)
            for header in includes(text):
                there = room_of(header, self.rooms) if header in self.sources else None
                if there and place[there] < place[here]:
                    up.append(f"{path} includes {header}, and {there} is above {here}")
        self.assertEqual(up, [])

    def test_one_file_chooses_the_engine(self):
        """All others know only the seam, store/."""
        self.assertEqual({path for path, text in self.sources.items()
                          if not path.startswith("store/sqlite/")
                          for header in includes(text) if header.startswith("store/sqlite/")},
                         {"cli/workplace.cpp"})

    def test_the_engine_mutates_on_its_own(self):
        """mutate/ is beside the other rooms of the engine: it knows sql/ only, and only the engine
        knows it."""
        arrows = {(room_of(path, self.rooms), room_of(header, self.rooms))
                  for path, text in self.sources.items() for header in includes(text)
                  if header in self.sources}
        mutate = "store/sqlite/mutate/"
        self.assertEqual({there for here, there in arrows if here == mutate
                          and there.startswith("store/sqlite/")}, {mutate, "store/sqlite/sql/"})
        self.assertEqual({here for here, there in arrows if there == mutate},
                         {mutate, "store/sqlite/"})

    def test_libraries_stay_where_they_belong(self):
        found = set()
        for path, text in self.sources.items():
            for header in includes(text):
                for library, owners in LIBRARIES:
                    if re.fullmatch(library, header):
                        found.add(library)
                        self.assertTrue(re.fullmatch(owners, path), f"{path} includes <{header}>")
        self.assertEqual(found, {library for library, _ in LIBRARIES})

    def test_large_libraries_come_with_no_header_of_ours(self):
        """Two headers have one of them; only sources include these. They are what costs the time of
        a build."""
        having = {path for path, text in self.sources.items() if path.endswith(".hpp")
                  and re.search("(?m)^#include <(nlohmann/json.hpp|CLI/|yaml-cpp/)", text)}
        self.assertLessEqual(having, {"report/json_document.hpp", "cli/help_layout.hpp"})
        self.assertEqual([path for path, text in self.sources.items() if path.endswith(".hpp")
                          and having & set(includes(text))], [])


class Names(unittest.TestCase):
    """In a unity build many files are one, and with them their anonymous namespaces."""

    def test_local_names_are_unique(self):
        """An alias may stand in several files if it says the same in all of them."""
        found = collections.defaultdict(list)
        for path, text in sources().items():
            if path.endswith(".cpp"):
                for name, meaning in cpp.local_names(text).items():
                    found[name].append((path, meaning))
        self.assertGreater(len(found), 1000)
        twice = [f"{name}: {', '.join(path for path, _ in places)}" for name, places in found.items()
                 if len(places) > 1 and ("" in dict(places).values()
                                         or len(set(dict(places).values())) > 1)]
        self.assertEqual(twice, [])

    def test_how_they_are_found(self):
        self.assertEqual(cpp.local_names(r'''
            #include <x>
            namespace baseline {
            class Public { int a; };
            constexpr int kInternal = 1;
            static void hidden();
            int shared(int a) { return a; }
            namespace {
            // void comment();
            namespace fs = std::filesystem;
            using Json = nlohmann::json;
            using std::string;
            enum class Colour { red, green };
            struct Inner final : Public { int member = 0; void method() {} };
            constexpr std::string_view kText = "void text() {";
            constexpr auto kRaw = R"x(int raw() { "})x";
            const std::map<int, std::function<void(int)>> kTable{{1, nullptr}};
            constexpr int kArray[] = {1, 2};
            const auto kLambda = [](int x) { return x; };
            thread_local int counter;
            template <typename T, int N = 3>
            [[nodiscard]] std::vector<T> made(const T& a = T{}) { if (a) { f(); } return {}; }
            Inner::Inner() : member{1}, other(2) { g(); }
            bool operator==(const Inner& a, const Inner& b) { return true; }
            static_assert(sizeof(int) == 4);
            char quoted() { return '"'; }
            }  // namespace
            }  // namespace baseline
            '''), {
                **dict.fromkeys(["kInternal", "hidden", "Colour", "Inner", "kText", "kRaw", "kTable",
                                 "kArray", "kLambda", "counter", "made", "quoted"], ""),
                "fs": "std :: filesystem", "Json": "nlohmann :: json"})


if __name__ == "__main__":
    unittest.main()
