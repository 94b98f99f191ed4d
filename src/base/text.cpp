#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <system_error>
#include <vector>

namespace baseline {
namespace {

// Length of the well-formed UTF-8 sequence at the start of `text`, or 0 (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return length;
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// The code point of a well-formed sequence.
char32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  constexpr std::array<unsigned char, 5> kLead = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = byte(0) & kLead.at(sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) code = code << 6U | (byte(i) & 0x3FU);
  return code;
}

struct Characters {
  char32_t first;
  char32_t last;
};

// What drives a terminal, turns the order of the text round, ends a line for some readers, or is
// not seen at all: Unicode's Default_Ignorable_Code_Point, but for the selectors of emojis, and the
// empty Braille pattern. XML and YAML have no U+FFFE and U+FFFF.
constexpr Characters kUnprintable[] = {
    {0x00, 0x1F},      {0x7F, 0x9F},     {0xAD, 0xAD},     {0x34F, 0x34F},     {0x61C, 0x61C},
    {0x115F, 0x1160},  {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F},  {0x2800, 0x2800}, {0x3164, 0x3164}, {0xFE00, 0xFE0D},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0},  {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
    {0xE0000, 0xE0FFF}};

bool is_unprintable(std::string_view sequence) {
  const char32_t code = code_point(sequence);
  return std::ranges::any_of(kUnprintable, [&](const Characters& range) {
    return range.first <= code && code <= range.last;
  });
}

bool is_visible_ascii(char c) { return c >= 0x20 && c < 0x7F; }

// `text` with what is not UTF-8, and the characters for which `escapes` holds, as \xNN. Visible
// ASCII is never escaped here.
template <typename Escapes>
std::string escaped_text(std::string_view text, Escapes escapes) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, is_visible_ascii);
    const auto visible = static_cast<std::size_t>(end - text.begin());
    out += text.substr(0, visible);
    text.remove_prefix(visible);
    if (text.empty()) break;
    const std::size_t length = utf8_length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0 || escapes(sequence)) {
      for (const char c : sequence) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      }
    } else {
      out += sequence;
    }
    text.remove_prefix(sequence.size());
  }
  return out;
}

// The length of the colour, ESC [ 3 1 ; 1 m, at the start of `text`, or 0.
std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether a CI runner would take the text for a command, wherever it is in a line: "##[error]" and
// "##vso[…]" of Azure (GitHub too), "##teamcity[…]".
bool is_job_command(std::string_view text) {
  if (!text.starts_with("##")) return false;
  std::size_t end = 2;
  while (end < text.size() && is_letter(text[end])) ++end;
  return end < text.size() && text[end] == '[';
}

// The same of a line from `at` on: "::warning::" of GitHub begins one, blanks may come before it.
bool is_job_command(std::string_view line, std::size_t at) {
  const std::string_view rest = line.substr(at);
  if (!rest.starts_with("::")) return is_job_command(rest);
  return rest.size() > 2 && is_letter(rest[2]) && trimmed(line.substr(0, at)).empty();
}

/// What a text is, and what may stay in it.
enum class Shown {
  part,           ///< a part of a line
  line,           ///< a line, with its end
  coloured_line,  ///< the same, with colours of our own
};

std::string printable_as(Shown shown, std::string_view line) {
  std::string out;
  std::size_t done = 0;
  const bool coloured = shown == Shown::coloured_line;
  const auto take_until = [&](std::size_t at) {
    out += escaped_text(line.substr(done, at - done), [&](std::string_view sequence) {
      return (shown == Shown::part || sequence != "\n") && is_unprintable(sequence);
    });
    done = at;
  };
  for (std::size_t at = line.find_first_of("\x1b:#"); at < line.size();
       at = line.find_first_of("\x1b:#", at)) {
    const std::size_t colour = coloured ? colour_length(line.substr(at)) : 0;
    const bool command =
        shown == Shown::part ? is_job_command(line.substr(at)) : is_job_command(line, at);
    if (colour > 0) {
      take_until(at);
      out += line.substr(at, colour);
    } else if (command) {
      take_until(at);
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(line[at]));
    }
    at += std::max<std::size_t>(colour, 1);
    if (colour > 0 || command) done = at;
  }
  take_until(line.size());
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  const auto plain = [](char c) { return is_visible_ascii(c) && c != '#'; };
  if (std::ranges::all_of(text, plain)) return std::string(text);
  return printable_as(Shown::part, text);
}

std::string printable_lines(std::string_view text) { return for_people(text, false); }

