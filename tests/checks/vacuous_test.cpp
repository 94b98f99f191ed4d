// A suite can never pass vacuously: no slip of the keyboard may make a run silently smaller.
//
// Every key of the built-in suites is dropped, doubled, split in two (half of its list or map under
// each, as when somebody adds a second `checks:`) and misspelt, one at a time, and every line is
// moved one level in and out. Each such suite must end in one of three ways:
//   - it does not load;
//   - a check fails or cannot be evaluated;
//   - each phase still has all its checks and all their cases, and they pass as before.
// "Silently fewer" is everything else: the run succeeds, and a check or a case of the right suite
// has no result in a phase where it had one, or is skipped there.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/migration.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"
#include "yaml/parser.hpp"

namespace baseline::vacuous_test {
namespace {

using yaml::Node;

std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

// The tree as YAML again, in flow style; an alias has become what it stood for.
std::string written(const Node& node) {
  std::vector<std::string> parts;
  switch (node.kind) {
    case Node::Kind::scalar:
      return node.as_text() != nullptr ? quoted(node.text) : node.text;
    case Node::Kind::list:
      for (const Node& item : node.items) parts.push_back(written(item));
      return "[" + join(parts, ",\n") + "]";
    case Node::Kind::map:
      for (const yaml::Entry& entry : node.entries) {
        parts.push_back(quoted(entry.key.text) + ": " + written(entry.value));
      }
      return "{" + join(parts, ",\n") + "}";
  }
  return {};
}

struct Mutant {
  std::string what;  ///< "drops 'by' (12:5)"
  std::string text;
};

// The entry twice, with half of what its list or map holds each.
std::optional<std::pair<yaml::Entry, yaml::Entry>> split(const yaml::Entry& entry) {
  const auto halve = [](auto& first, auto& second) {
    const auto middle = static_cast<std::ptrdiff_t>(first.size() / 2);
    second.erase(second.begin(), second.begin() + middle);
    first.erase(first.begin() + middle, first.end());
  };
  std::pair<yaml::Entry, yaml::Entry> halves{entry, entry};
  Node& first = halves.first.value;
  Node& second = halves.second.value;
  if (first.items.size() + first.entries.size() < 2) return std::nullopt;
  halve(first.items, second.items);
  halve(first.entries, second.entries);
  return halves;
}

// All ways to spoil one key below `node`, which is a part of `root`.
void spoil_keys(const Node& root, Node& node, std::vector<Mutant>& out) {
  for (Node& item : node.items) spoil_keys(root, item, out);
  const std::vector<yaml::Entry> entries = node.entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto index = static_cast<std::ptrdiff_t>(i);
    const std::string key = entries[i].key.text;
    const auto add = [&](std::string_view how) {
      const yaml::Place place = entries[i].key.place;
      out.push_back(
          {fmt::format("{} '{}' ({}:{})", how, key, place.line, place.column), written(root)});
      node.entries = entries;
    };
    node.entries.erase(node.entries.begin() + index);
    add("drops");
    node.entries.push_back(entries[i]);
    add("doubles");
    if (auto halves = split(entries[i])) {
      node.entries[i] = halves->first;
      node.entries.push_back(halves->second);
      add("splits");
    }
    for (const std::string& wrong : {key + "x", key.substr(1)}) {
      node.entries[i].key.text = wrong;
      add("misspells as '" + wrong + "'");
    }
  }
  for (yaml::Entry& entry : node.entries) spoil_keys(root, entry.value, out);
}

void shift_lines(const std::string& text, std::vector<Mutant>& out) {
  std::size_t start = 0;
  for (int line = 1; start < text.size(); ++line) {
    if (text.compare(start, 2, "  ") == 0) {
      out.push_back({fmt::format("unindents line {}", line), std::string(text).erase(start, 2)});
    }
    out.push_back({fmt::format("indents line {}", line), std::string(text).insert(start, "  ")});
    start = std::min(text.find('\n', start), text.size() - 1) + 1;
  }
}

struct Outcome {
  std::string error;               ///< why it did not load, or what failed; empty: success
  std::multiset<std::string> ran;  ///< "before a check [case]" for each result, skipped ones not
};

Outcome outcome_of(const SuiteSource& source, Session& reference) {
  Outcome outcome;
  try {
    const Suites suites = Suites::load({source}, reference, sqlite::apply_migration);
    for (const Phase phase : {Phase::before, Phase::after}) {
      const SuiteReport report =
          run_suites(suites, phase, reference, reference, {}, nullptr, nullptr);
      if (report.failed()) outcome.error = "a check failed";
      for (const CheckResult& result : report.results) {
        if (result.status != Status::pass) continue;
        outcome.ran.insert(
            fmt::format("{} {} [{}]", to_string(phase), result.check->name, result.case_label));
      }
    }
  } catch (const Error& error) {
    outcome.error = error.what();
  }
  return outcome;
}

// Another text of a built-in suite, which finds the files that it names.
SuiteSource with_text(const SuiteSource& source, std::string text) {
  return {std::string(PROJECT_DIR "/") + source.file, std::move(text)};
}

// What the spoilt suite left out in silence, or nothing.
std::string silently_fewer(const Outcome& right, const Outcome& spoilt) {
  if (!spoilt.error.empty()) return {};
  std::vector<std::string> missing;
  std::ranges::set_difference(right.ran, spoilt.ran, std::back_inserter(missing));
  return join(missing, "; ");
}

std::vector<std::string> silent_mutants(const SuiteSource& source, Session& reference,
                                        const std::vector<Mutant>& mutants) {
  const Outcome right = outcome_of(source, reference);
  std::vector<std::string> out;
  for (const Mutant& mutant : mutants) {
    const std::string missing =
        silently_fewer(right, outcome_of(with_text(source, mutant.text), reference));
    if (missing.empty()) continue;
    out.push_back(fmt::format("{} {}: passes without {}", source.file, mutant.what, missing));
  }
  return out;
}

std::vector<Mutant> spoilt_keys(const SuiteSource& source) {
  yaml::Problems problems(source.file);
  std::optional<Node> root = yaml::parse(source.text, problems);
  std::vector<Mutant> mutants;
  if (root) spoil_keys(*root, *root, mutants);
  return mutants;
}

TEST_CASE("no spoilt key makes a built-in suite pass with less", "[checks][vacuous]") {
  const auto reference = sqlite::apply_migration(builtin_migration());
  for (const SuiteSource& source : builtin_suites()) {
    INFO(source.file);
    const Outcome right = outcome_of(source, *reference);
    REQUIRE(right.error.empty());
    REQUIRE(right.ran.size() > 8);
    // What is spoilt is what was written, or the mutants would prove nothing.
    yaml::Problems problems(source.file);
    const std::optional<Node> root = yaml::parse(source.text, problems);
    REQUIRE(root);
    REQUIRE(outcome_of(with_text(source, written(*root)), *reference).ran == right.ran);

    const std::vector<Mutant> mutants = spoilt_keys(source);
    CHECK(mutants.size() > 50);
    CHECK(join(silent_mutants(source, *reference, mutants), "\n") == "");
  }
}

TEST_CASE("no shifted line makes a built-in suite pass with less", "[checks][vacuous]") {
  const auto reference = sqlite::apply_migration(builtin_migration());
  for (const SuiteSource& source : builtin_suites()) {
    std::vector<Mutant> mutants;
    shift_lines(source.text, mutants);
    CHECK(mutants.size() > 20);
    CHECK(join(silent_mutants(source, *reference, mutants), "\n") == "");
  }
}

// The judge sees what the two tests above look for: here the slip is one that no loader can see.
TEST_CASE("a check, a case or a phase that is gone is seen", "[checks][vacuous]") {
  const auto reference = database_of(kShop);
  const std::string one = "  - {name: a, query: SELECT * FROM shop, rows: 0}\n";
  const SuiteSource source{
      "s.yaml", suite_of(one + "  - {name: b, query: 'SELECT :i FROM shop', rows: 0, cases: "
                               "[{i: 1}, {i: 2}]}\n")};
  const Mutant mutants[] = {
      {"drops a check", suite_of(one)},
      {"drops a case",
       suite_of(one + "  - {name: b, query: 'SELECT :i FROM shop', rows: 0, cases: [{i: 1}]}\n")},
      {"drops a phase",
       suite_of(one + "  - {name: b, when: before, query: 'SELECT :i FROM shop', rows: 0, cases: "
                      "[{i: 1}, {i: 2}]}\n")},
      {"skips a check",
       suite_of(one + "  - {name: b, skip: later, query: 'SELECT :i FROM shop', rows: 0, cases: "
                      "[{i: 1}, {i: 2}]}\n")},
  };
  CHECK(silent_mutants(source, *reference, {std::begin(mutants), std::end(mutants)}) ==
        std::vector<std::string>{
            "s.yaml drops a check: passes without after b [i=1]; after b [i=2]; before b [i=1]; "
            "before b [i=2]",
            "s.yaml drops a case: passes without after b [i=2]; before b [i=2]",
            "s.yaml drops a phase: passes without after b [i=1]; after b [i=2]",
            "s.yaml skips a check: passes without after b [i=1]; after b [i=2]; before b [i=1]; "
            "before b [i=2]"});
}

}  // namespace
}  // namespace baseline::vacuous_test
