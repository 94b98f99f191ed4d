#include "report/check_run.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace baseline {
namespace {

std::string_view error_kind(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::in_use:
      return "in use";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::io:
      return "I/O";
    case ErrorCode::needs_person:
      return "needs a person";
  }
  return "?";
}

}  // namespace

std::string_view word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return "done";
    case Outcome::declined:
      return "declined";
    case Outcome::nothing_to_do:
      return "nothing to do";
    case Outcome::would_do:
      return "would do";
    case Outcome::would_wait:
      return "in use";
    case Outcome::checks_failed:
      return "checks failed";
  }
  return "?";
}

void conclude(CheckRun& run, const ReplaceReport& report) {
  run.outcome = word_of(report.outcome);
  run.replaced = report;
  run.schemas = SchemaPair{"the old database", "the new database", {}, report.schema};
  if (report.old.exists && report.old.unreadable.empty() && !report.old.unsettled) {
    run.schemas->left = report.old.schema;
  }
  if (report.outcome == Outcome::nothing_to_do) {
    run.idle = report.idle.empty() ? fmt::format("already at baseline {}; nothing to do",
                                                 printable(report.revision))
                                   : fmt::format("nothing to do: {}", report.idle);
  }
  if (report.outcome == Outcome::would_wait) {
    run.problem = RunProblem{"in use",
                             fmt::format("{} is in use", printable(report.database)),
                             "stop what uses it before the window",
                             {},
                             {}};
  }
  if (report.outcome == Outcome::declined) {
    run.problem = RunProblem{"declined", "not confirmed; nothing was changed", {}, {}, {}};
  }
}

void conclude(CheckRun& run, const VerifyReport& report) { run.outcome = word_of(report.outcome); }

void conclude(CheckRun& run, const Error& error) {
  run.outcome = "error";
  run.problem = RunProblem{std::string(error_kind(error.code())), error.what(), error.hint(),
                           error.notes(), error.problems()};
}

void conclude(CheckRun& run, const Interrupted& interrupted, const std::string& text) {
  run.outcome = "interrupted";
  run.problem = RunProblem{"interrupted", text, {}, {interrupted.what()}, {}};
}

CheckRun unfinished(CheckRun run) {
  run.outcome = "unfinished";
  run.problem = RunProblem{"unfinished",
                           "the run has not ended: it is under way, or it was cut off",
                           "baseline status tells where things stand",
                           {},
                           {}};
  return run;
}

}  // namespace baseline
