// Two schemas side by side: what differs is open, what is equal is folded.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "report/page/sections.hpp"

namespace baseline::page {
namespace {

enum class State { same, changed, left_only, right_only };

struct Look {
  const char* css;
  const char* mark;
  const char* word;
};

Look look_of(State state) {
  switch (state) {
    case State::same:
      return {"same", "=", "the same"};
    case State::changed:
      return {"changed", "≠", "changed"};
    case State::left_only:
      return {"gone", "−", "only on the left"};
    case State::right_only:
      return {"came", "+", "only on the right"};
  }
  return {};
}

struct Pair {
  const Json* left = nullptr;
  const Json* right = nullptr;
  State state = State::same;
};

Pair paired(const Json& left, const Json& right, const char* key) {
  const bool same = text_of(left, key) == text_of(right, key);
  return {&left, &right, same ? State::same : State::changed};
}

// What has the same name on both sides comes together; else each side keeps its order. What is on
// the right only comes before what is on the left only where it `precedes` that.
template <typename Name, typename Precedes>
std::vector<Pair> align(const Json& left, const Json& right, const Name& name_of,
                        const Precedes& precedes) {
  std::multimap<std::string, const Json*> there;
  for (const Json& one : right) there.emplace(name_of(one), &one);
  std::map<const Json*, const Json*> partner;  // both ways
  for (const Json& one : left) {
    const auto found = there.find(name_of(one));
    if (found == there.end()) continue;
    partner[&one] = found->second;
    partner[found->second] = &one;
    there.erase(found);
  }
  std::vector<Pair> out;
  std::set<const Json*> shown;
  auto next = right.begin();
  const auto show_right_only = [&](const auto& wanted) {
    for (; next != right.end(); ++next) {
      if (shown.contains(&*next)) continue;
      if (partner.contains(&*next) || !wanted(*next)) return;
      out.push_back({nullptr, &*next, State::right_only});
    }
  };
  const auto all = [](const Json&) { return true; };
  for (const Json& one : left) {
    const auto found = partner.find(&one);
    if (found == partner.end()) {
      show_right_only([&](const Json& other) { return precedes(other, one); });
      out.push_back({&one, nullptr, State::left_only});
      continue;
    }
    show_right_only(all);
    out.push_back(paired(one, *found->second, "meaning"));
    shown.insert(found->second);
  }
  show_right_only(all);
  return out;
}

struct Object {
  Pair pair;
  std::vector<Pair> parts;
  bool reordered = false;

