#include "base/error.hpp"

#include <cerrno>

#include "support/catch.hpp"

namespace baseline::error_test {
namespace {

TEST_CASE("errno becomes one sentence that names the object", "[error]") {
  errno = ENOSPC;
  try {
    throw_errno("write", "/srv/a\nb.db");
    FAIL("it did not throw");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
    CHECK(std::string(error.what()) == "cannot write /srv/a\\x0ab.db: No space left on device");
    CHECK(error.hint() == "free some space, then run the command again");
  }
}

TEST_CASE("an error is printable, whatever a library has put into it", "[error]") {
  Error error(ErrorCode::io, "no such table: \x1b[2J\nbaseline: done", "rm \x7f");
  error.add_note("it said:\n\u202Ex");
  CHECK(std::string(error.what()) == "no such table: \\x1b[2J\\x0abaseline: done");
  CHECK(error.hint() == "rm \\x7f");
  CHECK(error.notes().front() == "it said:\n\\xe2\\x80\\xaex");
}

TEST_CASE("what ran out is told from what is wrong with a file", "[error]") {
  errno = EMFILE;
  try {
    throw_errno("open", "/srv/a.db");
    FAIL("it did not throw");
  } catch (const Error& error) {
    CHECK(is_shortage(error.system_error()));
    CHECK(error.hint() ==
          "raise the limit on open files (ulimit -n, LimitNOFILE=), then run the command again");
  }
  CHECK_FALSE(is_shortage(ENOENT));
}

}  // namespace
}  // namespace baseline::error_test
