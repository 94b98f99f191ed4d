#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "checks/kinds.hpp"
#include "checks/matcher.hpp"

namespace baseline {
namespace {

using Row = std::vector<Value>;

/// What the result must be; at least one of them is set.
struct QueryExpectation {
  std::optional<Matcher> value;
  std::optional<Matcher> rows;
  std::optional<std::vector<Row>> result;
};

bool same_row(const Row& a, const Row& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same_value);
}

// The rows of `rows` that `others` has not, each as often as it lacks there.
std::vector<Row> missing(const std::vector<Row>& rows, std::vector<Row> others) {
  std::vector<Row> out;
  for (const Row& row : rows) {
    const auto found =
        std::ranges::find_if(others, [&](const Row& other) { return same_row(row, other); });
    if (found == others.end()) {
      out.push_back(row);
    } else {
      // Order does not matter, and erasing in the middle would take time.
      std::swap(*found, others.back());
      others.pop_back();
    }
  }
  return out;
}

std::string rows_and_first(const QueryOutcome& outcome) {
  if (outcome.rows.empty()) return "0 rows";
  return fmt::format("{}; first: {}", counted(outcome.rows.size(), "row"),
                     first_rows(outcome.rows));
}

std::string count_and_first(const QueryOutcome& outcome) {
  if (outcome.rows.empty()) return "0";
  return fmt::format("{}{}; first: {}", outcome.truncated ? "more than " : "",
                     human_count(outcome.rows.size()), first_rows(outcome.rows));
}

Verdict failed(std::string expected, std::string got, std::string why = {}) {
  Verdict verdict;
  verdict.status = Status::fail;
  verdict.expected = std::move(expected);
  verdict.got = std::move(got);
  verdict.why = std::move(why);
  return verdict;
}

std::optional<Verdict> judge_value(const Matcher& value, const QueryOutcome& outcome) {
  if (outcome.rows.size() != 1 || outcome.columns.size() != 1) {
    return failed(value.describe(),
                  rows_and_first(outcome) + "; 'value' needs one row of one column");
  }
  const Value& found = outcome.rows.front().front();
  if (value.matches(found)) return std::nullopt;
  return failed(value.describe(), shortened(sql_literal(found), 200));
}

std::string described_count(const Matcher& rows) {
  const Value* exact = rows.equal_to();
  const auto* number = exact == nullptr ? nullptr : std::get_if<std::int64_t>(exact);
  if (number != nullptr) return counted(static_cast<std::uint64_t>(*number), "row");
  return rows.describe() + " rows";
}

std::optional<Verdict> judge_rows(const Matcher& rows, const QueryOutcome& outcome) {
  const auto count = static_cast<std::int64_t>(outcome.rows.size());
  if (!outcome.truncated && rows.matches(count)) return std::nullopt;
  Verdict verdict = failed(described_count(rows), count_and_first(outcome));
  // How many there are is not known, so an open bound cannot be judged.
  if (outcome.truncated && rows.equal_to() == nullptr) {
    verdict.status = Status::error;
    verdict.why = "results stop at 10 000 rows; count them in SQL and use 'value'";
  }
  return verdict;
}

std::optional<Verdict> judge_result(const std::vector<Row>& expected, const QueryOutcome& outcome) {
  const std::string wanted = fmt::format("the {} of 'result'", counted(expected.size(), "row"));
  if (outcome.truncated) return failed(wanted, count_and_first(outcome));
  const std::vector<Row> lacking = missing(expected, outcome.rows);
  const std::vector<Row> extra = missing(outcome.rows, expected);
  if (lacking.empty() && extra.empty()) return std::nullopt;
  std::vector<std::string> lines;
  if (!lacking.empty()) lines.push_back("- " + first_rows(lacking));
  if (!extra.empty()) lines.push_back("+ " + first_rows(extra));
  return failed(wanted,
                fmt::format("{}: {} missing, {} unexpected", counted(outcome.rows.size(), "row"),
                            lacking.size(), extra.size()),
                join(lines, "\n"));
}

class QueryCheck final : public Check {
 public:
  QueryCheck(CheckHead head, SqlText sql, QueryExpectation expectation)
      : Check(std::move(head)), sql_(std::move(sql)), expectation_(std::move(expectation)) {}

