#include "checks/column_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "store/schema.hpp"

namespace baseline {
namespace {

bool is_plain_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

// Takes a name, quoted or not, from the start of `text`; nothing when there is none.
std::optional<std::string> take_name(std::string_view& text) {
  constexpr std::string_view kOpening = "\"`[";
  std::string out;
  if (text.empty() || kOpening.find(text.front()) == std::string_view::npos) {
    const auto end = std::ranges::find_if_not(text, is_plain_char);
    out.assign(text.begin(), end);
    text.remove_prefix(out.size());
    return out.empty() ? std::nullopt : std::optional(out);
  }
  const char closing = text.front() == '[' ? ']' : text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != closing) {
      out += text[i];
    } else if (closing != ']' && i + 1 < text.size() && text[i + 1] == closing) {
      out += text[i++];  // doubled: one of its own
    } else {
      text.remove_prefix(i + 1);
      return out;
    }
  }
  return std::nullopt;  // not closed
}

void drop_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

std::vector<std::string> table_names(const Schema& schema) {
  std::vector<std::string> out;
  for (const SchemaObject& object : schema.objects) {
    if (object.kind == "table" || object.kind == "view") out.push_back(object.name);
  }
  return out;
}

}  // namespace

std::optional<ColumnName> parse_column(std::string_view text) {
  std::string_view rest = text;
  const auto table = take_name(rest);
  if (!table || rest.empty()) return std::nullopt;
  const bool several = rest.front() == '(';
  if (!several && rest.front() != '.') return std::nullopt;
  ColumnName out{*table, {}, {}};
  do {
    rest.remove_prefix(1);
    if (several) drop_blanks(rest);
    out.offsets.push_back(text.size() - rest.size());
    auto column = take_name(rest);
    if (!column) return std::nullopt;
    out.columns.push_back(*std::move(column));
    if (several) drop_blanks(rest);
  } while (several && rest.starts_with(','));
  return rest == (several ? ")" : "") ? std::optional(out) : std::nullopt;
}

std::string ColumnName::text() const {
  return columns.size() == 1 ? fmt::format("{}.{}", table, columns.front())
                             : fmt::format("{} ({})", table, join(columns, ", "));
}

std::optional<ColumnName> read_column(const CheckDraft& draft, const yaml::Node& node,
                                      std::string_view key) {
  const yaml::Reader& reader = draft.reader();
  const auto text = reader.text(node, key);
  if (!text) return std::nullopt;
  auto name = parse_column(*text);
  if (!name) {
    reader.error(node.place,
                 fmt::format("'{}' is written as table.column or table(a, b), with \"…\" around a "
                             "name that is more than letters, digits and _; got '{}'",
                             key, shortened(*text, 60)));
    return std::nullopt;
  }
  Session& reference = draft.scope.reference();
  const auto table = reference.table(name->table);
  if (!table) {
    const std::string message =
        fmt::format("no table '{}' in the baseline{}", name->table,
                    yaml::suggestion(name->table, table_names(draft.scope.schema())));
    if (draft.head.when == When::after) {
      draft.scope.warn(node.place, message);
      return name;
    }
    reader.error(node.place, message);
    return std::nullopt;
  }
  bool good = true;
  for (std::size_t i = 0; i < name->columns.size(); ++i) {
    const std::string& column = name->columns[i];
    const auto is_it = [&](const std::string& other) { return same_name(other, column); };
    if (std::ranges::any_of(table->columns, is_it)) continue;
    reader.error(node.place_in_text(name->offsets[i]),
                 fmt::format("'{}' has no column '{}'{}", table->name, column,
                             yaml::suggestion(column, table->columns)));
    good = false;
  }
  return good ? name : std::nullopt;
}

}  // namespace baseline
