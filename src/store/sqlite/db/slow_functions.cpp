#include "store/sqlite/db/slow_functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "store/sqlite/db/configuration.hpp"
#include "store/sqlite/db/guard.hpp"
#include "store/sqlite/db/statements.hpp"

namespace baseline::sqlite {

/// How the time of a function grows, and from where on it is refused in user SQL: at about a second
/// (measured with SQLite 3.40 on one core of 2 GHz).
enum class FunctionGrowth {
  compares,  ///< the product of two sizes, compared many bytes at a time
  looks,     ///< the same, byte by byte
  printf,    ///< the widths and precisions in the format
};

struct SlowFunction {
  const char* name;
  int arguments;  ///< as SQLite counts them: -1 is any number
  FunctionGrowth growth;
  int since;  ///< the version of SQLite that has it
};

namespace {

using Arguments = std::span<sqlite3_value* const>;

constexpr SlowFunction kFunctions[] = {
    {"instr", 2, FunctionGrowth::compares, 3'007'015},
    {"replace", 3, FunctionGrowth::compares, 3'000'000},
    {"trim", 2, FunctionGrowth::looks, 3'000'000},
    {"ltrim", 2, FunctionGrowth::looks, 3'000'000},
    {"rtrim", 2, FunctionGrowth::looks, 3'000'000},
    {"json_patch", 2, FunctionGrowth::compares, 3'038'000},
    {"printf", -1, FunctionGrowth::printf, 3'008'003},
    {"format", -1, FunctionGrowth::printf, 3'038'000},
};

constexpr std::int64_t kMostCompared = 40'000'000'000;
constexpr std::int64_t kMostLooked = 500'000'000;

// Numbers are texts of a few bytes; to ask for these would change the value.
std::int64_t argument_size(sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  return type == SQLITE_TEXT || type == SQLITE_BLOB ? sqlite3_value_bytes(value) : 0;
}

std::string_view argument_text(sqlite3_value* value) {
  if (sqlite3_value_type(value) != SQLITE_TEXT) return {};
  const auto* text = static_cast<const char*>(static_cast<const void*>(sqlite3_value_text(value)));
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

/// Adds up the widths and precisions of a printf format, each of which takes that many steps.
class FormatSum {
 public:
  FormatSum(std::string_view format, Arguments values) : format_(format), values_(values) {
    while (at_ < format_.size()) {
      if (format_[at_++] == '%') read_conversion();
    }
  }
  std::int64_t sum() const { return sum_; }

 private:
  static constexpr std::int64_t kEnough = std::int64_t{1} << 40;

  void read_conversion() {
    skip("-+ #0,!");
    add_number();
    if (at_ < format_.size() && format_[at_] == '.') {
      ++at_;
      add_number();
    }
    skip("l");
    if (at_ < format_.size() && format_[at_++] != '%') ++next_;
  }
  void skip(std::string_view letters) {
    while (at_ < format_.size() && letters.find(format_[at_]) != std::string_view::npos) ++at_;
  }
  void add_number() {
    std::int64_t number = 0;
    if (at_ < format_.size() && format_[at_] == '*') {
      ++at_;
      // As SQLite takes it: the lower half of the number, and its sign for the side.
      if (next_ < values_.size()) number = sqlite3_value_int(values_[next_++]);
      number = number == std::numeric_limits<int>::min() ? 0 : std::abs(number);
    }
    for (; at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9'; ++at_) {
      number = std::min(10 * number + (format_[at_] - '0'), kEnough);
    }
    sum_ = std::min(sum_ + std::min(number, kEnough), kEnough);
  }

  std::string_view format_;
  Arguments values_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;
  std::int64_t sum_ = 0;
};

}  // namespace

/// SQLite's own functions, on a connection that is opened when the first of them is called.
class SlowFunctions::Original {
 public:
  Original(sqlite3* database, Guard& guard) : database_(database), guard_(guard) {}
  ~Original() {
    statements_.clear();
    sqlite3_close(connection_);
  }
  Original(const Original&) = delete;
  Original& operator=(const Original&) = delete;

