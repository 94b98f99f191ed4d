#include "store/sqlite/db/regexp.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace baseline::sqlite {
namespace {

void free_pattern(void* pattern) { delete static_cast<re2::RE2*>(pattern); }

std::string_view text_argument(sqlite3_value* value) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

// RE2 takes time with the length of the text and the size of the pattern, and cannot be
// interrupted.
constexpr std::size_t kLongestPattern = 1000;
constexpr std::int64_t kPatternMemory = std::int64_t{1} << 19;

// `X REGEXP Y` calls regexp(Y, X). A pattern that stays the same is compiled once a statement.
void search(sqlite3_context* context, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL ||
      sqlite3_value_type(arguments[1]) == SQLITE_NULL) {
    return;  // NULL, as for LIKE
  }
  auto* pattern = static_cast<re2::RE2*>(sqlite3_get_auxdata(context, 0));
  std::unique_ptr<re2::RE2> made;
  if (pattern == nullptr) {
    const std::string_view text = text_argument(arguments[0]);
    if (text.size() > kLongestPattern) {
      return sqlite3_result_error(context, "a pattern of REGEXP has 1000 bytes at most", -1);
    }
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(kPatternMemory);
    made = std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!made->ok()) {
      const std::string message =
          fmt::format("'{}' is no regular expression: {}", made->pattern(), made->error());
      sqlite3_result_error(context, message.c_str(), -1);
      return;
    }
    pattern = made.get();
  }
  const std::string_view text = text_argument(arguments[1]);
  const bool found = re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *pattern);
  sqlite3_result_int(context, found ? 1 : 0);
  if (made) sqlite3_set_auxdata(context, 0, made.release(), &free_pattern);
}

// No exception may pass through SQLite.
void run_regexp(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) {
  try {
    search(context, arguments);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

}  // namespace

void define_regexp(sqlite3* database) {
  sqlite3_create_function_v2(database, "regexp", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                             &run_regexp, nullptr, nullptr, nullptr);
}

}  // namespace baseline::sqlite
