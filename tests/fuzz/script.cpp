// A migration of any bytes, as it is cut into statements. Whatever it is,
//   - the statements come one after the other, and none is empty;
//   - between them are only semicolons;
//   - only a trigger has semicolons within.
#include "store/sqlite/sql/script.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

#include "demand.hpp"

namespace {

using namespace baseline::sqlite;

void check_statement(const Script& script, Span statement) {
  bool has_semicolon = false;
  for (std::size_t i = statement.begin; i < statement.end; ++i) {
    has_semicolon = has_semicolon || script.symbol(i, ";");
  }
  demand(!has_semicolon || script.keyword(statement.begin, "create"),
         "only a trigger has semicolons within");
  for (const Span part : script.parts(statement)) {
    demand(part.begin >= statement.begin && part.end <= statement.end,
           "parts lie in the statement");
  }
  demand(script.closing(statement.begin, statement.end) <= statement.end,
         "a parenthesis closes in the statement, or at its end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string sql(reinterpret_cast<const char*>(data), size);
  const Script script(sql);
  std::size_t end = 0;
  for (const Span statement : script.statements()) {
    demand(!statement.empty() && statement.begin >= end, "statements come one after the other");
    for (; end < statement.begin; ++end) {
      demand(script.symbol(end, ";"), "between statements are only semicolons");
    }
    end = statement.end;
    demand(end <= script.size(), "statements lie in the text");
    check_statement(script, statement);
  }
  for (; end < script.size(); ++end) {
    demand(script.symbol(end, ";"), "after the last statement are only semicolons");
  }
  return 0;
}
