#include "store/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "os/sha256.hpp"
#include "store/migration_tools.hpp"

namespace baseline {
namespace {

// `table`: that it belongs to, or empty.
bool ignored(const std::string& name, const std::string& table,
             std::span<const std::string> globs) {
  if (is_litestream_table(name) || is_litestream_table(table)) return true;
  return std::ranges::any_of(globs, [&](const std::string& glob) {
    return glob_matches(glob, name) || (!table.empty() && glob_matches(glob, table));
  });
}

// The values that `other` does not have.
std::vector<std::string> values_missing_from(std::vector<std::string> other,
                                             std::vector<std::string> values) {
  std::ranges::sort(values);
  std::ranges::sort(other);
  std::vector<std::string> out;
  std::ranges::set_difference(values, other, std::back_inserter(out));
  return out;
}

void compare_marks(const Schema& reference, const Schema& actual,
                   std::span<const std::string> ignore, std::vector<SchemaDifference>& out) {
  for (const SchemaMark& mark : reference.marks) {
    if (ignored(mark.table, {}, ignore)) continue;
    const auto found = std::ranges::find(actual.marks, mark.name, &SchemaMark::name);
    const std::vector<std::string> none;
    const auto& values = found == actual.marks.end() ? none : found->values;
    for (std::string& value : values_missing_from(values, mark.values)) {
      out.push_back({false, mark.name, std::move(value)});
    }
    for (std::string& value : values_missing_from(mark.values, values)) {
      out.push_back({true, mark.name, std::move(value)});
    }
  }
}

using ObjectKey = std::pair<std::string, std::string>;  // kind, name

std::map<ObjectKey, const SchemaObject*> by_key(const Schema& schema,
                                                std::span<const std::string> ignore) {
  std::map<ObjectKey, const SchemaObject*> out;
  for (const SchemaObject& object : schema.objects) {
    if (!ignored(object.name, object.table, ignore))
      out.emplace(ObjectKey(object.kind, object.name), &object);
  }
  return out;
}

// A reader looks for a table's name first, so parts of tables need no kind in front.
std::string part_owner(const SchemaObject& object) {
  return object.kind == "table" ? object.name : object.kind + " " + object.name;
}

// Parts may have equal labels (the same unnamed CHECK twice), hence a multimap.
std::vector<const SchemaPart*> missing_from(const SchemaObject& object, const SchemaObject& other) {
  std::multimap<std::string, std::string> there;
  for (const SchemaPart& part : other.parts) there.emplace(part.label, part.meaning);
  std::vector<const SchemaPart*> out;
  for (const SchemaPart& part : object.parts) {
    const auto [first, last] = there.equal_range(part.label);
    const auto found =
        std::find_if(first, last, [&](const auto& entry) { return entry.second == part.meaning; });
    if (found == last) {
      out.push_back(&part);
    } else {
      there.erase(found);
    }
  }
  return out;
}

// The labels of `object` that `other` has too, in the order of `object`.
std::vector<std::string> common_labels(const SchemaObject& object, const SchemaObject& other) {
  std::vector<std::string> out;
  for (const SchemaPart& part : object.parts) {
    const bool common = std::ranges::any_of(
        other.parts, [&](const SchemaPart& theirs) { return theirs.label == part.label; });
    if (common) out.push_back(part.label);
  }
  return out;
}

void compare(const SchemaObject& reference, const SchemaObject& actual,
             std::vector<SchemaDifference>& out) {
  const std::string owner = part_owner(reference);
  for (const SchemaPart* part : missing_from(reference, actual)) {
    out.push_back({false, owner, part->display, part->label});
  }
  for (const SchemaPart* part : missing_from(actual, reference)) {
    out.push_back({true, owner, part->display, part->label});
  }
  // The order of what both have matters for columns (SELECT *); other parts are sorted anyway.
  const std::vector<std::string> expected = common_labels(reference, actual);
  const std::vector<std::string> found = common_labels(actual, reference);
  if (expected != found && std::ranges::is_permutation(expected, found)) {
    const auto [left, right] = std::ranges::mismatch(expected, found);
    out.push_back({false, owner, fmt::format("{} before {}", *left, *right), "order"});
    out.push_back({true, owner, fmt::format("{} before {}", *right, *left), "order"});
  }
}

void add_field(Sha256& sha, std::string_view text) {
  // The length in front keeps "ab"+"c" and "a"+"bc" apart.
  sha.update(fmt::format("{}:", text.size()));
  sha.update(text);
}

}  // namespace

std::string Schema::digest() const {
  Sha256 sha;
  for (const SchemaObject& object : objects) {
    add_field(sha, object.kind);
    add_field(sha, object.name);
    add_field(sha, fmt::format("{}", object.parts.size()));
    for (const SchemaPart& part : object.parts) {
      add_field(sha, part.label);
      add_field(sha, part.meaning);
    }
  }
  return sha.hex();
}

const SchemaObject* first_ignored(const Schema& schema, const std::string& glob) {
  const auto found = std::ranges::find_if(schema.objects, [&](const SchemaObject& object) {
    const bool kept_out_anyway =
        is_litestream_table(object.name) || is_litestream_table(object.table);
    return !kept_out_anyway && ignored(object.name, object.table, {&glob, 1});
  });
  return found == schema.objects.end() ? nullptr : &*found;
}

std::size_t places(std::span<const SchemaDifference> differences) {
  struct Sides {
    std::size_t missing = 0;
    std::size_t extra = 0;
  };
  std::map<std::pair<std::string, std::string>, Sides> parts;  // of equal labels there may be many
  for (const SchemaDifference& difference : differences) {
    Sides& sides = parts[{difference.object, difference.part}];
    ++(difference.present_in_actual ? sides.extra : sides.missing);
  }
  std::size_t count = 0;
  for (const auto& [part, sides] : parts) count += std::max(sides.missing, sides.extra);
  return count;
}

std::vector<SchemaDifference> differences(const Schema& reference, const Schema& actual,
                                          std::span<const std::string> ignore) {
  const auto expected = by_key(reference, ignore);
  const auto found = by_key(actual, ignore);
  std::vector<SchemaDifference> out;
  for (const SchemaObject& object : reference.objects) {
    const ObjectKey key(object.kind, object.name);
    if (!expected.contains(key)) continue;
    if (const auto other = found.find(key); other != found.end()) {
      compare(object, *other->second, out);
    } else {
      out.push_back({false, object.kind + " " + object.name, {}});
    }
  }
  for (const SchemaObject& object : actual.objects) {
    const ObjectKey key(object.kind, object.name);
    if (!found.contains(key) || expected.contains(key)) continue;
    out.push_back({true, object.kind + " " + object.name, {}});
  }
  compare_marks(reference, actual, ignore, out);
  return out;
}

}  // namespace baseline
