// The checks of all phases: first those that need a look, whole; then all, as a table that the
// page's script can filter.
#include <fmt/format.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "report/page/sections.hpp"

namespace baseline::page {
namespace {

struct Listed {
  const Json* phase = nullptr;
  const Json* result = nullptr;
  std::string status;  // what it counts as
};

// A warning is a failure where the run is strict.
std::string status_of(const Json& phase, const Json& result) {
  const std::string status = text_of(result, "status");
  return status == "warn" && is_true(phase, "strict") ? "fail" : status;
}

std::vector<Listed> all_of(const Json& run) {
  std::vector<Listed> all;
  for (const Json& phase : child_of(run, "phases")) {
    for (const Json& result : child_of(phase, "results")) {
      all.push_back({&phase, &result, status_of(phase, result)});
    }
  }
  return all;
}

std::string_view word_for(std::string_view status) {
  if (status == "pass") return "passed";
  if (status == "fail") return "failed";
  if (status == "error") return "not evaluated";
  if (status == "warn") return "warning";
  if (status == "skip") return "skipped";
  return status;
}

std::string_view mark_for(std::string_view status) {
  if (status == "pass") return "✓";
  if (status == "fail") return "✗";
  if (status == "error") return "✗";
  if (status == "warn") return "!";
  return "–";
}

std::string phase_text(const Json& phase) {
  return text_of(phase, "phase") == "before" ? "Before the swap, on the new database"
                                             : "On the live database";
}

// A verification and a rollback have one phase, and no need to tell it from another.
std::string phase_of(const Json& run, const Json& phase) {
  if (text_of(run, "command") == "rollback") return "The backup, before the swap";
  return phase_text(phase);
}

void add_status(Node parent, const std::string& status) {
  Node pill = add(parent, "span", "status " + status);
  set(add(pill, "span", {}, mark_for(status)), "aria-hidden", "true");
  add_text(pill, fmt::format(" {}", word_for(status)));
}

std::string check_place(const Json& result) {
  const std::string file = text_of(result, "file");
  if (file.empty()) return {};
  return fmt::format("{}:{:.0f}:{:.0f}", file, number_of(result, "line"),
                     number_of(result, "column"));
}

void add_block(Node list, std::string_view term, const std::string& text) {
  if (text.empty()) return;
  Node pair = add(list, "div");
  add(pair, "dt", {}, term);
  add(add(pair, "dd"), "pre", {}, text);
}

void add_failure(Node section, const Json& run, const Listed& one, std::size_t number) {
  const Json& result = *one.result;
  Node article = add(section, "article", "failure " + one.status);
  set(article, "id", fmt::format("failure-{}", number));
  Node heading = add(article, "h3");
  add_status(heading, one.status);
  add(heading, "span", "suite", fmt::format(" {} / ", text_of(result, "suite")));
  add_text(heading, title_of(result));
  add(article, "p", "remark",
      fmt::format("{}{}{}", phase_of(run, *one.phase), check_place(result).empty() ? "" : " · ",
                  check_place(result)));
  Node facts = add(article, "dl", "blocks");
  add_block(facts, "Statement", text_of(result, "sql"));
  add_block(facts, "Command", text_of(result, "command"));
  add_block(facts, "Log", text_of(result, "log"));
  add_block(facts, "Expected", text_of(result, "expected"));
  add_block(facts, "Got", text_of(result, "got"));
  add_block(facts, "Why", text_of(result, "why"));
  add_block(facts, "Note", text_of(result, "note"));
  add_block(facts, "Hint", text_of(result, "hint"));
  add_block(facts, "Run it again", text_of(result, "rerun"));
}

bool needs_a_look(const Listed& one) {
  return one.status == "fail" || one.status == "error" || one.status == "warn";
}

std::string searched(const Json& result) {
  std::string text =
      fmt::format("{} {} {}", text_of(result, "suite"), title_of(result), text_of(result, "kind"));
  for (const Json& tag : child_of(result, "tags")) {
    if (tag.is_string()) text += " " + tag.get<std::string>();
  }
  return text;
}

void add_row(Node body, const Listed& one, std::size_t failure) {
  const Json& result = *one.result;
  Node row = add(body, "tr");
  set(row, "data-status", one.status);
  set(row, "data-text", searched(result));
  add_status(add(row, "td"), one.status);
  Node name = set(add(row, "th", "check"), "scope", "row");
  add(name, "span", "suite", text_of(result, "suite") + " / ");
  if (failure > 0) {
    set(add(name, "a", {}, title_of(result)), "href", fmt::format("#failure-{}", failure));
  } else {
    add_text(name, title_of(result));
  }
  const std::string remark = one.status == "skip" ? text_of(result, "skip_reason")
                             : failure == 0       ? text_of(result, "note")
                                                  : std::string();
  if (!remark.empty()) add(name, "span", "remark", " " + remark);
  add(row, "td", "kind-of-check", text_of(result, "kind"));
  add(row, "td", "number", duration_of(number_of(result, "duration_ms")));
}

// Hidden until the script is there, for without it there is nothing that could filter.
void add_filter(Node section) {
  Node form = add(section, "form", "filter");
  set(form, "id", "filter");
  set(form, "role", "search");
  set(form, "aria-label", "Filter the checks");
  set(form, "hidden", "");
  Node label = add(form, "label", {}, "Search ");
  set(set(add(label, "input"), "type", "search"), "id", "search");
  Node choices = add(form, "fieldset");
  add(choices, "legend", {}, "Show");
  for (const char* status : {"fail", "error", "warn", "pass", "skip"}) {
    Node choice = add(choices, "label");
    Node box = add(choice, "input");
    set(box, "type", "checkbox");
    set(box, "name", "status");
    set(box, "value", status);
    set(box, "checked", "");
    add_text(choice, fmt::format(" {}", word_for(status)));
  }
  set(set(add(form, "p"), "id", "shown"), "role", "status");
}

}  // namespace

std::string title_of(const Json& result) {
  const std::string label = text_of(result, "case");
  return label.empty() ? text_of(result, "name")
                       : fmt::format("{} [{}]", text_of(result, "name"), label);
}

void add_failures(Node main, const Json& run) {
  Node section;
  std::size_t number = 0;
  for (const Listed& one : all_of(run)) {
    if (!needs_a_look(one)) continue;
    if (!section) section = add_section(main, "failures", "Checks that need a look");
    add_failure(section, run, one, ++number);
  }
}

void add_checks(Node main, const Json& run) {
  const std::vector<Listed> all = all_of(run);
  if (all.empty()) return;
  Node section = add_section(main, "checks", "Checks");
  add_filter(section);
  Node table = add(add_scrolled(section, "All checks"), "table", "checks");
  set(table, "id", "check-table");
  add_columns(table, {{"Result"}, {"Check"}, {"Kind"}, {"Time", "number"}});
  Node body;
  const Json* phase = nullptr;
  std::size_t failures = 0;
  for (const Listed& one : all) {
    if (one.phase != phase) {
      phase = one.phase;
      body = add(table, "tbody");
      Node group = set(add(add(body, "tr", "group"), "th"), "scope", "rowgroup");
      set(group, "colspan", "4");
      add_text(group, fmt::format("{} · {}", phase_of(run, *phase),
                                  duration_of(number_of(*phase, "duration_ms"))));
    }
    add_row(body, one, needs_a_look(one) ? ++failures : 0);
  }
}

}  // namespace baseline::page
