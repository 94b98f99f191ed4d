#include "os/shared_work.hpp"

#include <unistd.h>

#include <csignal>
#include <map>
#include <set>

#include "base/error.hpp"
#include "os/signals.hpp"
#include "support/catch.hpp"

namespace baseline::shared_work_test {
namespace {

TEST_CASE("each piece is done once, by as many processes as are wanted", "[shared_work]") {
  for (const std::size_t processes : {1U, 3U}) {
    std::map<std::size_t, std::string> results;
    std::string begun = "no";
    share_out({50, processes, [&] { begun = "yes"; },
               [&](std::size_t piece) {
                 // Larger than what a pipe takes at once.
                 return begun + std::to_string(piece) + std::string(piece == 7 ? 200'000 : 0, 'x');
               },
               [&](std::size_t piece, std::string result) {
                 CHECK(results.emplace(piece, std::move(result)).second);
               }});
    REQUIRE(results.size() == 50);
    CHECK(results[49] == (processes == 1 ? "no49" : "yes49"));
    CHECK(results[7].size() > 200'000);
    CHECK(begun == "no");
  }
}

TEST_CASE("what a piece throws is thrown here", "[shared_work]") {
  const auto message = [](const std::function<std::string()>& work) -> std::string {
    try {
      share_out({4, 2, nullptr, [&](std::size_t piece) { return piece == 2 ? work() : ""; },
                 [](std::size_t, const std::string&) {}});
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  CHECK(message([]() -> std::string { throw Error(ErrorCode::refused, "no"); }) == "no");
  CHECK(message([]() -> std::string {
          ::raise(SIGKILL);
          return {};
        }) == "a process that did part of the work was killed by SIGKILL");
  CHECK(message([]() -> std::string { ::_exit(3); }) ==
        "a process that did part of the work ended early");
}

TEST_CASE("there is at least one processor", "[shared_work]") { CHECK(usable_processors() >= 1); }

}  // namespace
}  // namespace baseline::shared_work_test
