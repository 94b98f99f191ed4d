#include "checks/sql_text.hpp"

#include <algorithm>
#include <utility>

#include "base/concealed.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

constexpr std::size_t kLongestSql = 240;
constexpr std::size_t kLongestRow = 200;
constexpr std::size_t kShownRows = 5;
constexpr std::size_t kLongestValue = 60;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The length of the quoted thing or comment at the start of `sql`, or 0 when there is none.
std::size_t opaque_length(std::string_view sql) {
  const auto through = [&](std::string_view end, std::size_t from) {
    const std::size_t found = sql.find(end, from);
    return found == std::string_view::npos ? sql.size() : found + end.size();
  };
  if (sql.starts_with("--")) return through("\n", 2);
  if (sql.starts_with("/*")) return through("*/", 2);
  if (sql[0] == '[') return through("]", 1);
  // A doubled quote ends one such thing and starts the next, which comes to the same.
  if (sql[0] == '\'' || sql[0] == '"' || sql[0] == '`') return through(sql.substr(0, 1), 1);
  return 0;
}

std::size_t name_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_name_char(text[length])) ++length;
  return length;
}

void append_collapsed(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
}

}  // namespace

std::string_view SqlText::statement(std::size_t number) const {
  if (number == 0 || number > statements.size()) return text;
  const StatementInfo& info = statements[number - 1];
  return std::string_view(text).substr(info.offset, info.length);
}

std::string shown_sql(std::string_view sql, const Bindings& bindings) {
  std::string out;
  while (!sql.empty()) {
    const char c = sql[0];
    std::size_t length = opaque_length(sql);
    if (length > 0 && (c == '-' || c == '/')) {
      append_collapsed(out, " ");
    } else if (length > 0) {
      out += sql.substr(0, length);
    } else if (c == ':' || c == '@' || c == '$') {
      length = 1 + name_length(sql.substr(1));
      const auto value = bindings.find(std::string(sql.substr(1, length - 1)));
      out +=
          value == bindings.end() ? std::string(sql.substr(0, length)) : sql_literal(value->second);
    } else {
      length = std::max<std::size_t>(1, name_length(sql));
      append_collapsed(out, sql.substr(0, length));
    }
    sql.remove_prefix(length);
  }
  return shortened(printable(trimmed(concealed(std::move(out)))), kLongestSql);
}

std::string shortened(std::string_view text, std::size_t limit) {
  std::string out = concealed(std::string(text));
  if (out.size() <= limit) return out;
  constexpr std::string_view kMore = "…";
  out.resize(utf8_prefix(std::string_view(out).substr(0, limit - kMore.size())));
  return out.append(kMore);
}

std::string short_literal(const Value& value) {
  // A literal can be four times as long as the value: nobody wants one of 100 MB.
  if (const auto* text = std::get_if<std::string>(&value); text != nullptr) {
    return shortened(sql_literal(concealed(*text).substr(0, kLongestValue)), kLongestValue);
  }
  if (const auto* blob = std::get_if<Blob>(&value); blob != nullptr) {
    const auto size = static_cast<std::ptrdiff_t>(std::min(blob->size(), kLongestValue));
    return shortened(sql_literal(Blob(blob->begin(), blob->begin() + size)), kLongestValue);
  }
  return sql_literal(value);
}

std::string row_literal(const std::vector<Value>& row) {
  std::vector<std::string> values;
  values.reserve(row.size());
  for (const Value& value : row) values.push_back(sql_literal(value));
  return "(" + shortened(join(values, ", "), kLongestRow) + ")";
}

std::string first_rows(const std::vector<std::vector<Value>>& rows) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(rows.size(), kShownRows); ++i) {
    out.push_back(row_literal(rows[i]));
  }
  if (rows.size() > kShownRows) out.emplace_back("…");
  return join(out, ", ");
}

}  // namespace baseline
