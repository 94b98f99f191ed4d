// crash_at [OPTIONS] -- PROGRAM [ARGUMENT…]
//
// Runs a program and ends it before its N-th system call, as kill -9 would, or makes that call
// fail. Threads and children are followed. How it ended is one line of JSON in the file of
// --report.
//
//   --kill N          SIGKILL before call N (from 1)
//   --fail N          call N is not done and fails
//   --error NAME      with this: EIO, ENOSPC, …
//   --on              and all calls after it fail, too
//   --short N         call N, a read or write, does only half
//   --only KIND       counts only what "changes" files, or what names "files"
//   --below DIR       counts and records only what names something below this directory
//   --record FILE     what changed files, as lines of JSON
//   --report FILE     {"calls": N, "killed": bool, "code": N or null, "signal": N, "last": "…"}
//
// Exits with 0 when the program was run, whatever became of it; 77 where nothing can be traced.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>

#include "calls.hpp"
#include "tracer.hpp"

namespace {

constexpr int kSkipped = 77;

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  std::string report;
  std::string only;
  std::uint64_t cut = 0;
  std::string error_name = "EIO";
  CLI::App app("Ends a program before its N-th system call, or makes that call fail");
  app.add_option("--kill", plan.kill_at);
  app.add_option("--fail", plan.fail_at);
  app.add_option("--error", error_name);
  app.add_flag("--on", plan.fail_on);
  app.add_option("--short", cut);
  app.add_option("--only", only)->check(CLI::IsMember({"changes", "files"}));
  app.add_option("--below", plan.below);
  app.add_option("--record", plan.record);
  app.add_option("--report", report);
  app.add_option("command", plan.command)->required();
  try {
    app.parse(argc, argv);
    plan.error = errno_named(error_name);
    if (plan.error == 0) throw CLI::ValidationError("unknown error " + error_name);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (cut != 0) {
    plan.fail_at = cut;
    plan.error = 0;
  }
  if (only == "changes") plan.count = Plan::Count::changes;
  if (only == "files") plan.count = Plan::Count::files;
  try {
    const Ending ending = trace(plan);
    nlohmann::ordered_json line = {{"calls", ending.calls}, {"killed", ending.killed}};
    line["code"] = ending.code ? nlohmann::ordered_json(*ending.code) : nullptr;
    line["signal"] = ending.signal;
    line["last"] = ending.last;
    std::ofstream out(report.empty() ? "/dev/stderr" : report);
    out << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "crash_at: %s\n", error.what());
    return kSkipped;
  }
}
