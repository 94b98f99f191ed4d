#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "checks/column_name.hpp"
#include "checks/findings.hpp"
#include "checks/kinds.hpp"
#include "checks/matcher.hpp"

namespace baseline {
namespace {

using Row = std::vector<Value>;

constexpr std::size_t kShownValues = 5;

/// What the values must be; at least one of them is set.
struct ColumnExpectation {
  std::optional<Matcher> each;
  bool not_null = false;
  bool unique = false;
  std::optional<ColumnName> references;
  std::string references_text;  ///< as written

  std::size_t count() const {
    return std::size_t{each.has_value()} + std::size_t{not_null} + std::size_t{unique} +
           std::size_t{references.has_value()};
  }
};

/// "id=7 'city', id=9 'City', …": rows, as they come.
class ShownRows {
 public:
  void add(const std::string& row) {
    if (count_++ < kShownValues) shown_.push_back(row);
  }
  std::uint64_t count() const { return count_; }
  std::string text() const {
    return count_ > shown_.size() ? join(shown_, ", ") + ", …" : join(shown_, ", ");
  }

 private:
  std::uint64_t count_ = 0;
  std::vector<std::string> shown_;
};

/// Judges the values of one column of one database. Every assertion is one statement, so that it
/// sees one state of a database in use, and keeps no more than the rows that it shows.
class ColumnJudge {
 public:
  ColumnJudge(Session& session, const ColumnName& name, const AttemptDeadline& deadline)
      : session_(session),
        name_(name),
        deadline_(deadline),
        table_(quoted_identifier(name.table)),
        column_("t." + quoted_identifier(name.column)) {
    // What follows would wait for a locked database longer than the check may take.
    scan("SELECT 1 FROM sqlite_schema LIMIT 1", [](const Row&) {});
    if (failure_) return;
    const auto info = session.table(name.table);
    if (!info) return;  // the statements will say so
    // A row of a view has no key: all of it tells which it is.
    key_ = info->key;
    whole_row_ = key_.empty();
    const std::vector<std::string>& shown = whole_row_ ? info->columns : key_;
    for (const std::string& column : shown) {
      key_columns_ += ", t." + quoted_identifier(column);
    }
    if (!whole_row_) key_order_ = key_columns_;
    is_key_ = key_.size() == 1 && same_name(key_.front(), name.column);
  }

  /// Nothing when the assertion holds or cannot be evaluated; then failure() tells.
  std::optional<Finding> each(const Matcher& matcher) {
    std::uint64_t total = 0;
    ShownRows wrong;
    scan(fmt::format("SELECT {}{} FROM {} AS t WHERE {} IS NOT NULL", column_, key_columns_, table_,
                     column_),
         [&](const Row& row) {
           ++total;
           if (!matcher.matches(row.front())) wrong.add(with_value(row, row.front(), 1));
         });
    if (failure_ || wrong.count() == 0) return std::nullopt;
    return Finding{described(matcher), some_of(wrong, total) + ": " + wrong.text()};
  }

  std::optional<Finding> not_null() {
    std::int64_t total = 0;
    ShownRows nulls;
    scan(fmt::format("SELECT (SELECT count(*) FROM {0}){1} FROM {0} AS t WHERE {2} IS NULL{3}",
                     table_, key_columns_, column_, ordered({})),
         [&](const Row& row) {
           total = std::get<std::int64_t>(row.front());
           nulls.add(row_name(row, 1));
         });
    if (failure_ || nulls.count() == 0) return std::nullopt;
    const std::string_view verb = nulls.count() == 1 ? "is" : "are";
    return Finding{kNotNull,
                   fmt::format("{} {} NULL: {}", some_of(nulls, static_cast<std::uint64_t>(total)),
                               verb, nulls.text())};
  }

