#include "checks/check_loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "checks/cases.hpp"
#include "checks/keys.hpp"
#include "checks/kinds.hpp"
#include "checks/remarks.hpp"

namespace baseline {
namespace {

using yaml::Entry;
using yaml::Node;
using yaml::Reader;

const CheckKind* find_kind(std::string_view name) {
  for (const CheckKind& kind : check_kinds()) {
    if (kind.name() == name) return &kind;
  }
  return nullptr;
}

std::vector<std::string_view> keys_of(const CheckKind& kind) {
  std::vector<std::string_view> keys;
  for (const Key& key : common_keys()) keys.push_back(key.name);
  keys.push_back(kind.name());
  for (const Key& key : kind.keys) keys.push_back(key.name);
  return keys;
}

bool can_wait(const CheckKind& kind) {
  return std::ranges::find(kind.keys, kWaitKey, &Key::name) != kind.keys.end();
}

// A kind that was mistyped is told as an unknown key only, with what it should have been.
void report_no_kind(const Node& node, const Reader& reader) {
  std::vector<std::string> names;
  std::vector<std::string_view> keys;
  for (const CheckKind& kind : check_kinds()) {
    names.emplace_back(kind.name());
    for (const std::string_view key : keys_of(kind)) keys.push_back(key);
  }
  const std::vector<std::string> candidates(keys.begin(), keys.end());
  const bool mistyped = std::ranges::any_of(node.entries, [&](const Entry& entry) {
    const auto near = yaml::meant(entry.key.text, candidates);
    return near && std::ranges::find(names, *near) != names.end();
  });
  if (!mistyped) {
    reader.error(node.place, fmt::format("check has no kind; add one of {}", join(names, ", ")));
  }
  reader.only_keys(node, keys, "a check");
}

struct FoundKind {
  const CheckKind* kind;
  const Entry* entry;
};

// Null, and problems, when the check has no kind or several.
std::optional<FoundKind> kind_of_node(const Node& node, const Reader& reader) {
  std::optional<FoundKind> found;
  for (const Entry& entry : node.entries) {
    const CheckKind* const kind = find_kind(entry.key.text);
    if (kind == nullptr) continue;
    if (found) {
      const yaml::Place a = found->entry->key.place;
      const yaml::Place b = entry.key.place;
      reader.error(
          node.place,
          fmt::format("check has two kinds, '{}' ({}:{}) and '{}' ({}:{}); split it",
                      found->kind->name(), a.line, a.column, kind->name(), b.line, b.column));
      return std::nullopt;
    }
    found = FoundKind{kind, &entry};
  }
  if (!found) report_no_kind(node, reader);
  return found;
}

void read_name(const Node& node, const Reader& reader, CheckNames& names, CheckHead& head) {
  const Node* const name = node.find("name");
  if (name == nullptr) {
    reader.error(node.place, "'name' is missing: reports and --only need it");
    return;
  }
  const auto text = reader.text(*name, "name");
  if (!text) return;
  if (text->find('\n') != std::string::npos) {
    reader.error(name->place, "'name' must be on one line");
    return;
  }
  head.name = *text;
  const auto [first, is_new] = names.emplace(*text, name->place);
  if (!is_new) {
    reader.error(name->place, fmt::format("name '{}' is already used at {}:{}", *text,
                                          first->second.line, first->second.column));
  }
}

void read_phase_and_severity(const Node& node, const Reader& reader, CheckHead& head) {
  if (const Node* when = node.find("when")) {
    if (const auto choice = reader.choice(*when, "when", kWhenWords)) {
      head.when = static_cast<When>(*choice);
    }
  }
  if (const Node* severity = node.find("severity")) {
    if (const auto choice = reader.choice(*severity, "severity", kSeverityWords)) {
      head.severity = static_cast<Severity>(*choice);
    }
  }
}

void read_common(const Node& node, const Reader& reader, CheckHead& head) {
  read_phase_and_severity(node, reader, head);
  if (const Node* tags = node.find("tags")) {
    if (auto texts = reader.texts(*tags, "tags")) head.tags = *std::move(texts);
  }
  if (const Node* skip = node.find("skip")) {
    if (skip->as_text() == nullptr) {
      reader.error(skip->place, "'skip' takes the reason as text");
    } else {
      head.skip = reader.text(*skip, "skip");
    }
  }
  if (const Node* hint = node.find("hint")) {
    if (auto text = reader.text(*hint, "hint")) head.hint = trimmed(*text);
  }
  if (const Node* timeout = node.find("timeout")) {
    const auto duration = reader.duration(*timeout, "timeout");
    if (duration && duration->count() == 0) {
      reader.error(timeout->place, "'timeout' must be longer than 0");
    } else if (duration) {
      head.timeout = *duration;
    }
  }
}

void add_fixture(CheckDraft& draft, const Node& name) {
  const SuiteScope::SharedFixture* const shared = draft.scope.fixture(name);
  if (shared == nullptr || shared->fixture == nullptr) {
    draft.sql_complete = false;
    return;
  }
  const auto same = [&](const auto& other) { return other == shared->fixture; };
  if (std::ranges::any_of(draft.head.given, same)) {
    draft.reader().error(name.place, fmt::format("fixture '{}' is given twice", name.text));
    return;
  }
  draft.head.given.push_back(shared->fixture);
  draft.parameters.insert(draft.parameters.end(), shared->parameters.begin(),
                          shared->parameters.end());
}

// A key that the kind does not have is reported as unknown; what it holds is of no interest then.
const Node* find_own(const CheckDraft& draft, const CheckKind& kind, std::string_view key) {
  const bool known = std::ranges::find(kind.keys, key, &Key::name) != kind.keys.end();
  return known ? draft.node.find(key) : nullptr;
}

void read_given(CheckDraft& draft, const CheckKind& kind) {
  const Node* const given = find_own(draft, kind, "given");
  if (given == nullptr) return;
  if (given->is_scalar() && !given->empty) {
    add_fixture(draft, *given);
  } else if (given->is_list() && !given->items.empty()) {
    for (const Node& name : given->items) add_fixture(draft, name);
  } else {
    const std::string_view got = given->is_list() ? "an empty list" : given->type_name();
    draft.reader().error(
        given->place, fmt::format("'given' must be a fixture or a list of fixtures; got {}", got));
  }
}

// Waiting is for what changes while the application runs.
void read_wait(CheckDraft& draft, const CheckKind& kind) {
  const auto entry =
      std::ranges::find(draft.node.entries, kWaitKey, [](const Entry& e) { return e.key.text; });
  if (entry == draft.node.entries.end()) return;
  const bool on_scratch = draft.node.find("given") != nullptr;
  if (!can_wait(kind) || (on_scratch && find_own(draft, kind, "given") != nullptr)) {
    const std::string what =
        can_wait(kind) ? fmt::format("a {} with 'given'", kind.name()) : std::string(kind.name());
    draft.reader().error(entry->key.place,
                         fmt::format("'wait' is not for {}: its result cannot change", what));
    return;
  }
  if (const auto wait = draft.reader().duration(entry->value, kWaitKey)) draft.head.wait = *wait;
}

void read_foreign_keys(CheckDraft& draft, const CheckKind& kind, yaml::Place place) {
  draft.foreign_keys = draft.scope.foreign_keys();
  const Node* const own = find_own(draft, kind, "foreign_keys");
  if (own != nullptr) {
    if (const auto choice = draft.reader().choice(*own, "foreign_keys", kOnOff)) {
      draft.foreign_keys = *choice == 0;
    }
  } else if (kind.needs_foreign_keys && !draft.foreign_keys) {
    draft.scope.demand_foreign_keys(place);
  }
  draft.head.foreign_keys = draft.foreign_keys.value_or(false);
}

// "query asserts nothing; add 'value', 'rows' or 'result'".
void demand_assertion(const CheckDraft& draft, const CheckKind& kind) {
  const auto given = [&](std::string_view key) { return draft.node.find(key) != nullptr; };
  if (kind.asserts.empty() || std::ranges::any_of(kind.asserts, given)) return;
  draft.reader().error(draft.value.place,
                       fmt::format("{} asserts nothing; add '{}' or '{}'", kind.name(),
                                   fmt::join(kind.asserts.begin(), kind.asserts.end() - 1, "', '"),
                                   kind.asserts.back()));
}

}  // namespace

std::unique_ptr<Check> load_check(const Node& node, SuiteScope& scope, CheckNames& names) {
  const Reader& reader = scope.reader();
  if (!reader.map(node, "a check")) return nullptr;
  CheckHead head;
  read_name(node, reader, names, head);
  const auto found = kind_of_node(node, reader);
  if (!found) return nullptr;
  const CheckKind& kind = *found->kind;
  std::vector<std::string_view> known = keys_of(kind);
  if (node.find(kWaitKey) != nullptr) known.push_back(kWaitKey);  // read_wait() says what is wrong
  reader.only_keys(node, known, fmt::format("{} {} check", kind.article, kind.name()));

  head.suite = scope.suite();
  head.file = scope.file();
  head.place = node.place;
  head.kind = kind.name();
  head.when = kind.default_when;
  read_common(node, reader, head);

  CheckDraft draft{scope, node, found->entry->value, std::move(head), {}, {}, true};
  read_given(draft, kind);
  read_wait(draft, kind);
  read_foreign_keys(draft, kind, found->entry->key.place);
  const Node* const cases = find_own(draft, kind, "cases");
  draft.head.cases = read_cases(draft, cases);
  demand_assertion(draft, kind);
  std::unique_ptr<Check> check = kind.make(draft);
  match_parameters(draft, cases);
  if (scope.wants_remarks()) remark_on_check(draft, kind);
  return check;
}

}  // namespace baseline
