#include "store/value.hpp"

#include "support/catch.hpp"

namespace baseline::value_test {
namespace {

TEST_CASE("values print as SQL literals", "[value]") {
  CHECK(sql_literal(Value{}) == "NULL");
  CHECK(sql_literal(Value{std::int64_t{5}}) == "5");
  CHECK(sql_literal(Value{std::string("5")}) == "'5'");
  CHECK(sql_literal(Value{std::string("it's\n")}) == "'it''s\\x0a'");
  CHECK(sql_literal(Value{1.0}) == "1.0");
  CHECK(sql_literal(Value{90.000001}) == "90.000001");
  CHECK(sql_literal(Value{Blob{std::byte{0}, std::byte{255}}}) == "x'00ff'");
}

TEST_CASE("values are equal by storage class, numbers by value", "[value]") {
  CHECK(same_value(std::int64_t{1}, 1.0));
  CHECK_FALSE(same_value(std::int64_t{5}, std::string("5")));
  CHECK_FALSE(same_value(std::int64_t{9007199254740993}, 9007199254740992.0));
  CHECK(same_value(Value{}, Value{}));
  CHECK_FALSE(same_value(Value{}, std::int64_t{0}));
}

}  // namespace
}  // namespace baseline::value_test
