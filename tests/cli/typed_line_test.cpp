#include "cli/typed_line.hpp"

#include "support/catch.hpp"

using namespace baseline;

TEST_CASE("a word that is being typed is read as the shell would", "[completion]") {
  CHECK(unquoted("app.db", "/home/x") == "app.db");
  CHECK(unquoted("my\\ old.db", "/home/x") == "my old.db");
  CHECK(unquoted("'my old", "/home/x") == "my old");
  CHECK(unquoted(R"("a\"b\c")", "/home/x") == R"(a"b\c)");
  CHECK(unquoted("'a\\'b", "/home/x") == "a\\b");
  CHECK(unquoted("a'b'\"c\"", "/home/x") == "abc");
  CHECK(unquoted("back\\", "/home/x") == "back\\");
}

TEST_CASE("a tilde stands for the home directory, unless it is quoted", "[completion]") {
  CHECK(unquoted("~/app.db", "/home/x") == "/home/x/app.db");
  CHECK(unquoted("~", "/home/x") == "~");
  CHECK(unquoted("'~/app.db'", "/home/x") == "~/app.db");
  CHECK(unquoted("~/app.db", "") == "~/app.db");
}
