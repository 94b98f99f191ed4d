#include "os/holders.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "os/file_system.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace baseline;

namespace {

bool is_holder(pid_t pid, const File& file) {
  const auto holders = holders_of(file.status());
  return std::ranges::any_of(holders, [&](const Holder& one) { return one.pid == pid; });
}

// A process that holds the file as `hold` leaves it, until it is ended.
template <typename Hold>
pid_t process_that(Hold hold) {
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ready[0]);
    hold();
    [[maybe_unused]] const ssize_t told = ::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  ::close(ready[1]);
  char c = 0;
  CHECK(::read(ready[0], &c, 1) == 1);
  ::close(ready[0]);
  return child;
}

}  // namespace

TEST_CASE("who has a file open or mapped is found", "[os][holders]") {
  const TempDir dir;
  const Directory directory = Directory::open(dir.path());
  File file = real_file_system().create(directory, "app.db", 0600);
  File other = real_file_system().create(directory, "other.db", 0600);
  for (const File* one : {&file, &other}) real_file_system().truncate(*one, 4096);

  const auto map_and_close = [](File& one) {
    ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, one.fd(), 0);
    one.close();
  };
  const pid_t opener = process_that([&] { other.close(); });
  const pid_t mapper = process_that([&] {
    map_and_close(file);
    other.close();
  });
  const pid_t stranger = process_that([&] {
    map_and_close(other);
    file.close();
  });
  CHECK(is_holder(opener, file));
  CHECK(is_holder(mapper, file));
  CHECK_FALSE(is_holder(stranger, file));
  for (const pid_t child : {opener, mapper, stranger}) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
}
