#include "checks/check.hpp"

#include <fmt/format.h>

namespace baseline {

bool CheckHead::runs_in(Phase phase) const {
  switch (when) {
    case When::both:
      return true;
    case When::before:
      return phase == Phase::before;
    case When::after:
      return phase == Phase::after;
  }
  return false;
}

RunLimits AttemptDeadline::limits() const {
  RunLimits limits;
  limits.timeout = timeout_;
  limits.deadline = end_;
  return limits;
}

CheckIdentity identity_of(const CheckHead& head) {
  return {head.suite, head.name, head.kind,       head.severity,
          head.tags,  head.file, head.place.line, head.place.column};
}

std::string in_words(const SqlFailure& failure) {
  const bool rejected = failure.kind == SqlFailure::Kind::constraint;
  return rejected && !failure.rejected_by.empty() ? failure.rejected_by : failure.message;
}

Verdict nothing_judged(std::string note) {
  Verdict verdict;
  verdict.judged_nothing = true;
  verdict.note = std::move(note);
  return verdict;
}

Verdict not_evaluable(std::string got, std::string_view sql, const Bindings& bindings) {
  Verdict verdict;
  verdict.status = Status::error;
  verdict.got = std::move(got);
  verdict.sql = shown_sql(sql, bindings);
  return verdict;
}

Verdict not_evaluable(const SqlFailure& failure, std::string_view sql, const Bindings& bindings) {
  Verdict verdict = not_evaluable(failure.message, sql, bindings);
  verdict.busy = failure.kind == SqlFailure::Kind::busy;
  return verdict;
}

std::optional<Verdict> run_fixtures(const CheckHead& head, Session& scratch, const Case& values,
                                    const AttemptDeadline& deadline) {
  for (const auto& fixture : head.given) {
    const ExecuteOutcome outcome =
        scratch.execute(fixture->sql.text, values.bindings, deadline.limits());
    if (!outcome.failure) continue;
    Verdict verdict = not_evaluable(
        fmt::format("fixture '{}' failed: {}", fixture->name, in_words(*outcome.failure)),
        fixture->sql.statement(outcome.failure->statement), values.bindings);
    verdict.expected = fmt::format("fixture '{}' to run", fixture->name);
    return verdict;
  }
  return std::nullopt;
}

}  // namespace baseline
