#include "yaml/writer.hpp"

#include "support/catch.hpp"
#include "yaml/parser.hpp"

namespace baseline::yaml::writer_test {
namespace {

// The value that the strict reader finds where `document` has it.
std::string read_back(const std::string& document) {
  Problems problems("written.yaml");
  const std::optional<Node> root = parse(document, problems);
  if (!problems.empty() || !root || root->entries.size() != 1) {
    return "not readable: " + document;
  }
  const Node& value = root->entries.front().value;
  const Node& scalar = value.is_list() ? value.items.front() : value;
  const std::string* text = scalar.as_text();
  return text == nullptr ? "not a text: " + document : *text;
}

const char* const kTexts[] = {"a",
                              "valid_latitude",
                              "a > 0",
                              "null",
                              "true",
                              "yes",
                              "on",
                              "12",
                              "-1.5",
                              "0x10",
                              "1e3",
                              ".inf",
                              "~",
                              "",
                              " a",
                              "a ",
                              "a: b",
                              "a:",
                              ":a",
                              "a :b",
                              "a # b",
                              "a#b",
                              "#a",
                              "- a",
                              "-a",
                              "? a",
                              "a, b",
                              "[a]",
                              "{a}",
                              "t(a, b)",
                              "'quoted'",
                              "it's",
                              "\"double\"",
                              "back\\slash",
                              "a\nb",
                              "a\tb",
                              "\x01",
                              "*a",
                              "&a",
                              "!a",
                              "|",
                              ">",
                              "%a",
                              "@a",
                              "`a`",
                              "...",
                              "---",
                              "<<",
                              "=",
                              "Straße",
                              "\xC2\x85",
                              "a\xE2\x80\xA8",
                              "\xEF\xBB\xBF",
                              "2026-01-31",
                              "12:00:00",
                              "a\r\nb",
                              "'a' \"b\"",
                              "^it\\.ends$",
                              "key: 'it''s'"};

TEST_CASE("a text that is written is read back as it was", "[yaml][writer]") {
  for (const std::string text : kTexts) {
    CAPTURE(text);
    CHECK(read_back("key: " + scalar(text, Context::block) + "\n") == text);
    CHECK(read_back("key: [" + scalar(text, Context::flow) + "]\n") == text);
    const bool merge_key = text == "<<";  // which the reader refuses
    if (text.find('\n') == std::string::npos && !merge_key) {
      CHECK(read_back(scalar(text, Context::block) + ": text\n") == "text");
    }
  }
}

TEST_CASE("what reads well stays as it is", "[yaml][writer]") {
  CHECK(scalar("item obeys stock >= 0", Context::block) == "item obeys stock >= 0");
  CHECK(scalar("item.name", Context::flow) == "item.name");
  CHECK(scalar("12", Context::block) == "'12'");
  CHECK(scalar("state IN ('a', 'b')", Context::flow) == "\"state IN ('a', 'b')\"");
  CHECK(scalar("\"order\".id", Context::flow) == "'\"order\".id'");
}

TEST_CASE("SQL is a block unless it fits on its line", "[yaml][writer]") {
  CHECK(sql_value("SELECT 1", 4, 20) == "SELECT 1");
  CHECK(sql_value("SELECT 1", 4, 5) == "|\n    SELECT 1");
  CHECK(sql_value("SELECT 1;\n\n  SELECT 2", 2, 90) == "|\n  SELECT 1;\n\n    SELECT 2");
  for (const std::string sql : {"SELECT ': a', '# b'", "UPDATE t SET a = :a", "SELECT 1;\nSELECT 2",
                                "SELECT '\t'", " SELECT 1", "SELECT 1 \nFROM t"}) {
    CAPTURE(sql);
    const std::string found = read_back("key: " + sql_value(sql, 2, 90) + "\n");
    CHECK((found == sql || found == sql + "\n"));
  }
}

}  // namespace
}  // namespace baseline::yaml::writer_test
