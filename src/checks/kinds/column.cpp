#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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

/// The rows of the table that count, and the values of `:name` in the condition.
struct RowFilter {
  std::string condition;  ///< SQL of an expression; empty: all of them
  const Bindings& bindings;
};

/// Judges the values of one column of one database, or those of several that belong together. Every
/// assertion is one statement, so that it sees one state of a database in use, and keeps no more
/// than the rows that it shows.
class ColumnJudge {
 public:
  ColumnJudge(Session& session, const ColumnName& name, const RowFilter& filter,
              const AttemptDeadline& deadline)
      : session_(session),
        name_(name),
        filter_(filter),
        deadline_(deadline),
        table_(quoted_identifier(name.table)),
        columns_(of_table("t", name.columns)),
        column_(columns_.front()),
        // On a line of its own, because it may end in a comment.
        rows_(filter.condition.empty() ? "" : fmt::format(" AND ({}\n)", filter.condition)) {
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
    is_key_ = key_.size() == 1 && same_name(key_.front(), name.columns.front()) &&
              name.columns.size() == 1;
  }

  /// Nothing when the assertion holds or cannot be evaluated; then failure() tells.
  std::optional<Finding> each(const Matcher& matcher) {
    std::uint64_t total = 0;
    ShownRows wrong;
    scan(fmt::format("SELECT {}{} FROM {} AS t WHERE {} IS NOT NULL{}", column_, key_columns_,
                     table_, column_, rows_),
         [&](const Row& row) {
           ++total;
           if (!matcher.matches(row.front())) wrong.add(with_value(row, row.front(), 1));
         });
    holds_values_ = total > 0;
    if (failure_ || wrong.count() == 0) return std::nullopt;
    return Finding{described(name_, matcher), some_of(wrong, total) + ": " + wrong.text()};
  }

  std::optional<Finding> not_null() {
    std::int64_t total = 0;
    ShownRows nulls;
    scan(fmt::format("SELECT (SELECT count(*) FROM {0} AS t WHERE 1{4}){1} FROM {0} AS t "
                     "WHERE {2} IS NULL{4}{3}",
                     table_, key_columns_, column_, ordered({}), rows_),
         [&](const Row& row) {
           total = std::get<std::int64_t>(row.front());
           nulls.add(row_name(row, 1));
         });
    if (failure_ || nulls.count() == 0) return std::nullopt;
    const std::string_view verb = nulls.count() == 1 ? "is" : "are";
    return Finding{described_not_null(name_),
                   fmt::format("{} {} NULL: {}", some_of(nulls, static_cast<std::uint64_t>(total)),
                               verb, nulls.text())};
  }

  // What is the same value the column's own collation decides, as it would for an index.
  std::optional<Finding> unique() {
    const std::size_t width = columns_.size();
    std::vector<std::string> named;
    std::vector<std::string> taken;
    std::vector<std::string> same;
    for (std::size_t i = 0; i < width; ++i) {
      // Names that a condition will not mean.
      taken.push_back(fmt::format("d.\"baseline {}\"", i));
      named.push_back(fmt::format("{} AS \"baseline {}\"", columns_[i], i));
      same.push_back(fmt::format("{} = {}", columns_[i], taken.back()));
    }
    std::uint64_t values = 0;
    std::int64_t times = 0;
    Row current;
    ShownRows rows;
    scan(
        fmt::format("SELECT {0}, d.\"baseline times\"{1} FROM (SELECT {2}, count(*) AS "
                    "\"baseline times\" FROM {3} AS t WHERE {4}{5} GROUP BY {6} "
                    "HAVING count(*) > 1) AS d JOIN {3} AS t ON {7} WHERE 1{5}{8}",
                    join(taken, ", "), key_columns_, join(named, ", "), table_, has_values(), rows_,
                    join(columns_, ", "), join(same, " AND "), ordered(join(taken, ", "))),
        [&](const Row& row) {
          const auto end = row.begin() + static_cast<std::ptrdiff_t>(width);
          if (values == 0 || !std::equal(current.begin(), current.end(), row.begin(), same_value)) {
            if (values++ > 0) return current.assign(row.begin(), end);
            current.assign(row.begin(), end);
            first_ = value_name(row);
            times = std::get<std::int64_t>(row[width]);
          }
          if (values == 1) rows.add(row_name(row, width + 1));
        });
    if (failure_ || values == 0) return std::nullopt;
    const std::string others =
        values == 1 ? "" : fmt::format("; {} not unique", more_values(values - 1));
    return Finding{described_unique(name_), fmt::format("value {} occurs {} times: {}{}", first_,
                                                        times, rows.text(), others)};
  }

