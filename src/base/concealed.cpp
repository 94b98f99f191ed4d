#include "base/concealed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"

namespace baseline {
namespace {

// A shorter value is part of too many words to be one.
constexpr std::size_t kShortestPart = 4;

/// Where a value is in a text.
struct Occurrence {
  std::size_t begin;
  std::size_t end;
  std::string_view shown;
};

bool is_part_of_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin == 0 || !is_part_of_word(text[begin - 1])) &&
         (end == text.size() || !is_part_of_word(text[end]));
}

std::string doubled(std::string_view text, char quote) {
  std::string out;
  for (const char c : text) out += c == quote ? std::string(2, c) : std::string(1, c);
  return out;
}

// As a word of a command line, without the quotes around it.
std::string in_shell(std::string_view text) {
  std::string quoted = shell_quoted(text);
  for (const std::string_view begin : {"$'", "'"}) {
    if (quoted.starts_with(begin) && quoted.ends_with('\'')) {
      return quoted.substr(begin.size(), quoted.size() - begin.size() - 1);
    }
  }
  return quoted;
}

std::string in_hex(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string in_json(std::string_view text) {
  const std::string quoted =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

// What becomes of a text in a literal or a name of SQL, in a command line, in JSON, in what is
// shown, and in JSON that has one of these in it.
std::vector<std::string> written_forms(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string& shown : {std::string(text), printable(text)}) {
    for (const std::string& form : {shown, doubled(shown, '\''), doubled(shown, '"'),
                                    in_shell(shown), doubled(in_shell(shown), '\'')}) {
      out.insert(out.end(), {form, in_json(form), printable_json(in_json(form)), printable(form)});
    }
  }
  return out;
}

std::vector<std::string_view> long_lines(std::string_view text) {
  constexpr std::size_t kShortest = 8;
  std::vector<std::string_view> out;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = trimmed(text.substr(start, end - start));
    if (line.size() >= kShortest) out.push_back(line);
    start = end + 1;
  }
  return out;
}

}  // namespace

void Concealed::add(std::string_view value, std::string_view shown) {
  const auto one = [&](std::string_view text) {
    if (text.empty()) return;
    const bool known = std::ranges::find(values_, text, &Value::text) != values_.end();
    if (!known) values_.push_back({std::string(text), std::string(shown)});
  };
  for (const std::string_view whole : {value, trimmed(value)}) {
    for (const std::string& form : written_forms(whole)) one(form);
    if (whole.size() >= kShortestPart) one(in_hex(whole));
  }
  for (const std::string_view line : long_lines(value)) {
    for (const std::string& form : written_forms(line)) one(form);
  }
}

std::string Concealed::in(std::string text, bool cut) const {
  std::vector<Occurrence> found;
  for (const Value& value : values_) {
    const std::size_t size = value.text.size();
    for (std::size_t at = text.find(value.text); at != std::string::npos;
         at = text.find(value.text, at + 1)) {
      if (size < kShortestPart && !stands_alone(text, at, at + size)) continue;
      found.push_back({at, at + size, value.shown});
    }
    const std::string_view all = value.text;
    for (std::size_t rest = cut ? size - 1 : 0; rest > 0; --rest) {
      if (!text.starts_with(all.substr(size - rest))) continue;
      found.push_back({0, rest, value.shown});
      break;
    }
  }
  if (found.empty()) return text;
  // Of those that begin together the longest first.
  std::ranges::sort(found, [](const Occurrence& a, const Occurrence& b) {
    return std::pair(a.begin, b.end) < std::pair(b.begin, a.end);
  });
  std::string out;
  std::size_t done = 0;
  for (const Occurrence& each : found) {
    if (each.begin >= done) {
      out += text.substr(done, each.begin - done);
      out += each.shown;
    }
    done = std::max(done, each.end);
  }
  return out + text.substr(done);
}

Concealed& from_environment() {
  static Concealed all;
  return all;
}

std::string concealed(std::string text, bool cut) {
  return from_environment().in(std::move(text), cut);
}

}  // namespace baseline
