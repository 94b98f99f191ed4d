#include "checks/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/check.hpp"

namespace baseline {
namespace {

bool has_tag(const Check& check, const std::string& tag) {
  const std::vector<std::string>& tags = check.head().tags;
  return std::ranges::find(tags, tag) != tags.end();
}

bool has_any_tag(const Check& check, const std::vector<std::string>& tags) {
  return std::ranges::any_of(tags, [&](const std::string& tag) { return has_tag(check, tag); });
}

bool fits(const Check& check, const std::string& glob) {
  return glob_matches(glob, check.head().path());
}

[[noreturn]] void throw_unknown(std::string_view what, const std::string& word,
                                const std::vector<std::string>& known, const std::string& advice) {
  const auto near = did_you_mean(word, known);
  throw Error(ErrorCode::usage, fmt::format("{} '{}'", what, printable(word)),
              near ? fmt::format("did you mean '{}'?", printable(*near)) : advice);
}

void demand_globs(const Suites& suites, const std::vector<std::string>& globs) {
  for (const std::string& glob : globs) {
    const auto fitting = [&](const auto& check) { return fits(*check, glob); };
    if (std::ranges::any_of(suites.checks(), fitting)) continue;
    std::vector<std::string> paths;
    for (const auto& check : suites.checks()) paths.push_back(check->head().path());
    throw_unknown("no check matches", glob, paths, "names are SUITE/CHECK and may hold * and ?");
  }
}

void demand_tags(const Suites& suites, const std::vector<std::string>& tags) {
  std::set<std::string> known;
  for (const auto& check : suites.checks()) {
    known.insert(check->head().tags.begin(), check->head().tags.end());
  }
  for (const std::string& tag : tags) {
    if (known.contains(tag)) continue;
    const std::vector<std::string> words(known.begin(), known.end());
    throw_unknown("no check has the tag", tag, words,
                  words.empty() ? "no check has any tag; baseline checks list shows them"
                                : fmt::format("there are: {}", printable(join(words, ", "))));
  }
}

}  // namespace

std::string Selection::left_out(const Check& check) const {
  const auto fitting = [&](const std::string& glob) { return fits(check, glob); };
  if (!only.empty() && std::ranges::none_of(only, fitting)) return "no --only matches it";
  if (!tags.empty() && !has_any_tag(check, tags)) return "it has no tag that --tag wants";
  const auto skipped = [&](const std::string& tag) { return has_tag(check, tag); };
  const auto tag = std::ranges::find_if(skip_tags, skipped);
  return tag == skip_tags.end() ? "" : fmt::format("--skip-tag {}", *tag);
}

void demand_selected(const Suites& suites, const Selection& selection) {
  if (suites.checks().empty()) throw Error(ErrorCode::usage, "there is no check to run");
  demand_globs(suites, selection.only);
  demand_tags(suites, selection.tags);
  demand_tags(suites, selection.skip_tags);
  const auto taken = [&](const auto& check) { return selection.takes(*check); };
  if (std::ranges::none_of(suites.checks(), taken)) {
    throw Error(ErrorCode::usage, "--only, --tag and --skip-tag together leave no check to run",
                "baseline checks list shows what each of them takes");
  }
}

}  // namespace baseline