  // Compares as a foreign key does: by the collation and the affinity of the parent's column.
  std::optional<Finding> references(const ColumnName& parent) {
    const std::size_t width = columns_.size();
    std::vector<std::string> named;
    std::vector<std::string> same;
    for (std::size_t i = 0; i < width; ++i) {
      named.push_back(
          fmt::format("{} AS \"baseline {}\"", quoted_identifier(parent.columns[i]), i));
      same.push_back(fmt::format("p.\"baseline {}\" = +{}", i, columns_[i]));
    }
    std::int64_t total = 0;
    ShownRows orphans;
    scan(fmt::format("SELECT {0}, (SELECT count(*) FROM {1} AS t WHERE {2}{3}){4} FROM {1} AS t "
                     "LEFT JOIN (SELECT {5} FROM {6}) AS p ON {7} "
                     "WHERE {2}{3} AND p.\"baseline 0\" IS NULL{8}",
                     join(columns_, ", "), table_, has_values(), rows_, key_columns_,
                     join(named, ", "), quoted_identifier(parent.table), join(same, " AND "),
                     ordered({})),
         [&](const Row& row) {
           total = std::get<std::int64_t>(row[width]);
           const std::string name = row_name(row, width + 1);
           orphans.add(whole_row_ || is_key_ ? name : fmt::format("{} {}", name, value_name(row)));
         });
    if (failure_ || orphans.count() == 0) return std::nullopt;
    const std::string_view verb = orphans.count() == 1 ? "has" : "have";
    return Finding{
        described_reference(name_, parent),
        fmt::format("{} {} no row in {}: {}", some_of(orphans, static_cast<std::uint64_t>(total)),
                    verb, parent.text(), orphans.text())};
  }

  /// Whether there is no row, or none with a value, that an assertion looked at.
  bool saw_nothing(const ColumnExpectation& all) {
    if (holds_values_ == true) return false;
    if (holds_values_ == false && !all.not_null) return true;
    bool found = false;
    scan(fmt::format("SELECT 1 FROM {} AS t WHERE {}{} LIMIT 1", table_,
                     all.not_null ? "1" : has_values(), rows_),
         [&](const Row&) { found = true; });
    return !failure_ && !found;
  }

  const std::optional<SqlFailure>& failure() const { return failure_; }

  static std::string described_not_null(const ColumnName& name) {
    return fmt::format("no NULL in {}", name.text());
  }
  static std::string described_unique(const ColumnName& name) {
    return fmt::format("each value of {} once", name.text());
  }
  static std::string described(const ColumnName& name, const Matcher& matcher) {
    return fmt::format("each value of {}: {}", name.text(), matcher.describe());
  }
  static std::string described_reference(const ColumnName& name, const ColumnName& parent) {
    return fmt::format("each value of {} has a row in {}", name.text(), parent.text());
  }

 private:
  static std::vector<std::string> of_table(std::string_view table,
                                           const std::vector<std::string>& columns) {
    std::vector<std::string> out;
    out.reserve(columns.size());
    for (const std::string& column : columns) {
      out.push_back(fmt::format("{}.{}", table, quoted_identifier(column)));
    }
    return out;
  }

  // As in SQL, a row with a NULL among them is left out.
  std::string has_values() const {
    return fmt::format("{} IS NOT NULL", fmt::join(columns_, " IS NOT NULL AND "));
  }

  // What stands in the first columns of a result: "'x'", or "('x', 1)" of several.
  std::string value_name(const Row& row) const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < columns_.size(); ++i) out.push_back(short_literal(row[i]));
    return out.size() == 1 ? out.front() : fmt::format("({})", join(out, ", "));
  }

  void scan(const std::string& sql, const RowVisitor& visit) {
    failure_ = session_.scan(sql, filter_.bindings, deadline_.limits(), visit);
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
  const RowFilter& filter_;
  const AttemptDeadline& deadline_;
  std::string table_;                 // quoted
  std::vector<std::string> columns_;  // quoted, of the table as t
  std::string column_;                // the first of them
  std::string rows_;                  // " AND (…)"
  std::string first_;                 // the first value that occurs twice
  std::vector<std::string> key_;
  bool whole_row_ = true;
  bool is_key_ = false;      // the column tells by itself which row it is
  std::string key_columns_;  // ", t.a, t.b"
  std::string key_order_;
  std::optional<bool> holds_values_;  // beside NULLs; once it is known
  std::optional<SqlFailure> failure_;
};

