#include "store/sqlite/sql/up_part.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "base/text.hpp"
#include "store/sqlite/sql/script.hpp"

namespace baseline::sqlite {
namespace {

enum class PartDirection { up, down, perhaps_down, variables };

/// A comment that says what the statements behind it are for.
struct PartMarker {
  std::size_t begin = 0;  // of its line
  std::size_t end = 0;    // behind its line feed
  PartDirection direction = PartDirection::up;
  bool names_tool = false;  // no ordinary comment looks like it
};

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::optional<PartDirection> part_direction(std::string_view word) {
  if (is_any_of(word, {"up", "ups", "upgrade"})) return PartDirection::up;
  if (is_any_of(word, {"down", "downs", "downgrade", "undo"})) return PartDirection::down;
  // Also a heading over what to do in a comment, with more of the migration behind it.
  if (is_any_of(word, {"rollback", "revert"})) return PartDirection::perhaps_down;
  return {};
}

std::vector<std::string> comment_words(std::string_view comment) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : to_lower(comment)) {
    const bool belongs = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (belongs && !inside) words.emplace_back();
    if (belongs) words.back() += c;
    inside = belongs;
  }
  return words;
}

// Of nothing, too.
bool is_all_digits(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

// `+goose Up`, `migrate:up`, `rambler up`, with what may follow; no prose about migrating up.
bool names_a_tool(std::string_view text, const std::vector<std::string>& words) {
  if (words[0] == "rambler") return words.size() == 2;
  const std::string_view rest = text.substr(std::min(text.find_first_not_of("-# "), text.size()));
  const bool plus = rest.starts_with('+');
  if (plus) return is_any_of(words[0], {"goose", "migrate", "micrate", "mig"});
  const std::string_view behind = rest.substr(words[0].size());
  return is_any_of(words[0], {"migrate", "migration"}) && behind.size() > 1 && behind[0] == ':' &&
         behind[1] != ' ';
}

// What a line says, whatever punctuation it is decorated with.
std::optional<PartMarker> part_marker(std::string_view line) {
  const std::string_view text = trimmed(line);
  // Play writes `# --- !Ups`.
  if (!text.starts_with("--") && !text.starts_with("# ---")) return {};
  constexpr std::size_t kLongest = 100;
  if (text.size() > kLongest) return {};
  const std::vector<std::string> words = comment_words(text);
  PartMarker marker;
  if (words == std::vector<std::string>{"create", "above", "drop", "below"}) {
    marker.direction = PartDirection::down;
    marker.names_tool = true;
    return marker;
  }
  if (words.size() >= 2 && names_a_tool(text, words)) {
    marker.names_tool = true;
    if (words[1] == "envsub" && words.size() > 2 && words[2] == "on") {
      marker.direction = PartDirection::variables;
      return marker;
    }
    const auto direction = part_direction(words[1]);
    if (!direction) return {};
    marker.direction = *direction;
    return marker;
  }
  // `-- Up`, `-- @UNDO`, `-- ==== DOWN ====`, `-- 1 up`, `-- Down Migration`.
  for (std::size_t i = 0; i < words.size() && words.size() <= 2; ++i) {
    const auto direction = part_direction(words[i]);
    const std::string_view other = words.size() == 2 ? words[1 - i] : std::string_view();
    if (!direction || !(is_all_digits(other) || is_any_of(other, {"migration", "script"})))
      continue;
    marker.direction = *direction;
    return marker;
  }
  return {};
}

std::vector<PartMarker> part_markers(std::string_view sql) {
  std::vector<PartMarker> out;
  for (std::size_t begin = 0; begin < sql.size();) {
    const std::size_t end = std::min(sql.find('\n', begin), sql.size() - 1) + 1;
    if (auto marker = part_marker(sql.substr(begin, end - begin))) {
      marker->begin = begin;
      marker->end = end;
      out.push_back(*marker);
    }
    begin = end;
  }
  return out;
}

/// Tells comments from text that only looks like one.
class PartComments {
 public:
  explicit PartComments(std::string_view sql) : script_(sql), statements_(script_.statements()) {}

  // Whether the marker is a comment; one that any file could have, only between statements.
  bool holds(const PartMarker& marker) const {
    const std::size_t next = token_at(marker.begin);
    const std::size_t start =
        script_.sql().find_first_not_of(" \t\r\f", marker.begin);  // of the comment
    const bool hash =
        next < script_.size() && script_.symbol(next, "#") && script_[next].offset == start;
    if (!hash && !begins_comment(start, next == 0 ? 0 : script_[next - 1].end())) return false;
    return marker.names_tool || std::ranges::none_of(statements_, [next](const Span& statement) {
             return statement.begin < next && next <= statement.end;
           });
  }

  // Whether all statements there are such as undo something.
  bool only_undoes(std::size_t begin, std::size_t end) const {
    return std::ranges::all_of(statements_, [&](const Span& statement) {
      const std::size_t first = statement.begin;
      if (script_[first].offset < begin || script_[first].offset >= end) return true;
      return script_.keyword(first, "drop") || script_.keyword(first, "delete") ||
             script_.keyword(first, "alter");
    });
  }

  // Whether there is anything but white space and comments.
  bool has_statement(std::size_t begin, std::size_t end) const {
    const std::size_t next = token_at(begin);
    return next < script_.size() && script_[next].offset < end;
  }

 private:
  std::size_t token_at(std::size_t offset) const {
    std::size_t low = 0;
    std::size_t high = script_.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (script_[middle].offset < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  // Reads the gap behind a token up to `offset`: it may be in a comment of several lines.
  bool begins_comment(std::size_t offset, std::size_t i) const {
    const std::string_view sql = script_.sql();
    while (i < offset) {
      if (sql.substr(i).starts_with("--")) {
        i = std::min(sql.find('\n', i), sql.size());
      } else if (sql.substr(i).starts_with("/*")) {
        const std::size_t end = sql.find("*/", i + 2);
        i = end == std::string_view::npos ? sql.size() : end + 2;
      } else {
        ++i;
      }
    }
    return i == offset;
  }

  Script script_;
  std::vector<Span> statements_;
};

}  // namespace

std::optional<UpPart> up_part(std::string_view sql) {
  std::vector<PartMarker> markers = part_markers(sql);
  if (markers.empty()) return {};
  const PartComments comments(sql);
  std::erase_if(markers, [&](const PartMarker& marker) { return !comments.holds(marker); });
  if (markers.empty()) return {};
  const auto line_of = [&](std::size_t offset) {
    const std::string_view before = sql.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
  };
  UpPart out;
  out.sql = sql;
  const auto blank = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (out.sql[i] != '\n') out.sql[i] = ' ';
    }
  };
  bool up = true;
  for (std::size_t i = 0; i < markers.size(); ++i) {
    const PartMarker& marker = markers[i];
    const std::size_t end = i + 1 < markers.size() ? markers[i + 1].begin : sql.size();
    if (marker.direction == PartDirection::variables) {
      if (up && !out.variables) out.variables = marker.begin;
    } else if (marker.direction == PartDirection::perhaps_down) {
      up = up && !comments.only_undoes(marker.end, end);
    } else {
      up = marker.direction == PartDirection::up;
    }
    // The comment goes in any case: that of Play is none for SQLite.
    blank(marker.begin, up ? marker.end : end);
    if (up || out.line != 0 || !comments.has_statement(marker.end, end)) continue;
    out.marker = trimmed(sql.substr(marker.begin, marker.end - marker.begin));
    out.line = line_of(marker.begin);
  }
  return out;
}

}  // namespace baseline::sqlite