  Verdict run(const CheckContext& context, const Case& values) const override {
    const AttemptDeadline deadline(head().timeout);
    if (head().given.empty()) return judge(context.subject, values, deadline);
    const Scratch::Use use(context.scratch, head().foreign_keys);
    if (auto verdict = run_fixtures(head(), use.session(), values, deadline)) return *verdict;
    return judge(use.session(), values, deadline);
  }

 private:
  Verdict judge(Session& session, const Case& values, const AttemptDeadline& deadline) const {
    const QueryOutcome outcome = session.query(sql_.text, values.bindings, deadline.limits());
    if (outcome.failure) {
      Verdict verdict = not_evaluable(*outcome.failure, sql_.text, values.bindings);
      verdict.expected = expected();
      return verdict;
    }
    std::optional<Verdict> verdict;
    if (expectation_.value) verdict = judge_value(*expectation_.value, outcome);
    if (!verdict && expectation_.rows) verdict = judge_rows(*expectation_.rows, outcome);
    if (!verdict && expectation_.result) verdict = judge_result(*expectation_.result, outcome);
    if (!verdict) return {};
    verdict->sql = shown_sql(sql_.text, values.bindings);
    return *verdict;
  }

  std::string expected() const {
    if (expectation_.value) return expectation_.value->describe();
    if (expectation_.rows) return described_count(*expectation_.rows);
    return fmt::format("the {} of 'result'", counted(expectation_.result->size(), "row"));
  }

  SqlText sql_;
  QueryExpectation expectation_;
};

std::optional<std::vector<Row>> read_result(const yaml::Node& node, const yaml::Reader& reader) {
  if (node.is_list() && node.items.empty()) {
    reader.error(node.place, "'result' is empty; for no rows write rows: 0");
    return std::nullopt;
  }
  if (!node.is_list()) {
    reader.wrong(node, "result", "a list of rows");
    return std::nullopt;
  }
  std::vector<Row> out;
  for (const yaml::Node& item : node.items) {
    const bool scalars = item.is_list() && !item.items.empty() &&
                         std::ranges::all_of(item.items, [](const yaml::Node& value) {
                           return value.is_scalar() && !value.empty;
                         });
    if (!scalars) {
      reader.error(item.place, "a row of 'result' must be a list of values like [a, 1]");
      return std::nullopt;
    }
    if (!out.empty() && out.front().size() != item.items.size()) {
      reader.error(item.place,
                   fmt::format("row {} of 'result' has {}, the first has {}", out.size() + 1,
                               counted(item.items.size(), "value"), out.front().size()));
      return std::nullopt;
    }
    Row& row = out.emplace_back();
    for (const yaml::Node& value : item.items) row.push_back(value_of(value));
  }
  return out;
}

std::optional<QueryExpectation> read_query_expectation(const CheckDraft& draft) {
  const yaml::Reader& reader = draft.reader();
  const yaml::Node* const value = draft.node.find("value");
  const yaml::Node* const rows = draft.node.find("rows");
  const yaml::Node* const result = draft.node.find("result");
  if (value == nullptr && rows == nullptr && result == nullptr) return std::nullopt;
  QueryExpectation out;
  const bool good_value = read_part(value, out.value, [&](const yaml::Node& node) {
    return Matcher::read(node, "value", reader);
  });
  const bool good_rows = read_part(rows, out.rows, [&](const yaml::Node& node) {
    return Matcher::read_count(node, "rows", reader);
  });
  const bool good_result = read_part(
      result, out.result, [&](const yaml::Node& node) { return read_result(node, reader); });
  if (!good_value || !good_rows || !good_result) return std::nullopt;
  return out;
}

}  // namespace

std::unique_ptr<Check> make_query(CheckDraft& draft) {
  const yaml::Reader& reader = draft.reader();
  auto expectation = read_query_expectation(draft);
  auto sql = draft.compile(draft.value, "query");
  const yaml::Node* const foreign_keys = draft.node.find("foreign_keys");
  if (foreign_keys != nullptr && draft.node.find("given") == nullptr) {
    reader.error(foreign_keys->place, "'foreign_keys' changes nothing in a query without 'given'");
    return nullptr;
  }
  if (!expectation || !sql) return nullptr;
  const bool known = !sql->statements.empty();
  if (known && (sql->statements.size() != 1 || !sql->statements.front().read_only)) {
    reader.error(draft.value.place,
                 "query must be one read-only statement (sqlite3_stmt_readonly)");
    return nullptr;
  }
  return std::make_unique<QueryCheck>(draft.head, *std::move(sql), *std::move(expectation));
}

}  // namespace baseline
