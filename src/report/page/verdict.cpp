// The verdict of a run, and the figures that it is judged by.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"
#include "report/page/sections.hpp"

namespace baseline::page {
namespace {

bool is_rollback(const Json& run) { return text_of(run, "command") == "rollback"; }

std::string run_revision(const Json& run) { return text_of(child_of(run, "result"), "revision"); }

Verdict done(const Json& run, const std::string& database) {
  const Json& result = child_of(run, "result");
  if (text_of(run, "command") == "verify") {
    return {Tone::good, "Verified", fmt::format("{} passes its checks.", database)};
  }
  if (is_rollback(run)) {
    const std::string revision = run_revision(run);
    return {Tone::good, "Rolled back",
            fmt::format("{} is back at the backup {}{}.", database, text_of(result, "source"),
                        revision.empty() ? "" : ", revision " + revision)};
  }
  return {Tone::good, "Deployed",
          fmt::format("{} is at baseline {}.", database, run_revision(run))};
}

Verdict swapped_back(const std::string& database) {
  return {Tone::bad, "Checks failed; the old database is back",
          fmt::format("The new database was live, failed, and was taken out again. {} is as it was "
                      "before.",
                      database)};
}

Verdict kept(const std::string& database) {
  return {Tone::bad, "Checks failed; the new database was kept",
          fmt::format("{} is the new database although it failed: --on-failure keep.", database)};
}

Verdict checks_failed(const Json& run, const std::string& database) {
  const Json& result = child_of(run, "result");
  const std::string command = text_of(run, "command");
  if (command == "verify") {
    return {Tone::bad, "Checks failed",
            fmt::format("{} does not pass its checks. Nothing was changed.", database)};
  }
  if (command == "plan") {
    return {Tone::bad, "A deploy would fail",
            "The new database does not pass its checks. Nothing was changed."};
  }
  if (is_true(result, "swapped_back")) return swapped_back(database);
  if (child_of(result, "unavailable_ms").is_number()) return kept(database);
  return {Tone::bad, "Checks failed; nothing was changed",
          fmt::format("The new database failed before the swap. {} was not touched.", database)};
}

// A line of the history has an outcome in its own words.
Verdict of_history(const Json& run, const std::string& database) {
  const std::string outcome = text_of(run, "outcome");
  if (outcome == "done") return done(run, database);
  if (outcome.rfind("finished", 0) == 0) {
    return {Tone::caution, "Interrupted, and finished by recovery",
            fmt::format("{} is the new database. Its last checks may not have run.", database)};
  }
  if (outcome.rfind("undid", 0) == 0) {
    return {Tone::caution, "Interrupted, and undone by recovery",
            fmt::format("{} is the old database, as it was before the run.", database)};
  }
  if (outcome.rfind("kept", 0) == 0) return kept(database);
  if (outcome.ends_with("swapped back")) return swapped_back(database);
  return {Tone::neutral, outcome.empty() ? "Unknown" : outcome, database};
}

std::string heading_of_error(const std::string& kind) {
  if (kind == "in use") return "In use";
  if (kind == "refused") return "Refused";
  if (kind == "usage") return "Not understood";
  if (kind == "I/O") return "Input or output failed";
  if (kind == "needs a person") return "A person is needed";
  if (kind == "declined") return "Not confirmed";
  if (kind == "interrupted") return "Interrupted";
  if (kind == "unfinished") return "Not ended";
  return "Ended with an error";
}

Verdict of_error(const Json& error) {
  const std::string kind = text_of(error, "kind");
  const bool mild = kind == "in use" || kind == "declined" || kind == "unfinished";
  return {mild ? Tone::caution : Tone::bad, heading_of_error(kind), text_of(error, "message")};
}

std::string_view css_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "verdict good";
    case Tone::caution:
      return "verdict caution";
    case Tone::bad:
      return "verdict bad";
    case Tone::neutral:
      return "verdict neutral";
  }
  return {};
}

std::string_view mark_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "✓";
    case Tone::caution:
      return "!";
    case Tone::bad:
      return "✗";
    case Tone::neutral:
      return "–";
  }
  return {};
}