  // What is the same value the column's own collation decides, as it would for an index.
  std::optional<Finding> unique() {
    std::uint64_t values = 0;
    std::int64_t times = 0;
    Value current;
    std::string first;
    ShownRows rows;
    scan(fmt::format("SELECT d.value, d.times{0} FROM (SELECT {1} AS value, count(*) AS times "
                     "FROM {2} AS t WHERE {1} IS NOT NULL GROUP BY {1} HAVING count(*) > 1) AS d "
                     "JOIN {2} AS t ON {1} = d.value{3}",
                     key_columns_, column_, table_, ordered("d.value")),
         [&](const Row& row) {
           if (values == 0 || !same_value(row[0], current)) {
             current = row[0];
             ++values;
           }
           if (values > 1) return;
           first = short_literal(row[0]);
           times = std::get<std::int64_t>(row[1]);
           rows.add(row_name(row, 2));
         });
    if (failure_ || values == 0) return std::nullopt;
    const std::string others =
        values == 1 ? "" : fmt::format("; {} not unique", more_values(values - 1));
    return Finding{
        kUnique, fmt::format("value {} occurs {} times: {}{}", first, times, rows.text(), others)};
  }

  // Compares as a foreign key does: by the collation and the affinity of the parent's column.
  std::optional<Finding> references(const ColumnName& parent, const std::string& text) {
    std::int64_t total = 0;
    ShownRows orphans;
    const std::string wanted = "p." + quoted_identifier(parent.column);
    scan(fmt::format("SELECT (SELECT count({1}) FROM {0} AS t), {1}{2} FROM {0} AS t "
                     "LEFT JOIN {3} AS p ON {4} = +{1} WHERE {1} IS NOT NULL AND {4} IS NULL{5}",
                     table_, column_, key_columns_, quoted_identifier(parent.table), wanted,
                     ordered({})),
         [&](const Row& row) {
           total = std::get<std::int64_t>(row[0]);
           orphans.add(with_value(row, row[1], 2));
         });
    if (failure_ || orphans.count() == 0) return std::nullopt;
    const std::string_view verb = orphans.count() == 1 ? "has" : "have";
    return Finding{
        described_reference(text),
        fmt::format("{} {} no row in {}: {}", some_of(orphans, static_cast<std::uint64_t>(total)),
                    verb, text, orphans.text())};
  }

  const std::optional<SqlFailure>& failure() const { return failure_; }

  static constexpr const char* kNotNull = "no value is NULL";
  static constexpr const char* kUnique = "each value once";
  static std::string described(const Matcher& matcher) {
    return "each value: " + matcher.describe();
  }
  static std::string described_reference(const std::string& text) {
    return "each value has a row in " + text;
  }

 private:
  void scan(const std::string& sql, const RowVisitor& visit) {
    failure_ = session_.scan(sql, {}, deadline_.limits(), visit);
  }

  // " ORDER BY …" for what is shown, as far as there is something to go by.
  std::string ordered(const std::string& first) const {
    const std::string all = first + key_order_;
    if (all.empty()) return {};
    return " ORDER BY " + (first.empty() ? all.substr(2) : all);
  }

  // "id=7", "(a=1, b='x')", or the row of a view; its columns start at `from`.
  std::string row_name(const Row& row, std::size_t from) const {
    std::vector<std::string> out;
    for (std::size_t i = from; i < row.size(); ++i) {
      const std::string literal = short_literal(row[i]);
      out.push_back(whole_row_ ? literal : fmt::format("{}={}", key_[i - from], literal));
    }
    const std::string all = shortened(join(out, ", "), kLongestRow);
    return out.size() == 1 && !whole_row_ ? all : "(" + all + ")";
  }

  std::string with_value(const Row& row, const Value& value, std::size_t key_from) const {
    const std::string name = row_name(row, key_from);
    return whole_row_ || is_key_ ? name : fmt::format("{} {}", name, short_literal(value));
  }

  static std::string some_of(const ShownRows& rows, std::uint64_t total) {
    return fmt::format("{} of {}", human_count(rows.count()), counted(total, "value"));
  }
  static std::string more_values(std::uint64_t count) {
    return fmt::format("{} {}", counted(count, "more value"), count == 1 ? "is" : "are");
  }

