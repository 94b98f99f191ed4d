#include "checks/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/schema.hpp"
#include "yaml/packed.hpp"
#include "yaml/parser.hpp"

namespace baseline {
namespace {

// These look at what is outside of a database: at a file and a program that a mutant does not have.
bool looks_outside(const CheckHead& head) { return head.kind == "log" || head.kind == "command"; }

// No check that runs here asks where it is.
const Surroundings nowhere;

CheckResult result_of(const Check& check, const Case& values, Verdict verdict) {
  CheckResult result(identity_of(check.head()));
  result.case_label = values.label;
  result.status = verdict.status;
  result.expected = std::move(verdict.expected);
  result.got = std::move(verdict.got);
  result.sql = std::move(verdict.sql);
  result.why = std::move(verdict.why);
  result.note = std::move(verdict.note);
  result.hint = check.head().hint;
  return result;
}

std::string title(const CheckResult& result) {
  const std::string path = result.check->path();
  return result.case_label.empty() ? path : fmt::format("{} [{}]", path, result.case_label);
}

bool have_common(const std::set<std::string, std::less<>>& a,
                 const std::set<std::string, std::less<>>& b) {
  return std::ranges::any_of(a, [&](const std::string& name) { return b.contains(name); });
}

// Whether the fixtures of a check may differ from case to case.
bool takes_values(const CheckHead& head, Session& session) {
  return std::ranges::any_of(head.given, [&](const auto& fixture) {
    const CompileOutcome compiled = session.compile(fixture->sql.text);
    return compiled.failure || std::ranges::any_of(compiled.statements, [](const auto& statement) {
             return !statement.parameters.empty();
           });
  });
}

/// What a session's SQL uses is noted for its lifetime.
class Notes {
 public:
  Notes(Session& session, Touched& touched) : session_(session) { session.note_touched(&touched); }
  ~Notes() { session_.note_touched(nullptr); }
  Notes(const Notes&) = delete;
  Notes& operator=(const Notes&) = delete;

