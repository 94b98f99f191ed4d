#include "checks/generate/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "checks/check.hpp"

namespace baseline::generate {
namespace {

constexpr RunLimits kTrialLimits{std::chrono::milliseconds(2'000), 100};

Bindings bindings_of(const CaseValues& values) {
  Bindings out;
  for (const auto& [name, value] : values) out[name] = value;
  return out;
}

std::string rejection_in_words(const Rejection& rejection) {
  switch (rejection.verdict) {
    case Rejection::Verdict::by_named:
      return {};
    case Rejection::Verdict::by_other:
      return "rejected by " + rejection.rejected_by;
    case Rejection::Verdict::accepted:
      return "accepted";
    case Rejection::Verdict::unknown_constraint:
      return "unknown to this database";
    case Rejection::Verdict::setup_rejected:
    case Rejection::Verdict::failed:
      return rejection.failure ? baseline::in_words(*rejection.failure) : "not evaluable";
  }
  return {};
}

}  // namespace

void Trial::add_fixture(const GeneratedFixture& fixture) { fixtures_[fixture.name] = fixture.sql; }

bool Trial::begin(const std::vector<std::string>& given, bool foreign_keys) {
  scratch_.begin(foreign_keys);
  for (const std::string& name : given) {
    const ExecuteOutcome outcome = scratch_.execute(fixtures_.at(name), {}, kTrialLimits);
    if (!outcome.failure) continue;
    why_ =
        fmt::format("its row of {} was rejected by {}", name, baseline::in_words(*outcome.failure));
    scratch_.rollback();
    return false;
  }
  return true;
}

bool Trial::stands(const std::vector<std::string>& given, bool foreign_keys) {
  if (!begin(given, foreign_keys)) return false;
  scratch_.rollback();
  return true;
}

std::optional<SqlFailure> Trial::failure_of(const std::vector<std::string>& given,
                                            const std::string& sql, const Bindings& bindings,
                                            bool foreign_keys) {
  if (!begin(given, foreign_keys)) {
    return SqlFailure{SqlFailure::Kind::other, why_, std::nullopt, 1, {}};
  }
  ExecuteOutcome outcome = scratch_.execute(sql, bindings, kTrialLimits);
  scratch_.rollback();
  if (!outcome.failure && outcome.rows_changed() == 0) {
    return SqlFailure{SqlFailure::Kind::other, "it changed no row", std::nullopt, 1, {}};
  }
  return std::move(outcome.failure);
}

std::vector<Rejection> Trial::reject(const std::vector<std::string>& given,
                                     const std::vector<std::string>& statements,
                                     const ConstraintRef& by, bool foreign_keys) {
  std::vector<Rejection> out;
  for (const std::string& sql : statements) {
    // What one try changes must not be there in the next.
    if (!begin(given, foreign_keys)) break;
    out.push_back(scratch_.reject(sql, {}, by, kTrialLimits));
    scratch_.rollback();
    if (out.back().verdict == Rejection::Verdict::by_named) break;
  }
  return out;
}

std::vector<bool> Trial::rejections(const GeneratedCheck& check, bool foreign_keys) {
  std::vector<CaseValues> cases = check.cases;
  if (cases.empty()) cases.emplace_back();
  std::vector<bool> out;
  for (const CaseValues& values : cases) {
    if (!begin(check.given, foreign_keys)) return {};
    const Rejection rejection =
        scratch_.reject(check.sql, bindings_of(values), check.by, kTrialLimits);
    scratch_.rollback();
    out.push_back(rejection.verdict == Rejection::Verdict::by_named);
    if (!out.back() && why_.empty()) why_ = rejection_in_words(rejection);
  }
  return out;
}

std::vector<bool> Trial::verdicts(const GeneratedCheck& check, bool foreign_keys) {
  if (check.kind == GeneratedCheck::Kind::rejects) return rejections(check, foreign_keys);
  std::vector<CaseValues> cases = check.cases;
  if (cases.empty()) cases.emplace_back();
  std::vector<bool> out;
  for (const CaseValues& values : cases) {
    const auto failure = failure_of(check.given, check.sql, bindings_of(values), foreign_keys);
    out.push_back(!failure);
    if (failure && why_.empty()) why_ = baseline::in_words(*failure);
  }
  return out;
}

bool Trial::holds(GeneratedCheck& check) {
  why_.clear();
  std::vector<bool> good;
  if (check.foreign_keys) {
    good = verdicts(check, *check.foreign_keys);
  } else {
    const std::vector<bool> off = verdicts(check, false);
    const std::vector<bool> on = verdicts(check, true);
    good = off;
    // Whoever turns them on for the whole file must find the checks right still.
    if (off != on) {
      const bool with = std::ranges::count(on, true) > std::ranges::count(off, true);
      check.foreign_keys = with;
      if (with) good = on;
    }
  }
  if (check.cases.empty()) return !good.empty() && good.front();
  std::vector<CaseValues> kept;
  for (std::size_t i = 0; i < good.size(); ++i) {
    if (good[i]) kept.push_back(check.cases[i]);
  }
  if (kept.empty()) return false;
  check.cases = std::move(kept);
  return true;
}

std::optional<std::vector<std::vector<Value>>> Trial::rows_of(const std::vector<std::string>& given,
                                                              const std::string& sql,
                                                              bool foreign_keys) {
  if (!begin(given, foreign_keys)) return std::nullopt;
  QueryOutcome outcome = scratch_.query(sql, {}, kTrialLimits);
  scratch_.rollback();
  if (outcome.failure) return std::nullopt;
  return std::move(outcome.rows);
}

}  // namespace baseline::generate