  static constexpr std::size_t kLongestRow = 200;

  Session& session_;
  const ColumnName& name_;
  const AttemptDeadline& deadline_;
  std::string table_;   // quoted
  std::string column_;  // quoted, of the table as t
  std::vector<std::string> key_;
  bool whole_row_ = true;
  bool is_key_ = false;      // the column tells by itself which row it is
  std::string key_columns_;  // ", t.a, t.b"
  std::string key_order_;
  std::optional<SqlFailure> failure_;
};

class ColumnCheck final : public Check {
 public:
  ColumnCheck(CheckHead head, ColumnName name, ColumnExpectation expectation)
      : Check(std::move(head)), name_(std::move(name)), expectation_(std::move(expectation)) {}

  Verdict run(const CheckContext& context, const Case&) const override {
    const AttemptDeadline deadline(head().timeout);
    ColumnJudge judge(context.subject, name_, deadline);
    std::vector<Finding> findings;
    std::optional<Verdict> error;
    const auto ask = [&](const std::string& expected, const auto& question) {
      if (error) return;
      if (!judge.failure()) {
        if (auto finding = question()) findings.push_back(*std::move(finding));
      }
      if (!judge.failure()) return;
      error = not_evaluable(*judge.failure(), {}, {});
      error->expected = expected;
    };
    const ColumnExpectation& all = expectation_;
    if (all.each) ask(ColumnJudge::described(*all.each), [&] { return judge.each(*all.each); });
    if (all.not_null) ask(ColumnJudge::kNotNull, [&] { return judge.not_null(); });
    if (all.unique) ask(ColumnJudge::kUnique, [&] { return judge.unique(); });
    if (all.references) {
      ask(ColumnJudge::described_reference(all.references_text),
          [&] { return judge.references(*all.references, all.references_text); });
    }
    if (!error) return verdict_on(findings, all.count());
    // What was found before still holds.
    error->why = verdict_on(findings, all.count()).got;
    return *error;
  }

 private:
  ColumnName name_;
  ColumnExpectation expectation_;
};

// Whether the key is there with `true`; a problem when with anything else.
bool read_truth(const CheckDraft& draft, std::string_view key, bool& good) {
  const yaml::Node* const node = draft.node.find(key);
  if (node == nullptr) return false;
  const auto* truth = node->is_scalar() ? std::get_if<bool>(&node->scalar) : nullptr;
  if (truth != nullptr && *truth) return true;
  draft.reader().error(node->place,
                       fmt::format("'{0}' can only be true; without it, {0} is not asserted", key));
  good = false;
  return false;
}

std::optional<ColumnExpectation> read_column_expectation(const CheckDraft& draft) {
  const yaml::Reader& reader = draft.reader();
  ColumnExpectation out;
  bool good = true;
  if (const yaml::Node* node = draft.node.find("each")) {
    out.each = Matcher::read(*node, "each", reader);
    good = out.each.has_value();
    // The only matcher that all values meet once the NULLs are left out.
    if (out.each && out.each->describe() == "not NULL") {
      reader.error(node->place, "'each' leaves out NULLs, so this asserts nothing; use not_null");
      good = false;
    }
  }
  out.not_null = read_truth(draft, "not_null", good);
  out.unique = read_truth(draft, "unique", good);
  if (const yaml::Node* node = draft.node.find("references")) {
    out.references = read_column(draft, *node, "references");
    out.references_text = node->text;
    good = good && out.references;
  }
  if (!good || out.count() == 0) return std::nullopt;
  return out;
}

}  // namespace

std::unique_ptr<Check> make_column(CheckDraft& draft) {
  const auto name = read_column(draft, draft.value, "column");
  auto expectation = read_column_expectation(draft);
  if (!name || !expectation) return nullptr;
  return std::make_unique<ColumnCheck>(draft.head, *name, *std::move(expectation));
}

}  // namespace baseline
