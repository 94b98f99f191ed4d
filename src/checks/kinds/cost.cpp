#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "checks/findings.hpp"
#include "checks/kinds.hpp"
#include "checks/matcher.hpp"

namespace baseline {
namespace {

constexpr unsigned kTimedRuns = 5;

/// What the statement may cost; at least one of them is set.
struct Budget {
  std::vector<std::string> uses;
  std::optional<Matcher> scanned;
  std::optional<Matcher> sorted;
  std::optional<Matcher> steps;
  std::optional<std::chrono::milliseconds> time;

  bool counts() const { return scanned || sorted || steps || time; }
  std::size_t size() const {
    return uses.size() + std::size_t{scanned.has_value()} + std::size_t{sorted.has_value()} +
           std::size_t{steps.has_value()} + std::size_t{time.has_value()};
  }
};

// "t(a,b)" is "T(a, b)".
std::string spelling(std::string_view name) {
  std::string out = to_lower(name);
  std::erase(out, ' ');
  return out;
}

bool has_name(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(
      names, [&](const std::string& one) { return spelling(one) == spelling(name); });
}

std::string milliseconds(std::chrono::nanoseconds time) {
  return fmt::format("{:.3g}ms", static_cast<double>(time.count()) / 1e6);
}

std::string uses(const std::string& name) { return "use of " + name; }

// One count against its matcher.
void judge_count(std::string_view what, std::string_view unit, std::uint64_t count,
                 const std::optional<Matcher>& matcher, std::vector<Finding>& findings) {
  if (!matcher || matcher->matches(static_cast<std::int64_t>(count))) return;
  const std::string number = unit.empty() ? std::to_string(count)
                             : count == 1 ? fmt::format("1 {}", unit)
                                          : fmt::format("{} {}s", count, unit);
  findings.push_back(
      {fmt::format("{} {}", what, matcher->describe()), fmt::format("{} {}", what, number)});
}

class CostCheck final : public Check {
 public:
  CostCheck(CheckHead head, SqlText sql, Budget budget)
      : Check(std::move(head)), sql_(std::move(sql)), budget_(std::move(budget)) {}

  Verdict run(const CheckContext& context, const Case& values) const override {
    const AttemptDeadline deadline(head().timeout);
    const Scratch::Use use(context.scratch, head().foreign_keys);
    if (auto verdict = run_fixtures(head(), use.session(), values, deadline)) return *verdict;
    const CostOutcome outcome = use.session().measure(sql_.text, values.bindings, deadline.limits(),
                                                      budget_.time ? kTimedRuns : 0);
    if (outcome.failure) {
      Verdict verdict = not_evaluable(in_words(*outcome.failure), sql_.text, values.bindings);
      verdict.expected = "a statement that runs";
      return verdict;
    }
    return judged(outcome, use.session(), values);
  }

 private:
  Verdict judged(const CostOutcome& outcome, Session& session, const Case& values) const {
    std::vector<Finding> findings;
    for (const std::string& name : budget_.uses) {
      if (has_name(outcome.uses, name)) continue;
      const std::string used = outcome.uses.empty() ? "no index" : join(outcome.uses, ", ");
      const std::string missing = has_name(session.index_names(), name)
                                      ? ""
                                      : fmt::format("; this database has no {}", name);
      findings.push_back({uses(name), fmt::format("uses {}{}", used, missing)});
    }
    judge_count("scanned", "row", outcome.scanned, budget_.scanned, findings);
    judge_count("sorted", "time", outcome.sorted, budget_.sorted, findings);
    const std::size_t before_steps = findings.size();
    judge_count("steps", "", outcome.steps, budget_.steps, findings);
    const bool by_steps = findings.size() > before_steps;
    if (budget_.time && outcome.fastest > *budget_.time) {
      const std::string most = fmt::format("at most {}", milliseconds(*budget_.time));
      findings.push_back({"time " + most, fmt::format("took {} in the fastest of {} runs",
                                                      milliseconds(outcome.fastest), kTimedRuns)});
    }
    Verdict verdict = verdict_on(findings, budget_.size());
    if (verdict.status == Status::pass) return passed(outcome);
    const std::string plan = "plan: " + join(outcome.plan, "; ");
    if (verdict.why.empty()) {
      verdict.got += "; " + plan;
    } else {
      verdict.why += "\n" + plan;
    }
    if (by_steps) {
      verdict.note =
          fmt::format("counted by {}; another version may take other steps", outcome.engine);
    }
    verdict.sql = shown_sql(sql_.text, values.bindings);
    return verdict;
  }

