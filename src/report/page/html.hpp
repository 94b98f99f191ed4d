#pragma once

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <pugixml.hpp>
#include <string>
#include <string_view>

/// Small words for building the page. Text and values become nodes of a document, so that whatever
/// they hold is shown and never taken for HTML.
namespace baseline::page {

using Json = nlohmann::ordered_json;
using Node = pugi::xml_node;

/// Adds an element, with a class unless that is empty.
Node add(Node parent, const char* element, std::string_view css = {});
/// The same, with text in it.
Node add(Node parent, const char* element, std::string_view css, std::string_view text);
/// Appends text to an element; what is not printable in it is shown as `\xNN`.
void add_text(Node parent, std::string_view text);
Node set(Node node, const char* attribute, std::string_view value);

/// A section with a heading of the second level, found at `#id`.
Node add_section(Node main, const std::string& id, std::string_view heading);
/// A pair of a list of facts (dl); nothing when there is no value.
void add_fact(Node list, std::string_view term, std::string_view value, std::string_view css = {});
/// The heads of a table's columns, each with a class unless that is empty; the row of them.
struct Column {
  std::string_view title;
  std::string_view css = {};
};
Node add_columns(Node table, std::initializer_list<Column> columns);
/// A command to be copied, or some lines of them.
void add_command(Node parent, std::string_view command);
/// Words for screen readers only.
void add_unseen(Node parent, std::string_view text);
/// Something wide that is scrolled by itself, also with the keyboard.
Node add_scrolled(Node parent, const std::string& label);

/// The children of `parent` as HTML.
std::string html_of(Node parent);

/// What a document says, empty or null where it does not: it may be of another release, or damaged.
std::string text_of(const Json& json, const char* key);
double number_of(const Json& json, const char* key);
bool is_true(const Json& json, const char* key);
const Json& child_of(const Json& json, const char* key);

/// "11 ms" of milliseconds.
std::string duration_of(double milliseconds);
/// "2026-11-21 02:35:58 UTC" of a time as records have it (RFC 3339); anything else as it is.
std::string time_of(const std::string& rfc3339);

}  // namespace baseline::page
