#include "report/page/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.hpp"
#include "os/clock.hpp"
#include "report/human.hpp"

namespace baseline::page {
namespace {

// pugixml writes XML; these have no end tag in HTML. Text is escaped, so that none is found in it.
constexpr std::string_view kVoid[] = {"</br>", "</input>"};

}  // namespace

Node add(Node parent, const char* element, std::string_view css) {
  Node node = parent.append_child(element);
  if (!css.empty()) set(node, "class", css);
  return node;
}

Node add(Node parent, const char* element, std::string_view css, std::string_view text) {
  Node node = add(parent, element, css);
  add_text(node, text);
  return node;
}

void add_text(Node parent, std::string_view text) {
  if (text.empty()) return;
  parent.append_child(pugi::node_pcdata).set_value(printable_lines(text).c_str());
}

Node set(Node node, const char* attribute, std::string_view value) {
  node.append_attribute(attribute).set_value(printable(value).c_str());
  return node;
}

Node add_section(Node main, const std::string& id, std::string_view heading) {
  Node section = add(main, "section");
  set(section, "id", id);
  set(section, "aria-labelledby", id + "-heading");
  set(add(section, "h2", {}, heading), "id", id + "-heading");
  return section;
}

void add_fact(Node list, std::string_view term, std::string_view value, std::string_view css) {
  if (value.empty()) return;
  Node pair = add(list, "div");
  add(pair, "dt", {}, term);
  add(pair, "dd", css, value);
}

Node add_columns(Node table, std::initializer_list<Column> columns) {
  Node row = add(add(table, "thead"), "tr");
  for (const Column& one : columns) set(add(row, "th", one.css, one.title), "scope", "col");
  return row;
}

void add_command(Node parent, std::string_view command) {
  Node block = add(parent, "pre", "command");
  set(block, "tabindex", "0");
  add(block, "code", {}, command);
}

void add_unseen(Node parent, std::string_view text) { add(parent, "span", "unseen", text); }

Node add_scrolled(Node parent, const std::string& label) {
  Node box = add(parent, "div", "scrolled");
  set(box, "tabindex", "0");
  set(box, "role", "region");
  set(box, "aria-label", label);
  return box;
}

std::string html_of(Node parent) {
  std::ostringstream out;
  for (const Node& child : parent.children()) {
    child.print(out, "", pugi::format_raw | pugi::format_no_empty_element_tags,
                pugi::encoding_utf8);
    out << '\n';
  }
  std::string text = out.str();
  for (const std::string_view tag : kVoid) {
    for (std::size_t at = text.find(tag); at != std::string::npos; at = text.find(tag, at)) {
      text.erase(at, tag.size());
    }
  }
  return text;
}

const Json& child_of(const Json& json, const char* key) {
  static const Json nothing;
  if (!json.is_object()) return nothing;
  const auto found = json.find(key);
  return found == json.end() ? nothing : *found;
}

std::string text_of(const Json& json, const char* key) {
  const Json& value = child_of(json, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

double number_of(const Json& json, const char* key) {
  const Json& value = child_of(json, key);
  const double number = value.is_number() ? value.get<double>() : 0;
  return std::isfinite(number) ? number : 0;
}

bool is_true(const Json& json, const char* key) {
  const Json& value = child_of(json, key);
  return value.is_boolean() && value.get<bool>();
}

std::string duration_of(double milliseconds) {
  constexpr double kLongest = 1e12;  // what a damaged record says must not overflow
  const double time = std::clamp(milliseconds, 0.0, kLongest);
  if (time < 1e-6) return "0 ms";
  if (time < 0.095) return fmt::format("{:.0f} µs", time * 1000);
  return human_report::duration(std::chrono::nanoseconds(static_cast<std::int64_t>(time * 1e6)));
}

std::string time_of(const std::string& rfc3339) {
  if (!parse_rfc3339(rfc3339)) return rfc3339;
  return fmt::format("{} {} UTC", rfc3339.substr(0, 10), rfc3339.substr(11, 8));
}

}  // namespace baseline::page
