// SQL of any bytes, as the reader of constraints splits it. Whatever it is,
//   - the tokens lie in it, one after the other;
//   - as they are shown to people, they are the same tokens;
//   - a CREATE TABLE is read, or is none; the second time gives the same.
#include "store/sqlite/sql/tokenizer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "demand.hpp"
#include "store/sqlite/sql/table_definition.hpp"

namespace {

using namespace baseline::sqlite;

void check_places(std::string_view sql, const std::vector<Token>& tokens) {
  std::size_t end = 0;
  for (const Token& token : tokens) {
    demand(token.offset >= end && !token.text.empty(), "tokens come one after the other");
    end = token.end();
    demand(end <= sql.size(), "tokens lie in the text");
    demand(sql.substr(token.offset, token.text.size()) == token.text, "tokens are the text");
  }
}

void check_readable(const std::vector<Token>& tokens) {
  const std::string shown = readable(tokens);
  const std::vector<Token> again = tokenize(shown);
  demand(again.size() == tokens.size(), "what is shown has as many tokens");
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    demand(again[i].kind == tokens[i].kind, "what is shown has the same kinds of tokens");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string sql(reinterpret_cast<const char*>(data), size);
  const std::vector<Token> tokens = tokenize(sql);
  check_places(sql, tokens);
  check_readable(tokens);
  for (const Token& token : tokens) unquoted(token);
  const TableDefinition first = parse_create_table(sql);
  const TableDefinition second = parse_create_table(sql);
  demand(first.columns.size() == second.columns.size() &&
             first.constraints.size() == second.constraints.size(),
         "the second time gives the same");
  for (const DeclaredConstraint& constraint : first.constraints) {
    demand(!constraint.display.empty(), "each constraint can be shown");
  }
  return 0;
}
