#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "checks/kinds.hpp"
#include "checks/matcher.hpp"
#include "os/child_process.hpp"
#include "os/private_directory.hpp"

namespace baseline {
namespace {

constexpr std::size_t kShownLines = 20;

/// What must become of the command.
struct Demand {
  std::optional<Matcher> exit;  ///< without it: 0
  std::optional<Matcher> out;
  std::optional<Matcher> err;
};

/// The words as they are run and, for reports, as they were written: variables may be secrets.
struct Words {
  std::vector<std::string> run;
  std::vector<std::string> written;
};

// What the command sees of our environment, and nothing else.
std::vector<std::string> environment_for(Phase phase, const std::string& database) {
  std::vector<std::string> out;
  for (const char* const name : {"PATH", "HOME", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr) out.push_back(fmt::format("{}={}", name, value));
  }
  out.push_back("BASELINE_DB=" + database);
  out.push_back(fmt::format("BASELINE_PHASE={}", to_string(phase)));
  return out;
}

std::string_view last_lines(std::string_view text, std::size_t count) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t start = text.size();
  for (std::size_t i = 0; i < count && start != std::string_view::npos && start > 0; ++i) {
    start = text.rfind('\n', start - 1);
  }
  return start == std::string_view::npos || start == 0 ? text : text.substr(start + 1);
}

// The end of what the command wrote; which stream it is when there are both.
std::string shown_output(const ChildOutcome& outcome) {
  const std::string_view out = trimmed(outcome.out.kept);
  const std::string_view err = trimmed(outcome.err.kept);
  if (out.empty() || err.empty()) {
    return std::string(last_lines(out.empty() ? err : out, kShownLines));
  }
  return fmt::format("stderr:\n{}\nstdout:\n{}", last_lines(err, kShownLines / 2),
                     last_lines(out, kShownLines / 2));
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
  CommandCheck(CheckHead head, Words words, Demand demand, std::filesystem::path directory)
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
        run_child({words_.run, environment_for(phase, database), directory_, head().timeout});
    Verdict verdict = judge(outcome);
    if (!outcome.all_ended) verdict.note = "something that it started could not be killed";
    if (verdict.status == Status::pass) return verdict;
    std::string line;
    for (const std::string& word : words_.written) {
      line += (line.empty() ? "" : " ") + shell_quoted(word);
    }
    verdict.sql = shortened(line, 400);
    verdict.why = shown_output(outcome);
    return verdict;
  }

  Verdict judge(const ChildOutcome& outcome) const {
    switch (outcome.end) {
      case ChildOutcome::End::not_started:
        return not_as_demanded(Status::error, described_exit(demand_),
                               fmt::format("cannot run {}: {}", words_.written.front(),
                                           std::generic_category().message(outcome.code)));
      case ChildOutcome::End::timed_out:
        return not_as_demanded(
            Status::fail, described_exit(demand_),
            fmt::format("still running after {}; killed", short_duration(head().timeout)));
      case ChildOutcome::End::signalled:
        return not_as_demanded(Status::fail, described_exit(demand_),
                               "killed by " + signal_name(outcome.code));
      case ChildOutcome::End::exited:
        break;
    }
    const bool good =
        demand_.exit ? demand_.exit->matches(std::int64_t{outcome.code}) : outcome.code == 0;
    if (!good) {
      return not_as_demanded(Status::fail, described_exit(demand_),
                             fmt::format("exit {}", outcome.code));
    }
    if (auto verdict = judge_stream("stdout", demand_.out, outcome.out)) return *verdict;
    if (auto verdict = judge_stream("stderr", demand_.err, outcome.err)) return *verdict;
    return {};
  }

  Words words_;
  Demand demand_;
  std::filesystem::path directory_;
};

std::optional<Words> read_words(const CheckDraft& draft) {
  const yaml::Reader& reader = draft.reader();
  const yaml::Node& node = draft.value;
  if (!node.is_list() || node.items.empty()) {
    const std::string_view got = node.is_list() ? "an empty list" : node.type_name();
    reader.error(
        node.place,
        fmt::format("'command' must be a non-empty list of words like [curl, -f, URL]; got {}",
                    got));
    return std::nullopt;
  }
  Words words;
  for (const yaml::Node& item : node.items) {
    if (!item.is_scalar() || item.empty) {
      reader.wrong(item, "command", "a list of words");
      return std::nullopt;
    }
    auto expanded = draft.scope.expanded(item, item.text);
    if (!expanded) return std::nullopt;
    if (expanded->find('\0') != std::string::npos) {
      reader.error(item.place, "a word of 'command' cannot hold a NUL");
      return std::nullopt;
    }
    words.run.push_back(*std::move(expanded));
    words.written.push_back(item.text);
  }
  if (trimmed(words.run.front()).empty()) {
    reader.error(node.items.front().place, "the first word of 'command' is the program; got none");
    return std::nullopt;
  }
  return words;
}

// One matcher of the check; false when it is there and wrong.
bool read_matcher(const CheckDraft& draft, std::string_view key, std::optional<Matcher>& matcher,
                  bool (Matcher::*fits)() const, std::string_view advice) {
  const yaml::Node* const node = draft.node.find(key);
  if (node == nullptr) return true;
  matcher = Matcher::read(*node, key, draft.reader());
  if (!matcher) return false;
  if (((*matcher).*fits)()) return true;
  draft.reader().error(node->place, fmt::format("'{}' is {}", key, advice));
  return false;
}

}  // namespace

std::unique_ptr<Check> make_command(CheckDraft& draft) {
  constexpr std::string_view kText = "text: compare it with text, a number in quotes";
  draft.scope.add_command(draft.head);
  Demand demand;
  const bool exit = read_matcher(draft, "exit", demand.exit, &Matcher::fits_count,
                                 "an exit code: compare it with whole numbers from 0");
  const bool out = read_matcher(draft, "stdout", demand.out, &Matcher::fits_text, kText);
  const bool err = read_matcher(draft, "stderr", demand.err, &Matcher::fits_text, kText);
  auto words = read_words(draft);
  if (!exit || !out || !err || !words) return nullptr;
  // Built-in suites are in no directory.
  std::error_code ignored;
  std::filesystem::path directory = draft.scope.directory();
  if (!std::filesystem::is_directory(directory, ignored)) directory.clear();
  return std::make_unique<CommandCheck>(draft.head, *std::move(words), std::move(demand),
                                        std::move(directory));
}

}  // namespace baseline
