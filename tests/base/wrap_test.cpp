#include "base/wrap.hpp"

#include "support/catch.hpp"

using namespace baseline;

TEST_CASE("words fill the lines", "[wrap]") {
  CHECK(wrapped("", 10).empty());
  CHECK(wrapped("one", 10) == std::vector<std::string>{"one"});
  CHECK(wrapped("one two\n three", 8) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("one two", 7) == std::vector<std::string>{"one two"});
  CHECK(wrapped("one two", 6) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a word that is too long has a line of its own", "[wrap]") {
  CHECK(wrapped("a incomprehensible b", 5) ==
        std::vector<std::string>{"a", "incomprehensible", "b"});
}

TEST_CASE("brackets stay whole where they fit", "[wrap]") {
  CHECK(wrapped("wait [env: A] now", 9) == std::vector<std::string>{"wait", "[env: A]", "now"});
  CHECK(wrapped("[env: A B] x", 9) == std::vector<std::string>{"[env: A", "B] x"});
  CHECK(wrapped("[open for ever", 7) == std::vector<std::string>{"[open", "for", "ever"});
}
