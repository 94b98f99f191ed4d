#include "store/sqlite/sql/migration_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <span>
#include <vector>

#include "base/text.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

/// A value that SQLite takes, in lower case, and as it reports it.
struct PragmaValue {
  std::string_view written;
  std::string_view reported;
};

constexpr const char* kNativeUtf16 =
    std::endian::native == std::endian::little ? "UTF-16le" : "UTF-16be";
constexpr PragmaValue kEncodings[] = {{"utf-8", "UTF-8"},       {"utf8", "UTF-8"},
                                      {"utf-16le", "UTF-16le"}, {"utf16le", "UTF-16le"},
                                      {"utf-16be", "UTF-16be"}, {"utf16be", "UTF-16be"},
                                      {"utf-16", kNativeUtf16}, {"utf16", kNativeUtf16}};
constexpr PragmaValue kAutoVacuums[] = {{"none", "none"},
                                        {"0", "none"},
                                        {"full", "full"},
                                        {"1", "full"},
                                        {"incremental", "incremental"},
                                        {"2", "incremental"}};
// The others last no longer than the connection.
constexpr PragmaValue kJournalModes[] = {{"delete", "delete"}, {"wal", "wal"}};

/// A setting whose values are words.
struct WordSetting {
  std::string_view pragma;
  std::string FileSettings::*member;
  std::span<const PragmaValue> values;
  std::string_view allowed;  ///< for people
};
constexpr std::array kWordSettings = {
    WordSetting{"encoding", &FileSettings::encoding, kEncodings, "UTF-8, UTF-16le or UTF-16be"},
    WordSetting{"auto_vacuum", &FileSettings::auto_vacuum, kAutoVacuums,
                "NONE, FULL or INCREMENTAL"},
    WordSetting{"journal_mode", &FileSettings::journal_mode, kJournalModes,
                "WAL or DELETE, for a file keeps no other"}};
constexpr std::string_view kPageSize = "page_size";

/// PRAGMA [main.]name = value, or with the value in parentheses.
struct PragmaStatement {
  std::string name;      // in lower case
  std::string value;     // in lower case
  std::string_view got;  // the value as written
  std::size_t at = 0;    // its place
};

// The tokens up to the semicolon or the end.
std::vector<Token> statement_at(std::string_view sql, const Token& first) {
  std::vector<Token> tokens;
  for (std::optional<Token> token = first; token && !is_symbol(*token, ";");
       token = next_token(sql, token->end())) {
    tokens.push_back(*token);
  }
  return tokens;
}

// Nothing when it is not of the form; then SQLite says what is wrong with it.
std::optional<PragmaStatement> pragma_of(std::string_view sql, Tokens tokens) {
  tokens = tokens.subspan(1);
  if (tokens.size() > 2 && is_symbol(tokens[1], ".") && to_lower(unquoted(tokens[0])) == "main") {
    tokens = tokens.subspan(2);
  }
  if (tokens.size() < 3) return std::nullopt;
  const bool in_parentheses = is_symbol(tokens[1], "(") && is_symbol(tokens.back(), ")");
  if (!in_parentheses && !is_symbol(tokens[1], "=")) return std::nullopt;
  const Tokens value = tokens.subspan(2, tokens.size() - (in_parentheses ? 3 : 2));
  if (value.empty() || value.size() > 2) return std::nullopt;
  if (value.size() == 2 && !is_symbol(value[0], "-") && !is_symbol(value[0], "+")) {
    return std::nullopt;
  }
  PragmaStatement out{to_lower(unquoted(tokens[0])), {}, {}, value.front().offset};
  for (const Token& token : value) {
    if (!is_symbol(token, "+")) out.value += to_lower(unquoted(token));
  }
  out.got = sql.substr(out.at, value.back().end() - out.at);
  return out;
}

// 0 when it is none.
std::uint64_t page_size_of(std::string_view text) {
  constexpr std::uint64_t kSmallest = 512;
  constexpr std::uint64_t kLargest = 65536;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number && size >= kSmallest && size <= kLargest && std::has_single_bit(size) ? size : 0;
}

/// What is wrong with the value, or nothing.
std::string take_setting(const PragmaStatement& pragma, FileSettings& settings) {
  const auto must_be = [&](std::string_view allowed) {
    return fmt::format("{} must be {}; got {}", pragma.name, allowed, printable(pragma.got));
  };
  std::string twice = fmt::format("{} is set twice", pragma.name);
  if (pragma.name == kPageSize) {
    if (settings.page_size != 0) return twice;
    settings.page_size = page_size_of(pragma.value);
    return settings.page_size == 0 ? must_be("a power of two from 512 to 65536") : "";
  }
  const auto setting = std::ranges::find(kWordSettings, pragma.name, &WordSetting::pragma);
  std::string& member = settings.*(setting->member);
  if (!member.empty()) return twice;
  const auto value = std::ranges::find(setting->values, pragma.value, &PragmaValue::written);
  if (value == setting->values.end()) return must_be(setting->allowed);
  member = value->reported;
  return {};
}

}  // namespace

bool belongs_to_head(std::string_view pragma) {
  return pragma == kPageSize ||
         std::ranges::find(kWordSettings, pragma, &WordSetting::pragma) != kWordSettings.end();
}

MigrationHead read_head(std::string_view sql) {
  MigrationHead head;
  for (std::optional<Token> token = next_token(sql, 0); token;) {
    if (!is_symbol(*token, ";")) {
      if (!is_keyword(*token, "pragma")) break;
      const std::vector<Token> tokens = statement_at(sql, *token);
      const auto pragma = pragma_of(sql, tokens);
      token = tokens.back();
      if (pragma && belongs_to_head(pragma->name)) {
        if (head.rest.empty()) head.rest = sql;
        const std::size_t begin = tokens.front().offset;
        std::fill_n(head.rest.begin() + static_cast<std::ptrdiff_t>(begin),
                    tokens.back().end() - begin, ' ');
        const std::string wrong = take_setting(*pragma, head.settings);
        if (!wrong.empty() && !head.mistake) head.mistake = {pragma->at, wrong};
      }
    }
    token = next_token(sql, token->end());
  }
  return head;
}

}  // namespace baseline::sqlite
