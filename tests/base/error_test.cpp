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

}  // namespace
}  // namespace baseline::error_test
