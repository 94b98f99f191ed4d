#include "base/form_json.hpp"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "base/bytes_json.hpp"
#include "base/integer_json.hpp"
#include "base/names.hpp"
#include "support/catch.hpp"

namespace baseline::form_json_test {
namespace {

using nlohmann::json;

TEST_CASE("ids and keys of runs have a form", "[names]") {
  CHECK(names::sequence_of("20261121T023558Z-001") == 1);
  CHECK(names::sequence_of("20261121T023558Z-18446744073709551615") ==
        std::numeric_limits<std::uint64_t>::max());
  for (const char* text :
       {"", "20261121T023558Z", "20261121T023558Z-", "20261121T023558Z-1x", "20261121T023558Z-+1",
        "20261121T023558Z-18446744073709551616", "../../xxT../../Z-001", "20261121T02355/Z-001",
        "20261121T023558Z-001/..", "20261121t023558z-001"}) {
    INFO(text);
    CHECK_FALSE(names::is_id(text));
  }
  const std::string run = names::run_key("20261121T023558Z-001", "/srv/app.db");
  for (const std::string& key : {run, run + "-manual", run + "-failed"}) {
    CHECK(names::is_run_key(key));
  }
  for (const std::string& key :
       {std::string(), std::string("20261121T023558Z-001"), run + "-other", run + "/../x",
        "../" + run, run + "0", run.substr(0, run.size() - 1), std::string("-9f31c2aa")}) {
    INFO(key);
    CHECK_FALSE(names::is_run_key(key));
  }
  CHECK(names::is_run_record(run + ".json"));
  CHECK(names::is_run_record(run + ".json.new"));
  CHECK_FALSE(names::is_run_record("mine.json"));
}

TEST_CASE("a plain name leads nowhere else", "[names]") {
  CHECK(names::is_plain_name("app.db"));
  for (const std::string& name : {std::string(), std::string("."), std::string(".."),
                                  std::string("a/b"), std::string("/"), std::string("a\0b", 3)}) {
    CHECK_FALSE(names::is_plain_name(name));
  }
}

TEST_CASE("the depth of JSON is bounded, not its length", "[json]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(shallow_json(nested(32)) == nested(32));
  CHECK_THROWS_AS(shallow_json(nested(33)), json::exception);
  CHECK_THROWS_AS(shallow_json(std::string(400'000, '{')), json::exception);
  const std::string text = R"({"a\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[": "[[\\"})";
  CHECK(shallow_json(text) == text);
  std::string wide = "[";
  for (int i = 0; i < 1000; ++i) wide += "[],";
  CHECK(shallow_json(wide + "1]").size() == wide.size() + 2);
}

TEST_CASE("numbers of a file do not wrap", "[json]") {
  CHECK(integer_from_json(json::parse("-7")) == -7);
  CHECK(integer_from_json(json::parse("9223372036854775807")) ==
        std::numeric_limits<std::int64_t>::max());
  CHECK_THROWS_AS(integer_from_json(json::parse("9223372036854775808")), json::exception);
  CHECK_THROWS_AS(integer_from_json(json::parse("1e300")), json::exception);
  CHECK(count_from_json(json::parse("7"), 7) == 7);
  CHECK_THROWS_AS(count_from_json(json::parse("8"), 7), json::exception);
  CHECK_THROWS_AS(count_from_json(json::parse("-1")), json::exception);
}

TEST_CASE("bytes in hex are whole bytes", "[json]") {
  CHECK(bytes_from_json(json::parse(R"({"bytes": "2fff"})")) == "/\xff");
  for (const char* text : {R"({"bytes": "2ff"})", R"({"bytes": "2g"})", R"({"bytes": "-1"})"}) {
    CHECK_THROWS_AS(bytes_from_json(json::parse(text)), json::exception);
  }
}

}  // namespace
}  // namespace baseline::form_json_test