std::string checks_text(const Json& run) {
  const Json& summary = child_of(run, "summary");
  std::string text;
  for (const auto& [key, word] : {std::pair("pass", "passed"), std::pair("fail", "failed"),
                                  std::pair("error", "not evaluated"), std::pair("warn", "warned"),
                                  std::pair("skip", "skipped")}) {
    const double count = number_of(summary, key);
    if (count > 0) text += fmt::format("{}{:.0f} {}", text.empty() ? "" : ", ", count, word);
  }
  return text;
}

// What a run that did not go through would have brought is not what is there.
std::string revision_term(const Json& run) {
  const std::string outcome = text_of(run, "outcome");
  const bool there = outcome == "done" || outcome == "nothing to do";
  if (there || !text_of(run, "incomplete").empty()) return "Revision";
  return outcome == "would do" ? "Revision, planned" : "Revision, tried";
}

std::string revisions_text(const Json& run) {
  const Json& result = child_of(run, "result");
  const Json& old = child_of(result, "old");
  std::string from = text_of(result, "from");
  if (is_true(old, "exists")) from = text_of(old, "revision");
  const std::string to = run_revision(run);
  if (from == to) return from;
  return fmt::format("{} → {}", from.empty() ? "none" : from, to.empty() ? "none" : to);
}

}  // namespace

Verdict verdict_of(const Json& run) {
  const std::string database = text_of(run, "database");
  const std::string outcome = text_of(run, "outcome");
  if (!text_of(run, "incomplete").empty()) return of_history(run, database);
  if (child_of(run, "error").is_object()) return of_error(child_of(run, "error"));
  if (outcome == "done") return done(run, database);
  if (outcome == "checks failed") return checks_failed(run, database);
  if (outcome == "nothing to do") {
    const std::string why = text_of(child_of(run, "result"), "idle");
    return {Tone::good, "Nothing to do",
            why.empty() ? fmt::format("{} is at baseline {} already.", database, run_revision(run))
                        : fmt::format("{}: {}.", database, why)};
  }
  if (outcome == "would do") {
    return {Tone::good,
            is_rollback(run) ? "A rollback would go through" : "A deploy would go through",
            "This is a plan. Nothing was changed."};
  }
  return {Tone::neutral, outcome.empty() ? "Unknown" : outcome, database};
}

void add_head(Node body, const Json& run, const Verdict& verdict) {
  Node header = add(body, "header");
  Node kind = add(header, "p", "kind", "baseline ");
  add(kind, "b", {}, text_of(run, "command"));
  std::string when = text_of(run, "started");
  if (when.empty()) when = text_of(run, "ended");
  if (!when.empty()) {
    add_text(kind, " · ");
    set(add(kind, "time", {}, time_of(when)), "datetime", when);
  }
  if (!text_of(run, "host").empty()) add_text(kind, " · " + text_of(run, "host"));

  Node box = add(header, "div", css_of(verdict.tone));
  set(add(box, "span", "mark", mark_of(verdict.tone)), "aria-hidden", "true");
  Node words = add(box, "div");
  add(words, "h1", {}, verdict.heading);
  add(words, "p", {}, verdict.sentence);

  const Json& result = child_of(run, "result");
  Node figures = add(header, "dl", "figures");
  if (child_of(result, "unavailable_ms").is_number()) {
    add_fact(figures, "Unavailable for", duration_of(number_of(result, "unavailable_ms")), "large");
  } else if (child_of(run, "window").is_object()) {
    add_fact(figures, "Unavailable for about",
             duration_of(number_of(child_of(run, "window"), "took_ms")), "large");
  }
  add_fact(figures, "Checks", checks_text(run));
  add_fact(figures, is_rollback(run) ? "Replaced database" : "Old database",
           size_of(child_of(result, "old")));
  add_fact(figures, revision_term(run), revisions_text(run));
  if (child_of(run, "exit_code").is_number()) {
    add_fact(figures, "Exit code", fmt::format("{:.0f}", number_of(run, "exit_code")));
  }
}

}  // namespace baseline::page
