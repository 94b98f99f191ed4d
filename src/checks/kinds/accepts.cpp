#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/text.hpp"
#include "checks/kinds.hpp"

namespace baseline {
namespace {

bool begins_with_one_of(std::string_view sql, std::initializer_list<std::string_view> words) {
  const std::string lower = to_lower(sql.substr(0, 8));
  return std::ranges::any_of(words, [&](std::string_view word) { return lower.starts_with(word); });
}

// The number of the first statement that should have written rows and wrote none, which shows
// nothing; 0 when there is none. Every INSERT should, and the last statement that writes: an UPDATE
// or DELETE before it may only clear the way. DDL changes no rows.
std::size_t idle_statement(const SqlText& sql, const std::vector<std::int64_t>& changes) {
  bool last = true;
  std::size_t idle = 0;
  for (std::size_t i = std::min(sql.statements.size(), changes.size()); i-- > 0;) {
    const std::string_view text = sql.statement(i + 1);
    const bool inserts = begins_with_one_of(text, {"insert", "replace"});
    if (sql.statements[i].read_only) continue;
    if (!inserts && !begins_with_one_of(text, {"update", "delete", "with"})) continue;
    if (changes[i] == 0 && (inserts || last)) idle = i + 1;
    last = false;
  }
  return idle;
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
    if (const std::size_t idle = idle_statement(sql_, outcome.changes); idle != 0) {
      verdict.status = Status::fail;
      verdict.got =
          fmt::format("{}accepted: 0 rows changed, so nothing was put to the test",
                      sql_.statements.size() == 1 ? "" : fmt::format("statement {} was ", idle));
      verdict.sql = shown_sql(sql_.statement(idle), values.bindings);
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
