#include "store/sqlite/sql/up_part.hpp"

#include "base/text.hpp"
#include "support/catch.hpp"

namespace baseline::sqlite {
namespace {

// "MARKER (LINE): what is applied", the latter without the spaces that stand for the rest.
std::string taken(std::string_view sql) {
  const auto part = up_part(sql);
  if (!part) return "all";
  CHECK(part->sql.size() == sql.size());
  std::string text;
  for (const char c : part->sql) {
    const bool gap = c == ' ' || c == '\n';
    if (!gap) text += c;
    if (gap && !text.empty() && text.back() != ' ') text += ' ';
  }
  return part->marker + " (" + std::to_string(part->line) + "): " + std::string(trimmed(text));
}

TEST_CASE("of files with a way back only the way there is taken", "[up_part]") {
  const std::string_view make = "CREATE TABLE a (x);";
  const auto file = [&](std::string_view up, std::string_view down) {
    std::string text(up);
    if (!text.empty()) text += '\n';
    return text + std::string(make) + "\n" + std::string(down) + "\nDROP TABLE a;\n";
  };
  const auto two = [&](std::string_view up, std::string_view down) {
    INFO(up << " / " << down);
    const int line = up.empty() ? 2 : 3;
    CHECK(taken(file(up, down)) ==
          std::string(down) + " (" + std::to_string(line) + "): " + std::string(make));
  };
  two("-- +goose Up", "-- +goose Down");
  two("-- +goose up", "-- +goose down");
  two("-- +goose Up", "--+goose Down");
  two("-- migrate:up", "-- migrate:down");
  two("-- migrate:up transaction:false", "-- migrate:down transaction:false");
  two("--- migration:up", "--- migration:down");
  two("-- +migrate Up", "-- +migrate Down");
  two("-- +migrate Up notransaction", "-- +migrate Down notransaction");
  two("-- +micrate Up", "-- +micrate Down");
  two("-- rambler up", "-- rambler down");
  two("", "-- //@UNDO");
  two("", "--//@UNDO");
  two("", "-- @UNDO");
  two("", "---- create above / drop below ----");
  two("-- !Ups", "-- !Downs");
  two("# --- !Ups", "# --- !Downs");
  two("-- ==== UP ====", "-- ==== DOWN ====");
  two("-- Up Migration", "-- Down Migration");
  two("-- Migration Up", "-- Migration Down");
  two("-- Up", "-- Down");
  two("-- #UP", "-- #DOWN");
  two("--;; up", "--;; down");
  two("-- upgrade --", "-- downgrade --");
  two("-- 1 up", "-- 1 down");
  two("-- +up", "-- +down");
  two("-- upgrade", "-- rollback");
}

TEST_CASE("lines that end as on Windows, and other orders of the parts", "[up_part]") {
  CHECK(taken("-- +goose Up\r\nCREATE TABLE a (x);\r\n-- +goose Down\r\nDROP TABLE a;\r\n") ==
        "-- +goose Down (3): CREATE TABLE a (x);");
  CHECK(taken("-- migrate:down\nDROP TABLE a;\n-- migrate:up\nCREATE TABLE a (x);") ==
        "-- migrate:down (1): CREATE TABLE a (x);");
  CHECK(taken("-- 1 up\nCREATE TABLE a (x);\n-- 1 down\nDROP TABLE a;\n"
              "-- 2 up\nCREATE TABLE b (x);\n-- 2 down\nDROP TABLE b;") ==
        "-- 1 down (3): CREATE TABLE a (x); CREATE TABLE b (x);");
  CHECK(taken("-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a (x);\n"
              "-- +goose StatementEnd\n-- +goose Down\n-- +goose StatementBegin\nDROP TABLE a;\n"
              "-- +goose StatementEnd") ==
        "-- +goose Down (5): -- +goose StatementBegin CREATE TABLE a (x); -- +goose StatementEnd");
  // Nothing is left out where the other part has no statement.
  CHECK(taken("-- +goose Up\nCREATE TABLE a (x);\n-- +goose Down\n-- not possible") ==
        " (0): CREATE TABLE a (x);");
  // dbmate runs a part as a whole: its last statement needs no semicolon.
  CHECK(taken("-- migrate:up\nCREATE TABLE a (x)\n-- migrate:down\nDROP TABLE a") ==
        "-- migrate:down (3): CREATE TABLE a (x)");
  CHECK(up_part("-- +goose ENVSUB ON\n-- +goose Up\nSELECT 1")->variables == 0U);
  CHECK(up_part("-- +goose Up\n-- +goose ENVSUB ON\nSELECT 1")->variables == 13U);
  CHECK_FALSE(
      up_part("-- +goose Up\nSELECT 1;\n-- +goose Down\n-- +goose ENVSUB ON\nSELECT 1")->variables);
}

TEST_CASE("what only resembles such a comment is a part of the file", "[up_part]") {
  CHECK(taken("CREATE TABLE a (x);") == "all");
  CHECK(taken("") == "all");
  CHECK(taken("CREATE TABLE votes (\n-- up\nups INT,\n-- down\ndowns INT);") == "all");
  CHECK(taken("INSERT INTO a VALUES ('\n-- +goose Down\n');") == "all");
  CHECK(taken("/*\n-- +goose Down\n*/ CREATE TABLE a (x);") == "all");
  CHECK(taken("-- /*\n-- +goose Down\nDROP TABLE a; -- */") == "-- +goose Down (2): -- /*");
  CHECK(taken("-- migrate down the tree\nCREATE TABLE a (x);") == "all");
  CHECK(taken("-- down to the last row\nCREATE TABLE a (x);") == "all");
  CHECK(taken("-- rambler down there\nCREATE TABLE a (x);") == "all");
  CHECK(taken("CREATE TRIGGER t AFTER INSERT ON a BEGIN\n-- up\nSELECT 1;\n-- down\nSELECT 2;\n"
              "END;") == "all");
  CHECK(taken("-- Migration: downgrade all to TEXT\nCREATE TABLE a (x);") == "all");
  CHECK(taken("-- Rollback:\n-- DROP TABLE a;\nCREATE TABLE a (x);") ==
        " (0): -- DROP TABLE a; CREATE TABLE a (x);");
  CHECK(taken("CREATE TABLE a (x);\n-- rollback\nDROP TABLE b;\nCREATE TABLE b (x);") ==
        " (0): CREATE TABLE a (x); DROP TABLE b; CREATE TABLE b (x);");
  // Liquibase has the way back in comments.
  CHECK(taken("--liquibase formatted sql\n--changeset a:1\nCREATE TABLE a (x);\n"
              "--rollback DROP TABLE a;\n--rollback empty\n--rollback\nCREATE TABLE b (x);") ==
        " (0): --liquibase formatted sql --changeset a:1 CREATE TABLE a (x); --rollback DROP TABLE "
        "a; --rollback empty CREATE TABLE b (x);");
}

}  // namespace
}  // namespace baseline::sqlite
