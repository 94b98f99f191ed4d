#include "os/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <utility>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline::child_process_test {
namespace {

using End = ChildOutcome::End;
using std::chrono::milliseconds;

const std::vector<std::string> kEnvironment = {"PATH=/usr/bin:/bin"};

ChildOutcome run(std::vector<std::string> argv, milliseconds timeout = milliseconds(60'000)) {
  return run_child({std::move(argv), kEnvironment, {}, timeout});
}

ChildOutcome shell(const std::string& script, milliseconds timeout = milliseconds(60'000)) {
  return run({"sh", "-c", script}, timeout);
}

// Whether there is such a process, be it a zombie.
bool exists(const std::string& pid) {
  return std::filesystem::exists("/proc/" + pid.substr(0, pid.find('\n')));
}

// Whether it still does something, or will.
bool runs(const std::string& pid) {
  std::ifstream status("/proc/" + pid.substr(0, pid.find('\n')) + "/stat");
  std::string line;
  std::getline(status, line);
  // "PID (NAME) STATE …"; a process that was just killed may not be a zombie yet.
  const std::size_t state = line.rfind(") ");
  if (state == std::string::npos || line[state + 2] == 'Z' || line[state + 2] == 'X') return false;
  std::ifstream pending("/proc/" + pid.substr(0, pid.find('\n')) + "/status");
  for (std::string field; std::getline(pending, field);) {
    // SIGKILL is the ninth bit.
    if (field.starts_with("ShdPnd:"))
      return (std::stoull(field.substr(8), nullptr, 16) & 0x100) == 0;
  }
  return false;
}

bool has_child() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

TEST_CASE("a child reads its input, be it more than a pipe holds", "[os][child]") {
  const std::string input = std::string(3'000'000, 'x') + "\nend\n";
  ChildSpec spec{
      {"sh", "-c", "tail -n 1; readlink /proc/self/fd/0 | grep -c memfd"}, kEnvironment, {}};
  spec.input = input;
  CHECK(run_child(spec).out.kept == "end\n1\n");
  // Nor does it matter when the child does not read it.
  spec.argv = {"true"};
  CHECK(run_child(spec).code == 0);
  CHECK(shell("wc -c").out.kept == "0\n");
}

TEST_CASE("a child's exit code and output come back", "[os][child]") {
  const ChildOutcome outcome = shell("echo out; echo err >&2; exit 3");
  CHECK(outcome.end == End::exited);
  CHECK(outcome.code == 3);
  CHECK(outcome.out.kept == "out\n");
  CHECK(outcome.err.kept == "err\n");
  CHECK(outcome.out.whole());
  CHECK_FALSE(has_child());
}

TEST_CASE("words are passed as they are, without a shell", "[os][child]") {
  CHECK(run({"printf", "%s|", "a b", "", "$HOME", "*", "';"}).out.kept == "a b||$HOME|*|';|");
}

TEST_CASE("a program that cannot be run is told by its errno", "[os][child]") {
  const TempDir dir;
  std::ofstream(dir.path() / "plain") << "echo never\n";
  const auto error_of = [&](const std::string& program, const std::string& path) {
    const ChildOutcome outcome = run_child({{program}, {"PATH=" + path}, dir.path()});
    CHECK(outcome.end == End::not_started);
    return outcome.code;
  };
  CHECK(error_of("no-such-program", "/usr/bin:/bin") == ENOENT);
  CHECK(error_of("./no-such-program", "") == ENOENT);
  CHECK(error_of("./plain", "") == EACCES);
  CHECK(error_of("plain", dir.path().string() + ":/nowhere") == EACCES);
  CHECK(error_of(dir.path().string(), "") == EACCES);
  // No shell runs what is no program.
  std::filesystem::permissions(dir.path() / "plain", std::filesystem::perms::owner_all);
  CHECK(error_of("./plain", "") == ENOEXEC);
  const ChildOutcome nowhere = run_child({{"true"}, kEnvironment, dir.path() / "missing"});
  CHECK(nowhere.end == End::not_started);
  CHECK(nowhere.code == ENOENT);
  CHECK_FALSE(has_child());
}

TEST_CASE("a child gets the environment and directory that it is given", "[os][child]") {
  const TempDir dir;
  ::setenv("SECRET_OF_TEST", "x", 1);
  const ChildOutcome outcome = run_child({{"/usr/bin/env"}, {"B=2", "A=1=1"}, dir.path()});
  ::unsetenv("SECRET_OF_TEST");
  CHECK(outcome.out.kept == "B=2\nA=1=1\n");
  CHECK(run_child({{"/bin/pwd"}, {}, dir.path()}).out.kept == dir.path().string() + "\n");
}

TEST_CASE("a child reads nothing and inherits no descriptor", "[os][child]") {
  const int leaked = ::dup2(STDERR_FILENO, 50);  // without close-on-exec
  REQUIRE(leaked == 50);
  CHECK(run({"cat"}).out.kept.empty());
  CHECK(run({"ls", "/proc/self/fd"}).out.kept == "0\n1\n2\n3\n");  // 3 is the listed directory
  CHECK(run({"readlink", "/proc/self/fd/0"}).out.kept == "/dev/null\n");
  ::close(leaked);
}

TEST_CASE("a child's signals are at their defaults, in a session of its own", "[os][child]") {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  const auto handler = std::signal(SIGPIPE, SIG_IGN);
  const std::string status = run({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}).out.kept;
  std::signal(SIGPIPE, handler);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  CHECK(status == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  CHECK(shell("read -r pid _ _ _ group session _ < /proc/self/stat; "
              "[ $group = $session ] && [ $$ = $session ] && echo alone")
            .out.kept == "alone\n");
}

TEST_CASE("of more output than is kept, the end is kept and the size known", "[os][child]") {
  const ChildOutcome outcome = shell(
      "head -c 1048576 /dev/zero | tr '\\0' x; echo end; "
      "head -c 1048576 /dev/zero | tr '\\0' y >&2");
  CHECK(outcome.code == 0);
  CHECK(outcome.out.size == 1048580);
  CHECK(outcome.err.size == 1048576);
  CHECK(outcome.out.kept.size() == kKeptOutput);
  CHECK(outcome.out.kept.substr(kKeptOutput - 6) == "xxend\n");
  CHECK_FALSE(outcome.out.whole());
}

TEST_CASE("a child may write more than we could hold", "[os][child]") {
  const auto peak = [] {
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;  // KiB
  };
  const long before = peak();
  CHECK(run({"head", "-c", "268435456", "/dev/zero"}).out.size == 268435456);
  CHECK(peak() - before < 64L * 1024);
}

TEST_CASE("both streams may be full at once", "[os][child]") {
  const ChildOutcome outcome =
      shell("head -c 300000 /dev/zero >&2 & head -c 300000 /dev/zero; wait");
  CHECK(outcome.out.size == 300000);
  CHECK(outcome.err.size == 300000);
}

TEST_CASE("a signal that kills a child is told", "[os][child]") {
  const ChildOutcome outcome = shell("kill -SEGV $$");
  CHECK(outcome.end == End::signalled);
  CHECK(outcome.code == SIGSEGV);
  CHECK(signal_name(SIGSEGV) == "SIGSEGV");
  CHECK(signal_name(SIGRTMIN + 3) == fmt::format("signal {}", SIGRTMIN + 3));
}

TEST_CASE("a child that takes too long is ended, with all that it started", "[os][child]") {
  const ChildOutcome outcome = shell("sleep 1000 & echo $!; sleep 1000", milliseconds(200));
  CHECK(outcome.end == End::timed_out);
  REQUIRE_FALSE(outcome.out.kept.empty());
  CHECK_FALSE(exists(outcome.out.kept));
  CHECK_FALSE(has_child());
}

TEST_CASE("it may tidy up when its time is over", "[os][child]") {
  const ChildOutcome outcome =
      shell("trap 'echo tidied; exit 0' TERM; sleep 1000 & wait", milliseconds(200));
  CHECK(outcome.end == End::timed_out);
  CHECK(outcome.out.kept == "tidied\n");
}

TEST_CASE("one that does not want to end is killed, stopped or not", "[os][child]") {
  CHECK(shell("trap '' TERM; while :; do sleep 1; done", milliseconds(50)).end == End::timed_out);
  CHECK(shell("kill -STOP $$", milliseconds(50)).end == End::timed_out);
  CHECK_FALSE(has_child());
}

TEST_CASE("output without end does not keep us from the time", "[os][child]") {
  const ChildOutcome outcome = run({"yes"}, milliseconds(100));
  CHECK(outcome.end == End::timed_out);
  CHECK(outcome.out.size > kKeptOutput);
}

TEST_CASE("what a child leaves behind is ended, though it keeps the pipes", "[os][child]") {
  const ChildOutcome outcome = shell("sleep 1000 & echo $!");
  CHECK(outcome.end == End::exited);
  REQUIRE_FALSE(outcome.out.kept.empty());
  CHECK_FALSE(exists(outcome.out.kept));
  CHECK_FALSE(has_child());
}

TEST_CASE("who leaves the group is ended all the same", "[os][child]") {
  const TempDir dir;
  const std::string file = (dir.path() / "pid").string();
  // A daemon: its own session, its parent gone, its descriptors elsewhere.
  const ChildOutcome outcome =
      shell("setsid sh -c 'echo $$ > " + file + ".new; mv " + file + ".new " + file +
            "; exec sleep 1000' < /dev/null > /dev/null 2>&1 & while ! [ -s " + file +
            " ]; do :; done; cat " + file);
  CHECK(outcome.end == End::exited);
  CHECK(outcome.all_ended);
  REQUIRE_FALSE(outcome.out.kept.empty());
  CHECK_FALSE(exists(outcome.out.kept));
  CHECK_FALSE(has_child());
}

TEST_CASE("children that we have already are left alone", "[os][child]") {
  const pid_t ours = ::fork();
  if (ours == 0) {
    ::pause();
    ::_exit(0);
  }
  const ChildOutcome outcome = shell("sleep 1000 & echo $!; exit 4");
  CHECK(outcome.code == 4);
  CHECK(::waitpid(ours, nullptr, WNOHANG) == 0);
  // The group is killed all the same; its dead are buried by whoever adopts them.
  REQUIRE_FALSE(outcome.out.kept.empty());
  CHECK_FALSE(runs(outcome.out.kept));
  ::kill(ours, SIGKILL);
  ::waitpid(ours, nullptr, 0);
}

TEST_CASE("who ignores the ends of children learns them here", "[os][child]") {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  CHECK(shell("exit 4").code == 4);
  CHECK(std::signal(SIGCHLD, before) == SIG_IGN);
}

}  // namespace
}  // namespace baseline::child_process_test
