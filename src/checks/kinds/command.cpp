#include <fmt/format.h>

#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "checks/child_text.hpp"
#include "checks/kinds.hpp"
#include "checks/matcher.hpp"
#include "os/child_process.hpp"
#include "os/private_directory.hpp"
#include "yaml/variables.hpp"

namespace baseline {
namespace {

/// What must become of the command.
struct Demand {
  std::optional<Matcher> exit;  ///< without it: 0
  std::optional<Matcher> out;
  std::optional<Matcher> err;
};

// What the command sees of our environment, and nothing else.
std::vector<std::string> check_environment(Phase phase, const std::string& database) {
  std::vector<std::string> out;
  for (const char* const name : {"PATH", "HOME", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr) out.push_back(fmt::format("{}={}", name, value));
  }
  out.push_back("BASELINE_DB=" + database);
  out.push_back(fmt::format("BASELINE_PHASE={}", to_string(phase)));
  return out;
}

// In a word, where the database's path will stand once it is known. No text of a suite has the
// character around it by accident.
constexpr std::string_view kDatabaseHere =
    "\x1f"
    "BASELINE_DB"
    "\x1f";

std::vector<std::string> with_database(std::vector<std::string> words,
                                       const std::string& database) {
  for (std::string& word : words) {
    for (std::size_t at = 0; (at = word.find(kDatabaseHere, at)) != std::string::npos;) {
      word.replace(at, kDatabaseHere.size(), database);
      at += database.size();
    }
  }
  return words;
}

std::string without_final_newline(const std::string& text) {
  return text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
}

// "exit 0", "exit >= 1 and <= 5".
std::string described_exit(const Demand& demand) {
  return "exit " + (demand.exit ? demand.exit->describe() : "0");
}

Verdict not_as_demanded(Status status, std::string expected, std::string got) {
  Verdict verdict;
  verdict.status = status;
  verdict.expected = std::move(expected);
  verdict.got = std::move(got);
  return verdict;
}

std::optional<Verdict> judge_stream(std::string_view name, const std::optional<Matcher>& matcher,
                                    const ChildOutput& output) {
  if (!matcher) return std::nullopt;
  const std::string expected = fmt::format("{} {}", name, matcher->describe());
  // What was dropped may be what would have decided.
  if (!output.whole()) {
    return not_as_demanded(
        Status::error, expected,
        fmt::format("{} of {}; only {} are kept, so it cannot be judged",
                    counted(output.size, "byte"), name, human_size(kKeptOutput)));
  }
  const Value text = without_final_newline(output.kept);
  if (matcher->matches(text)) return std::nullopt;
  return not_as_demanded(Status::fail, expected,
                         fmt::format("{} {}", name, shortened(sql_literal(text), 200)));
}

class CommandCheck final : public Check {
 public:
  CommandCheck(CheckHead head, yaml::Words words, Demand demand, std::filesystem::path directory)
      : Check(std::move(head)),
        words_(std::move(words)),
        demand_(std::move(demand)),
        directory_(std::move(directory)) {}

  Verdict run(const CheckContext& context, const Case&) const override {
    if (context.phase == Phase::after) return run_on(context.surroundings.database, context.phase);
    // The candidate is proven and goes live as it is, so the command gets a copy to do with as it
    // likes.
    const PrivateDirectory temporary;
    const std::filesystem::path name =
        std::filesystem::path(context.surroundings.database).filename();
    const std::filesystem::path copy = temporary.path() / (name.empty() ? "candidate.db" : name);
    context.subject.save(copy);
    return run_on(copy.native(), context.phase);
  }

  bool needs_application() const override { return true; }

 private:
  Verdict run_on(const std::string& database, Phase phase) const {
    const ChildOutcome outcome =
        run_child({with_database(words_.run, database), check_environment(phase, database),
                   directory_, head().timeout});
    Verdict verdict = judge(outcome);
    if (!outcome.all_ended) verdict.note = "something that it started could not be killed";
    if (verdict.status == Status::pass) return verdict;
    verdict.sql = shortened(command_line(words_.written), 400);
    verdict.why = shown_output(outcome);
    return verdict;
  }

  Verdict judge(const ChildOutcome& outcome) const {
    if (outcome.end != ChildOutcome::End::exited) {
      const bool started = outcome.end != ChildOutcome::End::not_started;
      return not_as_demanded(started ? Status::fail : Status::error, described_exit(demand_),
                             described_end(outcome, words_.written.front(), head().timeout));
    }
    const bool good =
        demand_.exit ? demand_.exit->matches(std::int64_t{outcome.code}) : outcome.code == 0;
    if (!good) {
      return not_as_demanded(Status::fail, described_exit(demand_),
                             described_end(outcome, words_.written.front(), head().timeout));
    }
    if (auto verdict = judge_stream("stdout", demand_.out, outcome.out)) return *verdict;
    if (auto verdict = judge_stream("stderr", demand_.err, outcome.err)) return *verdict;
    return {};
  }

  yaml::Words words_;
  Demand demand_;
  std::filesystem::path directory_;
};

}  // namespace

std::unique_ptr<Check> make_command(CheckDraft& draft) {
  draft.scope.add_command(draft.head);
  Demand demand;
  const auto read_text = [&](std::string_view key, std::optional<Matcher>& matcher) {
    return read_part(draft.node.find(key), matcher, [&](const yaml::Node& node) {
      return Matcher::read_text(node, key, draft.reader());
    });
  };
  const bool exit = read_part(draft.node.find("exit"), demand.exit, [&](const yaml::Node& node) {
    return Matcher::read_count(node, "exit", draft.reader(), "exit code");
  });
  const bool out = read_text("stdout", demand.out);
  const bool err = read_text("stderr", demand.err);
  const auto expand = [&](const yaml::Node& node, const std::string& text) {
    return draft.scope.expanded(node, text, {{"BASELINE_DB", std::string(kDatabaseHere)}});
  };
  auto words = yaml::read_words(draft.reader(), draft.value, "command", expand);
  if (!exit || !out || !err || !words) return nullptr;
  // Built-in suites are in no directory.
  std::error_code ignored;
  std::filesystem::path directory = draft.scope.directory();
  if (!std::filesystem::is_directory(directory, ignored)) directory.clear();
  return std::make_unique<CommandCheck>(draft.head, *std::move(words), std::move(demand),
                                        std::move(directory));
}

}  // namespace baseline