  const Json& any() const { return pair.left != nullptr ? *pair.left : *pair.right; }
};

// Whether the parts that both sides have come in another order.
bool is_reordered(const Pair& object, const std::vector<Pair>& parts) {
  if (object.left == nullptr || object.right == nullptr) return false;
  const Json& right = child_of(*object.right, "parts");
  std::vector<const Json*> order;
  for (const Pair& part : parts) {
    if (part.left != nullptr && part.right != nullptr) order.push_back(part.right);
  }
  auto next = order.begin();
  for (const Json& part : right) {
    if (std::ranges::find(order, &part) == order.end()) continue;
    if (*next != &part) return true;
    ++next;
  }
  return false;
}

const Json& parts_of(const Json* object) {
  static const Json none = Json::array();
  if (object == nullptr) return none;
  const Json& parts = child_of(*object, "parts");
  return parts.is_array() ? parts : none;
}

std::vector<Object> objects_of(const Json& left, const Json& right) {
  std::vector<Object> out;
  const auto name = [](const Json& one) {
    return text_of(one, "kind") + " " + text_of(one, "name");
  };
  const auto label = [](const Json& one) { return text_of(one, "label"); };
  const auto by_name = [&](const Json& a, const Json& b) { return name(a) < name(b); };
  // Columns come first, and keep their place among the others.
  const auto by_kind = [&](const Json& a, const Json& b) {
    return label(a).rfind("column ", 0) == 0 && label(b).rfind("column ", 0) != 0;
  };
  for (const Pair& pair : align(left, right, name, by_name)) {
    Object object{pair, align(parts_of(pair.left), parts_of(pair.right), label, by_kind)};
    object.reordered = is_reordered(pair, object.parts);
    if (pair.left != nullptr && pair.right != nullptr) {
      const bool same = std::ranges::all_of(
          object.parts, [](const Pair& part) { return part.state == State::same; });
      object.pair.state = same && !object.reordered ? State::same : State::changed;
    }
    out.push_back(std::move(object));
  }
  return out;
}

// The part of a text that the other one has not, between what both begin and end with; whole words.
struct Middle {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::size_t word_start(std::string_view text, std::size_t at) {
  while (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(') --at;
  return at;
}

std::size_t word_end(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != ' ' && text[at] != ')' && text[at] != ',') ++at;
  return at;
}

Middle middle_of(std::string_view text, std::string_view other) {
  const auto [first, ignored] = std::ranges::mismatch(text, other);
  const std::size_t begin = word_start(text, static_cast<std::size_t>(first - text.begin()));
  std::size_t tail = 0;
  while (tail < text.size() - begin && tail < other.size() - std::min(begin, other.size()) &&
         text[text.size() - 1 - tail] == other[other.size() - 1 - tail]) {
    ++tail;
  }
  return {begin, word_end(text, text.size() - tail)};
}

void add_side(Node row, const Json* part, const Json* other) {
  Node side = add(row, "td");
  if (part == nullptr) return;
  Node cell = add(side, "code");
  const std::string text = text_of(*part, "text");
  const std::string against = other == nullptr ? text : text_of(*other, "text");
  if (text == against) return add_text(cell, text);
  const Middle middle = middle_of(text, against);
  add_text(cell, std::string_view(text).substr(0, middle.begin));
  const std::string marked = text.substr(middle.begin, middle.end - middle.begin);
  if (!marked.empty()) add(cell, "mark", {}, marked);
  add_text(cell, std::string_view(text).substr(middle.end));
}

void add_mark(Node parent, State state) {
  const Look look = look_of(state);
  set(add(parent, "span", std::string("state ") + look.css, look.mark), "aria-hidden", "true");
}

void add_parts(Node parent, const Json& schemas, const Object& object) {
  Node table = add(parent, "table", "schema");
  Node columns = add(add(table, "thead"), "tr");
  set(add(columns, "th", "narrow"), "scope", "col");
  add_unseen(columns.first_child(), "Difference");
  for (const char* side : {"left_title", "right_title"}) {
    std::string title = text_of(schemas, side);
    if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] -= 'a' - 'A';
    set(add(columns, "th", {}, title), "scope", "col");
  }
  Node body = add(table, "tbody");
  for (const Pair& part : object.parts) {
    const Look look = look_of(part.state);
    Node row = add(body, "tr", look.css);
    Node mark = add(row, "td", "narrow");
    add_mark(mark, part.state);
    add_unseen(mark, look.word);
    add_side(row, part.left, part.state == State::changed ? part.right : nullptr);
    add_side(row, part.right, part.state == State::changed ? part.left : nullptr);
  }
}

std::string rows_leaving(const Json& run, const Json& object) {
  if (text_of(object, "kind") != "table") return {};
  for (const Json& table : child_of(child_of(child_of(run, "result"), "old"), "tables")) {
    if (text_of(table, "name") == text_of(object, "name")) return rows_of(table);
  }
  return {};
}

void add_object(Node section, const Json& run, const Json& schemas, const Object& object,
                bool opened) {
  Node details = add(section, "details", look_of(object.pair.state).css);
  if (opened && object.pair.state != State::same) set(details, "open", "");
  Node summary = add(details, "summary");
  add_mark(summary, object.pair.state);
  add(summary, "span", "object-kind", text_of(object.any(), "kind") + " ");
  add(summary, "b", {}, text_of(object.any(), "name"));
  std::string words = look_of(object.pair.state).word;
  if (object.pair.state == State::left_only) words = "only in " + text_of(schemas, "left_title");
  if (object.pair.state == State::right_only) words = "only in " + text_of(schemas, "right_title");
  const std::string rows =
      object.pair.left != nullptr ? rows_leaving(run, *object.pair.left) : std::string();
  if (!rows.empty()) words += "; it had " + rows;
  add(summary, "span", "remark", " " + words);
  if (object.reordered) add(details, "p", "remark", "The order of the columns differs.");
  add_parts(details, schemas, object);
}

std::string count_text(const std::vector<Object>& objects, const Json& schemas) {
  std::array<std::size_t, 4> counts{};
  for (const Object& object : objects) ++counts[static_cast<std::size_t>(object.pair.state)];
  std::vector<std::string> parts;
  const auto say = [&](State state, const std::string& words) {
    const std::size_t count = counts[static_cast<std::size_t>(state)];
    if (count > 0) parts.push_back(fmt::format("{} {}", count, words));
  };
  say(State::changed, "changed");
  say(State::left_only, "only in " + text_of(schemas, "left_title"));
  say(State::right_only, "only in " + text_of(schemas, "right_title"));
  say(State::same, "the same");
  return parts.empty() ? "Both are empty." : join(parts, ", ") + ".";
}

}  // namespace

std::string rows_of(const Json& table) {
  const Json& rows = child_of(table, "rows");
  return rows.is_number_unsigned() ? counted(rows.get<std::uint64_t>(), "row") : "rows not counted";
}

void add_schemas(Node main, const Json& run) {
  const Json& schemas = child_of(run, "schemas");
  const bool has_left = child_of(schemas, "left").is_array();
  const bool has_right = child_of(schemas, "right").is_array();
  if (!has_left && !has_right) return;
  Node section = add_section(main, "schemas", "Schemas");
  static const Json none = Json::array();
  const Json& left = has_left ? child_of(schemas, "left") : none;
  const Json& right = has_right ? child_of(schemas, "right") : none;
  if (!has_left || !has_right) {
    const std::string missing = text_of(schemas, has_left ? "right_title" : "left_title");
    add(section, "p", {}, fmt::format("There is no schema of {} to compare with.", missing));
  }
  const std::vector<Object> objects = objects_of(left, right);
  add(section, "p", {},
      fmt::format("Tables, indexes, views and triggers of {} (left) and {} (right): {}",
                  text_of(schemas, "left_title"), text_of(schemas, "right_title"),
                  count_text(objects, schemas)));
  constexpr std::size_t kMostOpen = 40;
  std::size_t open = 0;
  for (const Object& object : objects) {
    const bool differs = object.pair.state != State::same;
    add_object(section, run, schemas, object, has_left && has_right && open < kMostOpen);
    if (differs) ++open;
  }
}

}  // namespace baseline::page