  static void call(sqlite3_context* context, int count, sqlite3_value** values) {
    const auto& entry = *static_cast<const Entry*>(sqlite3_user_data(context));
    entry.self->answer(context, entry.function, Arguments(values, static_cast<std::size_t>(count)));
  }

  void install() {
    for (const SlowFunction& function : kFunctions) {
      if (sqlite3_libversion_number() < function.since) continue;
      Entry& entry = entries_.emplace_back(Entry{this, function});
      constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
      sqlite3_create_function_v2(database_, function.name, function.arguments, kFlags, &entry, call,
                                 nullptr, nullptr, nullptr);
    }
  }
  void remove() {
    for (const Entry& entry : entries_) {
      sqlite3_create_function_v2(database_, entry.function.name, entry.function.arguments,
                                 SQLITE_UTF8, nullptr, nullptr, nullptr, nullptr, nullptr);
    }
  }

 private:
  struct Entry {
    Original* self;
    SlowFunction function;
  };

  // What is wrong with the arguments; nothing when they are quick enough.
  std::string refusal(const SlowFunction& function, Arguments values) const {
    const auto size = [&](std::size_t i) {
      return i < values.size() ? argument_size(values[i]) : 0;
    };
    const std::int64_t most =
        function.growth == FunctionGrowth::looks ? kMostLooked : kMostCompared;
    if (function.growth == FunctionGrowth::printf || size(0) == 0 || size(1) <= most / size(0))
      return {};
    return fmt::format("{}() of {} and {} bytes would take too long", function.name, size(0),
                       size(1));
  }

  bool is_too_wide(const SlowFunction& function, Arguments values) const {
    if (function.growth != FunctionGrowth::printf || values.empty()) return false;
    const std::int64_t sum = FormatSum(argument_text(values[0]), values.subspan(1)).sum();
    return sum > largest_value(database_);
  }

  void answer(sqlite3_context* context, const SlowFunction& function, Arguments values) {
    if (guard_.must_stop()) return sqlite3_result_error_code(context, SQLITE_INTERRUPT);
    if (guard_.judges_suites()) {
      if (is_too_wide(function, values)) return sqlite3_result_error_toobig(context);
      const std::string problem = refusal(function, values);
      if (!problem.empty()) return sqlite3_result_error(context, problem.c_str(), -1);
    }
    sqlite3_stmt* const statement = prepared(function, values.size());
    if (statement == nullptr) return sqlite3_result_error_nomem(context);
    for (std::size_t i = 0; i < values.size(); ++i) {
      sqlite3_bind_value(statement, static_cast<int>(i + 1), values[i]);
    }
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
      sqlite3_result_value(context, sqlite3_column_value(statement, 0));
      // So that json_array(json_patch(…)) takes it for JSON.
      if (std::string_view(function.name) == "json_patch") sqlite3_result_subtype(context, 'J');
    } else {
      sqlite3_result_error(context, sqlite3_errmsg(connection_), -1);
      sqlite3_result_error_code(context, code);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }

  sqlite3_stmt* prepared(const SlowFunction& function, std::size_t count) {
    if (connection_ == nullptr) sqlite3_open(":memory:", &connection_);
    StatementPtr& kept = statements_[{function.name, count}];
    if (kept == nullptr) {
      std::string sql = fmt::format("SELECT {}(", function.name);
      for (std::size_t i = 1; i <= count; ++i) sql += fmt::format("{}?{}", i == 1 ? "" : ",", i);
      sqlite3_stmt* raw = nullptr;
      sqlite3_prepare_v2(connection_, (sql + ")").c_str(), -1, &raw, nullptr);
      kept.reset(raw);
    }
    return kept.get();
  }

  sqlite3* database_;
  Guard& guard_;
  std::deque<Entry> entries_;  // SQLite keeps pointers to them
  sqlite3* connection_ = nullptr;
  std::map<std::pair<std::string_view, std::size_t>, StatementPtr> statements_;
};

SlowFunctions::SlowFunctions(sqlite3* database, Guard& guard)
    : original_(std::make_unique<Original>(database, guard)) {
  original_->install();
}

SlowFunctions::~SlowFunctions() { original_->remove(); }

}  // namespace baseline::sqlite