class ColumnCheck final : public Check {
 public:
  ColumnCheck(CheckHead head, ColumnName name, std::string where, ColumnExpectation expectation)
      : Check(std::move(head)),
        name_(std::move(name)),
        where_(std::move(where)),
        expectation_(std::move(expectation)) {}

  Verdict run(const CheckContext& context, const Case& values) const override {
    const AttemptDeadline deadline(head().timeout);
    const RowFilter filter{where_, values.bindings};
    ColumnJudge judge(context.subject, name_, filter, deadline);
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
    if (all.each)
      ask(ColumnJudge::described(name_, *all.each), [&] { return judge.each(*all.each); });
    if (all.not_null) ask(ColumnJudge::described_not_null(name_), [&] { return judge.not_null(); });
    if (all.unique) ask(ColumnJudge::described_unique(name_), [&] { return judge.unique(); });
    if (all.references) {
      ask(ColumnJudge::described_reference(name_, *all.references),
          [&] { return judge.references(*all.references); });
    }
    if (!error && findings.empty() && judge.saw_nothing(all)) {
      return nothing_judged("0 values judged");
    }
    const Verdict verdict = verdict_on(findings, all.count());
    if (!error) return with_where(verdict);
    // What was found before still holds.
    error->why = verdict.got;
    return with_where(*error);
  }

 private:
  Verdict with_where(Verdict verdict) const {
    if (!where_.empty() && verdict.status != Status::pass) verdict.sql = "WHERE " + where_;
    return verdict;
  }

  ColumnName name_;
  std::string where_;
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

bool refers_elsewhere(const CheckDraft& draft, const yaml::Node& node, const ColumnName& name,
                      const ColumnName& parent) {
  if (name.columns.size() != parent.columns.size()) {
    draft.reader().error(node.place, fmt::format("{} refers to {}, and must to as many columns",
                                                 name.text(), parent.text()));
    return false;
  }
  if (!same_name(parent.table, name.table) ||
      !std::ranges::equal(parent.columns, name.columns, same_name)) {
    return true;
  }
  draft.reader().error(node.place, "each value is in its own column, so this asserts nothing");
  return false;
}

// The condition under `where`, compiled against the baseline; empty without one. Nothing, and a
// problem, when it is wrong.
std::optional<std::string> read_where(CheckDraft& draft, const std::optional<ColumnName>& name) {
  const yaml::Node* const node = draft.node.find("where");
  if (node == nullptr) return "";
  auto text = draft.reader().text(*node, "where");
  if (!text || !name) return std::nullopt;
  const std::string start =
      fmt::format("SELECT 1 FROM {} AS t WHERE (", quoted_identifier(name->table));
  const CompileOutcome compiled =
      draft.scope.reference().compile(fmt::format("{}{}\n)", start, *text));
  const auto place_of = [&](std::size_t offset) {
    return node->place_in_text(std::min(offset - std::min(offset, start.size()), text->size()));
  };
  if (compiled.failure) {
    const SqlFailure& failure = *compiled.failure;
    const std::string message = "SQL: " + failure.message;
    if (draft.head.when == When::after && failure.message.starts_with("no such table")) {
      draft.sql_complete = false;
      return text;  // read_column() has warned of it
    }
    draft.reader().error(place_of(failure.offset.value_or(0)), message);
    return std::nullopt;
  }
  if (compiled.statements.size() != 1 || !compiled.statements.front().read_only) {
    draft.reader().error(node->place, "'where' is one condition, like: status = 'open'");
    return std::nullopt;
  }
  for (const std::string& parameter : compiled.statements.front().parameters) {
    draft.parameters.push_back({parameter, place_of(start.size() + text->find(":" + parameter))});
    draft.scope.note_use(parameter);
  }
  return text;
}

std::optional<ColumnExpectation> read_column_expectation(const CheckDraft& draft,
                                                         const std::optional<ColumnName>& name) {
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
    good = good && out.references;
    if (out.references && name)
      good = refers_elsewhere(draft, *node, *name, *out.references) && good;
  }
  if (name && name->columns.size() > 1 && (out.each || out.not_null)) {
    reader.error(
        draft.value.place,
        "'each' and 'not_null' are for one column; of several, say 'unique' or 'references'");
    good = false;
  }
  if (!good || out.count() == 0) return std::nullopt;
  return out;
}

}  // namespace

std::unique_ptr<Check> make_column(CheckDraft& draft) {
  const auto name = read_column(draft, draft.value, "column");
  auto expectation = read_column_expectation(draft, name);
  auto where = read_where(draft, name);
  if (!name || !expectation || !where) return nullptr;
  return std::make_unique<ColumnCheck>(draft.head, *name, *std::move(where),
                                       *std::move(expectation));
}

}  // namespace baseline
