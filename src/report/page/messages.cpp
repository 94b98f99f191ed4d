// Why there is no verdict, what recovery did before the run, and what the operator was told.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/page/sections.hpp"

namespace baseline::page {
namespace {

void add_list(Node parent, const Json& texts) {
  if (!texts.is_array() || texts.empty()) return;
  Node list = add(parent, "ul");
  for (const Json& text : texts) {
    if (text.is_string()) add(list, "li", {}, text.get<std::string>());
  }
}

void add_titled(Node parent, std::string_view title, const Json& texts) {
  if (!texts.is_array() || texts.empty()) return;
  add(parent, "h3", {}, title);
  add_list(parent, texts);
}

void add_error(Node main, const Json& error) {
  if (!error.is_object()) return;
  // The head of the page has the message itself.
  const std::string hint = text_of(error, "hint");
  const Json& problems = child_of(error, "problems");
  const Json& notes = child_of(error, "notes");
  if (hint.empty() && problems.empty() && notes.empty()) return;
  Node section = add_section(main, "error", "What to do");
  if (!hint.empty()) add(section, "p", "hint", hint);
  add_titled(section, "What is wrong in the input", problems);
  add_titled(section, "What else is to be known", notes);
}

void add_incomplete(Node main, const Json& run) {
  const std::string why = text_of(run, "incomplete");
  if (why.empty()) return;
  Node section = add_section(main, "incomplete", "This page is not complete");
  add(section, "p", {},
      fmt::format("{} What follows is from the history and from the backup's manifest: steps, "
                  "checks and schemas are not known.",
                  why));
}

void add_notices(Node main, const Json& run) {
  Json warnings = child_of(run, "warnings");
  const Json& result = child_of(run, "result");
  if (!warnings.is_array()) warnings = Json::array();
  for (const Json& warning : child_of(result, "warnings")) warnings.push_back(warning);
  const Json& notes = child_of(run, "notes");
  const Json& recovered = child_of(result, "recovered");
  const bool has_notes = notes.is_array() && !notes.empty();
  if (warnings.empty() && !has_notes && !recovered.is_object()) return;
  Node section = add_section(main, "notices", "Warnings and notes");
  if (!warnings.empty()) {
    Node list = add(section, "ul");
    for (const Json& warning : warnings) {
      if (!warning.is_string()) continue;
      Node item = add(list, "li");
      add(item, "strong", "caution", "Warning: ");
      add_text(item, warning.get<std::string>());
    }
  }
  add_list(section, notes);
  if (recovered.is_object()) {
    add(section, "p", {},
        fmt::format("Before this run, a {} of {} that had been interrupted was {}.",
                    text_of(recovered, "command"), text_of(recovered, "started"),
                    text_of(recovered, "outcome")));
  }
}

}  // namespace

void add_messages(Node main, const Json& run) {
  add_incomplete(main, run);
  add_error(main, child_of(run, "error"));
  add_notices(main, run);
}

}  // namespace baseline::page