  // On one row everything is cheap. The plan, and so `uses`, is the same on any.
  Verdict passed(const CostOutcome& outcome) const {
    if (!budget_.counts() || outcome.bare.empty()) return {};
    const std::string note =
        fmt::format("{} {} fewer than 2 rows here, so a scan costs nothing; 'given' makes rows",
                    join(outcome.bare, ", "), outcome.bare.size() == 1 ? "has" : "have");
    if (outcome.bare.size() == outcome.read.size()) {
      return nothing_judged("0 rows judged: " + note);
    }
    Verdict verdict;
    verdict.note = note;
    return verdict;
  }

  SqlText sql_;
  Budget budget_;
};

// The nodes of 'uses': itself, or the elements of its list.
std::vector<const yaml::Node*> uses_nodes(const yaml::Node& node) {
  if (!node.is_list()) return {&node};
  std::vector<const yaml::Node*> out;
  std::ranges::transform(node.items, std::back_inserter(out),
                         [](const yaml::Node& item) { return &item; });
  return out;
}

bool read_uses(const CheckDraft& draft, const yaml::Node& node, std::vector<std::string>& out) {
  const yaml::Reader& reader = draft.reader();
  if (node.is_map() || (node.is_list() && node.items.empty())) {
    reader.error(node.place,
                 fmt::format("'uses' must be the name of an index or a list of such; got {}",
                             node.is_list() ? "an empty list" : node.type_name()));
    return false;
  }
  const std::vector<std::string> known = draft.scope.reference().index_names();
  bool good = true;
  for (const yaml::Node* item : uses_nodes(node)) {
    const auto name = reader.text(*item, "uses");
    good = good && name;
    if (!name) continue;
    out.push_back(*name);
    if (has_name(known, *name)) continue;
    const std::string message = fmt::format("no index or constraint '{}' in the baseline{}", *name,
                                            yaml::suggestion(*name, known));
    if (draft.head.when == When::after) {
      draft.scope.warn(item->place, message);  // the application may make it
    } else {
      reader.error(item->place, message);
      good = false;
    }
  }
  return good;
}

std::optional<Budget> read_budget(const CheckDraft& draft) {
  const yaml::Reader& reader = draft.reader();
  Budget out;
  bool good = true;
  if (const yaml::Node* node = draft.node.find("uses")) good = read_uses(draft, *node, out.uses);
  const auto read_count = [&](std::string_view key, std::optional<Matcher>& matcher) {
    const auto read = [&](const yaml::Node& node) {
      return Matcher::read_count(node, key, reader);
    };
    if (!read_part(draft.node.find(key), matcher, read)) good = false;
  };
  read_count("scanned", out.scanned);
  read_count("sorted", out.sorted);
  read_count("steps", out.steps);
  if (const yaml::Node* node = draft.node.find("time")) {
    out.time = reader.duration(*node, "time");
    good = good && out.time;
    if (out.time && out.time->count() == 0) {
      reader.error(node->place, "'time' must be longer than 0");
      good = false;
    } else if (draft.head.severity == Severity::error) {
      draft.scope.warn(node->place,
                       "time differs from machine to machine; use steps, or severity: warn");
    }
  }
  if (!good || out.size() == 0) return std::nullopt;
  return out;
}

}  // namespace

std::unique_ptr<Check> make_cost(CheckDraft& draft) {
  auto budget = read_budget(draft);
  auto sql = draft.compile(draft.value, "cost");
  if (!budget || !sql) return nullptr;
  if (sql->statements.size() > 1) {
    draft.reader().error(draft.value.place_in_text(sql->statements[1].offset),
                         "cost must be one statement; put what comes before it into a fixture");
    return nullptr;
  }
  const bool writes = !sql->statements.empty() && !sql->statements.front().read_only;
  if (writes && !draft.foreign_keys) draft.scope.demand_foreign_keys(draft.value.place);
  if (draft.head.given.empty() && budget->counts()) {
    draft.scope.warn(draft.value.place,
                     "without 'given' the tables are empty, and everything is cheap");
  }
  return std::make_unique<CostCheck>(draft.head, *std::move(sql), *std::move(budget));
}

}  // namespace baseline
