// Who ran what, where and how; what the application's commands did.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/page/sections.hpp"

namespace baseline::page {
namespace {

std::string engine_sentence(const Json& result) {
  const Json& engine = child_of(result, "engine");
  const std::string name = text_of(engine, "name");
  if (name == "swap") return "swap: the new file takes the old one's name in one atomic step";
  if (name.empty()) return {};
  const std::string why = text_of(engine, "why");
  return "in place: the content of the file is replaced" + (why.empty() ? "" : ", because " + why);
}

std::string backup_strategy(const Json& result) {
  const Json& plan = child_of(result, "plan");
  const std::string strategy = text_of(plan, "strategy");
  if (strategy.empty()) return {};
  const std::string why = text_of(plan, "why");
  return strategy + (why.empty() ? "" : ": " + why);
}

std::string reason_text(const Json& old) {
  if (is_true(old, "exists")) return text_of(old, "unreadable");
  return child_of(old, "exists").is_boolean() ? "none: the database was new" : "";
}

// How the file of the new database is kept.
std::string settings_text(const Json& settings) {
  std::string text;
  if (!settings.is_object()) return text;
  for (const auto& [name, value] : settings.items()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name,
                        value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text;
}

void add_users(Node facts, const Json& old) {
  std::string text;
  for (const Json& holder : child_of(old, "holders")) {
    text += fmt::format("{}pid {:.0f} ({})", text.empty() ? "" : ", ", number_of(holder, "pid"),
                        text_of(holder, "command"));
  }
  add_fact(facts, "In use by", text);
}

void add_hooks(Node section, const Json& hooks) {
  Node table = add(add_scrolled(section, "Commands of the application"), "table", "plain");
  add_columns(table, {{"Command"}, {"Runs"}, {"Result"}, {"Took"}});
  Node body = add(table, "tbody");
  for (const Json& hook : hooks) {
    Node row = add(body, "tr");
    set(add(row, "th", {}, text_of(hook, "hook")), "scope", "row");
    add(add(row, "td"), "code", {}, text_of(hook, "command"));
    Node got = add(row, "td");
    const bool planned = !child_of(hook, "good").is_boolean();
    add_text(got, planned ? "would be run" : text_of(hook, "result"));
    if (!text_of(hook, "output").empty()) add(got, "pre", {}, text_of(hook, "output"));
    add(row, "td", "number", planned ? "" : duration_of(number_of(hook, "took_ms")));
  }
}

void add_application(Node main, const Json& result) {
  const Json& application = child_of(result, "application");
  const Json& planned = child_of(child_of(result, "plan"), "hooks");
  const bool is_plan = planned.is_array() && !planned.empty();
  if (!application.is_object() && !is_plan) return;
  Node section = add_section(main, "application", "Application");
  if (!application.is_object()) return add_hooks(section, planned);
  const bool running = is_true(application, "running");
  const bool by_hand = !running && text_of(result, "outcome") == "done";
  Node text = add(section, "p");
  add(text, "strong", running || by_hand ? "" : "bad",
      running   ? "It was started."
      : by_hand ? "It was stopped, and is to be started by hand."
                : "It is not running.");
  if (child_of(application, "stopped_ms").is_number()) {
    add_text(text,
             fmt::format(" From the beginning of its stop to the end of its start it took {}.",
                         duration_of(number_of(application, "stopped_ms"))));
  }
  const Json& hooks = child_of(application, "hooks");
  if (hooks.is_array() && !hooks.empty()) add_hooks(section, hooks);
}

}  // namespace

void add_facts(Node main, const Json& run) {
  const Json& result = child_of(run, "result");
  add_application(main, result);
  Node section = add_section(main, "run", "The run");
  Node facts = add(section, "dl", "facts");
  const Json& old = child_of(result, "old");
  add_fact(facts, "Command", "baseline " + text_of(run, "command"), "code");
  add_fact(facts, "Database", text_of(run, "database"), "code");
  add_fact(facts, "Old database", reason_text(old));
  add_users(facts, old);
  add_fact(facts, "Replaced by", engine_sentence(result));
  add_fact(facts, "New file", settings_text(child_of(result, "new")));
  add_fact(facts, "Backup", backup_strategy(result));
  add_fact(facts, "Restored from", text_of(result, "source"), "code");
  add_fact(facts, "Began", time_of(text_of(run, "started")));
  if (child_of(run, "duration_ms").is_number()) {
    add_fact(facts, "Took", duration_of(number_of(run, "duration_ms")));
  }
  add_fact(facts, "Ended", time_of(text_of(run, "ended")));
  if (!text_of(run, "host").empty()) {
    add_fact(facts, "By", fmt::format("{} on {}", text_of(run, "user"), text_of(run, "host")));
  }
  add_fact(facts, "ID", text_of(run, "run"), "code");
  add_fact(facts, "Program", text_of(run, "tool"));
  add_fact(facts, "Database engine", text_of(run, "engine"));
}

}  // namespace baseline::page
