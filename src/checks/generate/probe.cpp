#include "checks/generate/probe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace baseline::generate {
namespace {

constexpr std::size_t kProbeBatch = 400;
constexpr RunLimits kProbeLimits{std::chrono::milliseconds(2'000), kProbeBatch};

}  // namespace

Probe::Probe(Session& scratch, const TableModel& table, std::size_t number)
    : scratch_(scratch), table_(table), copy_(fmt::format("\"baseline probe {}\"", number)) {
  scratch_.execute(fmt::format("CREATE TABLE {} {}", copy_, table.bare_columns), {}, kProbeLimits);
}

std::vector<Violations> Probe::judge(const std::vector<std::string>& columns,
                                     std::span<const std::vector<Value>> rows,
                                     const std::vector<std::string>& conditions) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const std::string& column : columns) names.push_back(table_.column(column)->sql);
  std::vector<std::string> verdicts;
  // NULL satisfies a condition, and NOT of it is NULL. The line feed ends a comment.
  verdicts.reserve(conditions.size());
  for (const std::string& condition : conditions) {
    verdicts.push_back(fmt::format("iif(NOT ({}\n), '1', '0')", condition));
  }
  const std::string insert =
      fmt::format("DELETE FROM {0}; INSERT INTO {0} ({1}) VALUES ", copy_, join(names, ", "));
  const std::string select = fmt::format("SELECT {} FROM {} AS {} ORDER BY rowid",
                                         join(verdicts, " || "), copy_, table_.sql);
  std::vector<Violations> out(rows.size());
  for (std::size_t begin = 0; begin < rows.size(); begin += kProbeBatch) {
    const std::size_t size = std::min(kProbeBatch, rows.size() - begin);
    judge_batch(insert, rows.subspan(begin, size), select,
                std::span<Violations>(out).subspan(begin, size));
  }
  return out;
}

// One row that cannot be evaluated (malformed JSON) spoils its batch: then by halves.
bool Probe::judge_batch(const std::string& insert, std::span<const std::vector<Value>> rows,
                        const std::string& select, std::span<Violations> out) {
  judged_ += rows.size();
  std::vector<std::string> tuples;
  for (const std::vector<Value>& row : rows) {
    std::vector<std::string> values;
    values.reserve(row.size());
    for (const Value& value : row) values.push_back(sql_literal(value));
    tuples.push_back("(" + join(values, ", ") + ")");
  }
  if (!scratch_.execute(insert + join(tuples, ", "), {}, kProbeLimits).failure) {
    const QueryOutcome outcome = scratch_.query(select, {}, kProbeLimits);
    if (!outcome.failure && outcome.rows.size() == rows.size()) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto* text = std::get_if<std::string>(&outcome.rows[i].front());
        if (text != nullptr) out[i] = *text;
      }
      return true;
    }
  }
  if (rows.size() == 1) return false;
  const std::size_t half = rows.size() / 2;
  const bool first = judge_batch(insert, rows.first(half), select, out.first(half));
  const bool second = judge_batch(insert, rows.subspan(half), select, out.subspan(half));
  return first && second;
}

std::optional<Value> Probe::value_of(const std::string& expression) {
  const QueryOutcome outcome = scratch_.query("SELECT " + expression, {}, kProbeLimits);
  if (outcome.failure || outcome.rows.empty()) return std::nullopt;
  return outcome.rows.front().front();
}

}  // namespace baseline::generate