 private:
  Session& session_;
};

// To parse a suite takes longer than all else that is done to load it.
SuiteSource parsed_once(const SuiteSource& source, std::vector<std::string>& keep) {
  if (!source.packed.empty()) return source;
  yaml::Problems problems(source.file);
  const auto root = yaml::parse(source.text, problems);
  if (!root || !problems.empty()) return source;
  return {source.file, source.text, keep.emplace_back(yaml::packed(*root))};
}

}  // namespace

Trial::Trial(const MutationRequest& request, std::function<void()> interrupted)
    : request_(request), interrupted_(std::move(interrupted)) {
  packed_.reserve(request.sources.size());  // the sources point into it
  for (const SuiteSource& source : request.sources) {
    sources_.push_back(parsed_once(source, packed_));
  }
}

void Trial::stop_if_asked() const {
  if (interrupted_) interrupted_();
}

// The first result of the check that is no pass.
std::optional<CheckResult> Trial::failure(const Check& check, const CheckContext& context) const {
  for (const Case& values : check.head().cases) {
    stop_if_asked();
    Verdict verdict = check.run(context, values);
    if (verdict.status == Status::pass) continue;
    stop_if_asked();  // what a signal cut short is no result
    return result_of(check, values, std::move(verdict));
  }
  return std::nullopt;
}

// Each check has a scratch copy of its own here, so that all its SQL is compiled, and noted. That
// of its fixtures is kept and not compiled again when the check itself runs.
std::optional<CheckResult> Trial::prove(Judge& judge, Session& subject, Phase phase) const {
  const CheckHead& head = judge.check->head();
  Scratch scratch(subject);
  if (!head.given.empty()) {
    const Notes notes(subject, judge.given);
    const Scratch::Use use(scratch, head.foreign_keys);
    run_fixtures(head, use.session(), head.cases.front(), AttemptDeadline(head.timeout));
    use.session().note_touched(&judge.own);
  }
  const Notes notes(subject, judge.own);
  auto result = failure(*judge.check, {subject, *reference_, scratch, phase, nowhere});
  if (asks_for_all(judge.own)) judge.own.all = true;
  return result;
}

// What is no object of the baseline is the engine's own, and tells of any of them.
bool Trial::asks_for_all(const Touched& touched) const {
  return touched.names.empty() || !std::ranges::all_of(touched.names, [&](const auto& name) {
           return objects_.contains(name);
         });
}

// A check that does not pass on the baseline itself says nothing about a mutant. Before the swap it
// would stop every deploy; afterwards it may need what only the application makes.
void Trial::prove_fit(MutationReport& report) {
  stand_alone();
  for (const SchemaObject& object : reference_->schema().objects) {
    objects_.insert(to_lower(object.name));
  }
  for (const TableRows& table : reference_->count_rows(std::chrono::hours(1))) {
    if (table.rows != 0) filled_.insert(to_lower(table.table));
  }
  const auto live = request_.engine.deployed(*reference_);
  for (const auto& check : request_.suites.checks()) {
    const CheckHead& head = check->head();
    if (!request_.selection.takes(*check) || head.skip) continue;
    // A warning stops no deploy, so it keeps nothing from going live.
    if (head.severity == Severity::warn && !request_.strict) continue;
    if (looks_outside(head)) {
      report.left_out.push_back({head.path(), fmt::format("a mutant has no {}", head.kind)});
      continue;
    }
    Judge judge{check.get(), takes_values(head, *reference_), {}, {}};
    if (head.runs_in(Phase::before)) {
      if (auto result = prove(judge, *reference_, Phase::before)) {
        report.unfit.push_back(*std::move(result));
      }
      before_.push_back(judge);
    }
    if (!head.runs_in(Phase::after)) continue;
    if (const auto result = prove(judge, *live, Phase::after)) {
      report.left_out.push_back(
          {head.path(), "does not pass right after a deploy: " + result->got});
    } else {
      after_.push_back(judge);
    }
  }
}

void Trial::stand_alone() { reference_ = request_.engine.apply(request_.migration); }

Trial::Outcome Trial::outcome_of(const Mutant& mutant) const {
  stop_if_asked();
  std::unique_ptr<Session> bent;
  try {
    bent = request_.engine.apply(mutated(request_.migration, mutant));
  } catch (const Error& error) {
    stop_if_asked();
    if (error.code() != ErrorCode::usage) throw;
    return {Outcome::Kind::stillborn, {}};
  }
  const Difference difference = request_.engine.difference(*reference_, *bent);
  if (!difference.any()) return {Outcome::Kind::equivalent, {}};
  std::string killer = killer_of(*bent, difference, mutant.kind == MutantKind::rows);
  return {killer.empty() ? Outcome::Kind::survived : Outcome::Kind::killed, std::move(killer)};
}

// The others use nothing that differs: they pass, as they do on the baseline. Of those that do so
// in their fixtures only, the first speaks for all that have the same. After the swap those that
// have passed before it pass again, unless a table they use has rows: these are not in the scratch
// copy of a live database.
std::vector<const Check*> Trial::concerned(Phase phase, const Difference& difference,
                                           bool other_rows) const {
  std::vector<const Check*> out;
  std::set<std::pair<std::vector<std::shared_ptr<const Fixture>>, bool>> prepared;
  for (const Judge& judge : phase == Phase::before ? before_ : after_) {
    const CheckHead& head = judge.check->head();
    const bool own = judge.own.all || have_common(judge.own.names, difference.names);
    const bool given = judge.given.all || have_common(judge.given.names, difference.names);
    if (!own && !given) continue;
    const bool rows = judge.own.all || other_rows || have_common(judge.own.names, filled_) ||
                      have_common(judge.given.names, filled_);
    if (phase == Phase::after && head.runs_in(Phase::before) && !rows) continue;
    const bool first =
        judge.takes_values || prepared.insert({head.given, head.foreign_keys}).second;
    if (own || first) out.push_back(judge.check);
  }
  return out;
}

std::optional<std::string> Trial::first_killer(const std::vector<const Check*>& checks, Phase phase,
                                               Session& subject, Session& reference) const {
  Scratch scratch(subject);
  for (const Check* check : checks) {
    const auto result = failure(*check, {subject, reference, scratch, phase, nowhere});
    if (result) return title(*result);
  }
  return std::nullopt;
}

std::string Trial::killer_of(Session& mutant, const Difference& difference, bool other_rows) const {
  const auto before = concerned(Phase::before, difference, other_rows);
  if (const auto killer = first_killer(before, Phase::before, mutant, mutant)) return *killer;
  const auto after = concerned(Phase::after, difference, other_rows);
  if (!after.empty()) {
    const auto live = request_.engine.deployed(mutant);
    if (const auto killer = first_killer(after, Phase::after, *live, mutant)) return *killer;
  }
  // What does not run here must still fit: a suite that does not load stops the deploy.
  try {
    const auto apply = [&](const Migration& other) { return request_.engine.apply(other); };
    SuiteOptions options = request_.options;
    options.remarks = false;
    Suites::load(sources_, mutant, apply, options);
  } catch (const Error& error) {
    stop_if_asked();
    return error.problems().empty() ? error.what() : error.problems().front().text("error");
  }
  return {};
}

}  // namespace baseline
