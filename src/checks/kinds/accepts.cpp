#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "checks/kinds.hpp"

namespace baseline {
namespace {

// Whether the statement writes rows: then it must write some, or it shows nothing. DDL changes no
// rows, and a statement that only reads may come last to look at what was made.
bool should_change_rows(const SqlText& sql) {
  if (sql.statements.empty() || sql.statements.back().read_only) return false;
  const std::string last = to_lower(sql.last());
  constexpr std::string_view kWriting[] = {"insert", "replace", "update", "delete", "with"};
  return std::ranges::any_of(kWriting,
                             [&](std::string_view word) { return last.starts_with(word); });
}

class AcceptsCheck final : public Check {
 public:
  AcceptsCheck(CheckHead head, SqlText sql) : Check(std::move(head)), sql_(std::move(sql)) {}

  Verdict run(const CheckContext& context, const Case& values) const override {
    const AttemptDeadline deadline(head().timeout);
    const Scratch::Use use(context.scratch, head().foreign_keys);
    if (auto verdict = run_fixtures(head(), use.session(), values, deadline)) return *verdict;
    const ExecuteOutcome outcome =
        use.session().execute(sql_.text, values.bindings, deadline.limits());
    Verdict verdict;
    verdict.expected = sql_.statements.size() == 1 ? "the statement to be accepted"
                                                   : "all statements to be accepted";
    if (outcome.failure) {
      const SqlFailure& failure = *outcome.failure;
      const bool rejected = failure.kind == SqlFailure::Kind::constraint;
      verdict.status = rejected ? Status::fail : Status::error;
      verdict.got = fmt::format("statement {} {}: {}", failure.statement,
                                rejected ? "was rejected" : "could not run", in_words(failure));
      verdict.sql = shown_sql(sql_.statement(failure.statement), values.bindings);
      return verdict;
    }
    if (outcome.rows_changed == 0 && should_change_rows(sql_)) {
      verdict.status = Status::fail;
      verdict.got = "accepted: 0 rows changed, so nothing was put to the test";
      verdict.sql = shown_sql(sql_.last(), values.bindings);
      return verdict;
    }
    return {};
  }

 private:
  SqlText sql_;
};

}  // namespace

std::unique_ptr<Check> make_accepts(CheckDraft& draft) {
  auto sql = draft.compile(draft.value, "accepts");
  if (!sql) return nullptr;
  const bool only_reads =
      !sql->statements.empty() && std::ranges::all_of(sql->statements, &StatementInfo::read_only);
  if (only_reads) {
    draft.reader().error(draft.value.place,
                         "accepts writes nothing, so it asserts nothing; use 'query'");
    return nullptr;
  }
  return std::make_unique<AcceptsCheck>(draft.head, *std::move(sql));
}

}  // namespace baseline