std::string for_people(std::string_view text, bool coloured) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out += printable_as(coloured ? Shown::coloured_line : Shown::line, text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

std::string valid_utf8(std::string_view text) {
  if (utf8_prefix(text) == text.size()) return std::string(text);
  return escaped_text(text, [](std::string_view) { return false; });
}

std::string printable_json(std::string_view json) {
  const auto plain = [](char c) { return c < 0x7F && c >= 0 && c != '#'; };
  if (std::ranges::all_of(json, plain)) return std::string(json);
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_length(json), 1);
    const std::string_view sequence = json.substr(0, length);
    // Line feeds and the like are JSON's own; within texts it has escaped them already.
    if (json[0] == 0x7F || (length > 1 && is_unprintable(sequence)) || is_job_command(json)) {
      const char32_t code = code_point(sequence);
      if (code < 0x10000) {
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(code));
      } else {
        const unsigned rest = static_cast<unsigned>(code) - 0x10000;
        out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U), 0xDC00 + (rest & 0x3FFU));
      }
    } else {
      out += sequence;
    }
    json.remove_prefix(length);
  }
  return out;
}

std::size_t utf8_prefix(std::string_view text) {
  std::size_t valid = 0;
  while (valid < text.size()) {
    while (valid < text.size() && is_ascii(text[valid])) ++valid;
    if (valid == text.size()) break;
    const std::size_t length = utf8_length(text.substr(valid));
    if (length == 0) break;
    valid += length;
  }
  return valid;
}

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t replace = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({replace, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

namespace {

// How many letters of `word` the candidate has too, in whatever order: between two candidates at
// the same distance, 'lng' more likely means 'lon' than 'lat'.
std::size_t shared_letters(std::string_view word, std::string candidate) {
  std::size_t shared = 0;
  for (const char c : word) {
    const std::size_t found = candidate.find(c);
    if (found == std::string::npos) continue;
    candidate.erase(found, 1);
    ++shared;
  }
  return shared;
}

}  // namespace

std::optional<std::string> did_you_mean(std::string_view word,
                                        std::span<const std::string> candidates) {
  std::optional<std::string> best;
  // A suggestion further away than most of the word is a guess, not a typing error.
  std::size_t nearest = word.size() < 2 ? 0 : std::min<std::size_t>(2, (word.size() + 1) / 2);
  std::size_t most_shared = 0;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    const std::size_t shared = shared_letters(word, candidate);
    if (distance > nearest || (best && distance == nearest && shared <= most_shared)) continue;
    nearest = distance;
    most_shared = shared;
    best = candidate;
  }
  return best;
}

std::string human_size(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
  constexpr std::array<std::string_view, 5> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return value < 9.95 ? fmt::format("{:.1f} {}", value, kUnits[unit])
                      : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string human_count(std::uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, " ");
  return digits;
}

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
  if (count == 1) return fmt::format("1 {}", singular);
  return plural.empty() ? fmt::format("{} {}s", human_count(count), singular)
                        : fmt::format("{} {}", human_count(count), plural);
}

namespace {

// Matches a [set] at the start of `pattern` against `c`; sets `length` to the set's length.
bool set_matches(std::string_view pattern, char c, std::size_t& length) {
  bool matched = false;
  std::size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  const std::size_t first = i;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      matched = matched || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      matched = matched || pattern[i] == c;
    }
  }
  length = i < pattern.size() ? i + 1 : 0;  // 0: not closed, so '[' stands for itself
  return matched != negated;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  // Iterative with one point to go back to, so that no pattern takes exponential time.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    std::size_t set_length = 0;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == '[' &&
               set_matches(pattern.substr(p), text[t], set_length) && set_length > 0) {
      p += set_length;
      ++t;
    } else if (p < pattern.size() &&
               ((pattern[p] == '?') ||
                (pattern[p] == text[t] && (pattern[p] != '[' || set_length == 0)))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts.begin(), parts.end(), separator));
}

std::string shell_quoted(std::string_view text) {
  constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!text.empty() && text.find_first_not_of(kSafe) == std::string_view::npos) {
    return std::string(text);
  }
  if (printable(text) != text) {
    // $'…' of bash, zsh and ksh: the terminal gets no control character, and the shell every byte.
    std::string out = "$'";
    for (const char c : text) {
      const bool plain = c >= 0x20 && c < 0x7F;
      if (plain && (c == '\'' || c == '\\')) out += '\\';
      // Three octal digits end by themselves; \x would take a digit that follows it.
      out += plain ? std::string(1, c) : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    }
    return out + "'";
  }
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string short_duration(std::chrono::milliseconds time) {
  return time.count() % 1'000 == 0 ? fmt::format("{}s", time.count() / 1'000)
                                   : fmt::format("{}ms", time.count());
}

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || text.empty() || text.front() == '-') return {};
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  std::int64_t factor = 0;
  if (unit == "ms") factor = 1;
  if (unit == "s") factor = 1000;
  if (unit == "m") factor = 60'000;
  if (unit == "h") factor = 3'600'000;
  if (unit.empty() && number == 0) return 0;
  if (factor == 0 || number > std::numeric_limits<std::int64_t>::max() / factor) return {};
  return number * factor;
}

}  // namespace baseline
