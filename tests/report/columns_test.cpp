// How much room text takes, and how it is cut, padded and set into tables by that.
#include "report/columns.hpp"

#include "report/layout.hpp"
#include "report/marks.hpp"
#include "report/progress_bar.hpp"
#include "support/catch.hpp"

using namespace baseline;
using namespace std::chrono_literals;

TEST_CASE("columns are what a terminal shows, not bytes", "[terminal]") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("app.db") == 6);
  CHECK(columns_of("größe") == 5);
  CHECK(columns_of("桜の木") == 6);          // wide
  CHECK(columns_of("e\u0301") == 1);         // a combining accent
  CHECK(columns_of("a\u200b\u200db") == 2);  // zero-width space and joiner
  CHECK(columns_of("✓ … › → █ ░ ·") == 13);  // our own marks
}

TEST_CASE("a text is cut where its columns end", "[terminal]") {
  CHECK(fitted("app.db", 6) == "app.db");
  CHECK(fitted("app.db", 5) == "app.…");
  CHECK(fitted("app.db", 1) == "…");
  CHECK(fitted("app.db", 0).empty());
  CHECK(fitted("桜の木", 5) == "桜の…");
  CHECK(fitted("桜の木", 4) == "桜…");  // half a character is none
  CHECK(columns_of(fitted("größe größe", 7)) == 7);
}

TEST_CASE("a text is padded by its columns", "[terminal]") {
  CHECK(padded("桜", 4) == "桜  ");
  CHECK(padded("e\u0301", 3) == "e\u0301  ");
  CHECK(padded("app.db", 2) == "app.db");
}

TEST_CASE("a table stands in columns, and gives way where it may", "[terminal]") {
  const std::vector<TableColumn> columns{{"NAME"}, {.head = "REVISION", .least = 4}, {"N", true}};
  const std::vector<std::vector<std::string>> rows{{"桜", "0123456789", "1"},
                                                   {"app.db", "-", "12"}};
  CHECK(table(columns, rows, 0) ==
        "NAME   REVISION    N\n"
        "桜     0123456789  1\n"
        "app.db -          12\n");
  CHECK(table(columns, rows, 16) ==
        "NAME   REVIS…  N\n"
        "桜     01234…  1\n"
        "app.db -      12\n");
  CHECK(table(columns, rows, 5) ==
        "NAME   REV…  N\n"
        "桜     012…  1\n"
        "app.db -    12\n");
}

TEST_CASE("what belongs to a label stands below it", "[terminal]") {
  CHECK(labelled("backup", "one\ntwo") == "  backup       one\n               two\n");
}

TEST_CASE("a bar fits whatever there is", "[terminal]") {
  const Progress half{512 << 20, 1 << 30, 2s};
  CHECK(progress_bar("copy", half, 100) ==
        "copy  ████████████░░░░░░░░░░░░   512 MiB of 1.0 GiB   256 MiB/s    3 s left");
  CHECK(progress_bar("copy", half, 54) == "copy  ███████░░░░░░░░   512 MiB of 1.0 GiB    3 s left");
  CHECK(progress_bar("copy", half, 30) == "copy  ██████░░░░░░    3 s left");
  CHECK(progress_bar("copy", half, 20) == "copy    3 s left");
  for (std::size_t columns = 0; columns < 120; ++columns) {
    CHECK(columns_of(progress_bar("copy the 桜", half, columns)) <= columns);
  }
}

TEST_CASE("a bar says what cannot be said by a figure", "[terminal]") {
  CHECK(progress_bar("copy", {0, 100, 1s}, 80) ==
        "copy  ░░░░░░░░░░░░░░░░░░░░░░░░   0 bytes of 100 bytes   0 bytes/s");
  CHECK(progress_bar("copy", {100, 100, 1s}, 80) ==
        "copy  ████████████████████████  100 bytes of 100 bytes  finishing");
  CHECK(progress_bar("copy", {0, 0, 0s}, 30) == "copy  █████████████  finishing");
  CHECK(progress_bar("copy", {1, 5'000, 1s}, 24) == "copy   84 min left");
  CHECK(progress_bar("copy", {1, 100'000, 1s}, 24) == "copy   28 h left");
}

TEST_CASE("marks have their ASCII, other characters stay", "[terminal]") {
  CHECK(in_ascii("✓ a › b → c … █░ ✗ ·") == "+ a > b -> c ... #. x .");
  CHECK(in_ascii("größe 桜") == "größe 桜");
}
