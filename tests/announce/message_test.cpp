#include "announce/message.hpp"

#include <fmt/format.h>

#include "announce/markup.hpp"
#include "base/error.hpp"
#include "support/catch.hpp"

namespace baseline::message_test {
namespace {

NoticePlan announcement_of(std::string notice, std::size_t limit = 1'000) {
  NoticePlan out;
  out.notice = std::move(notice);
  out.markup = Markup::discord;
  out.limit = limit;
  out.commands_heading = "**Had:**";
  out.lost_heading = "**Lost:**";
  return out;
}

TEST_CASE("a message is the notice, the commands and what is lost", "[announce]") {
  const Recipient recipient{
      "1", {{"!add location 7", "The *Arcade*", {}}}, {{"city <x>", "no cities"}}, 0};
  CHECK(messages_for(recipient, announcement_of("Hello.\n\nBye.")) ==
        std::vector<std::string>{"Hello.\n\nBye.\n"
                                 "\n**Had:**\n- `!add location 7` (The \\*Arcade\\*)\n"
                                 "\n**Lost:**\n- city \\<x\\>: no cities\n"});
  CHECK(messages_for({"1", {}, {}, 0}, announcement_of("Hello.")) ==
        std::vector<std::string>{"Hello.\n"});
}

TEST_CASE("a long message is cut between lines, and nothing is lost", "[announce]") {
  Recipient recipient{"1", {}, {}, 0};
  for (int i = 0; i < 200; ++i) {
    // Each emoji counts twice, and is four bytes.
    recipient.offers.push_back({fmt::format("!add location {}", i), "Café 🎰", {}});
  }
  const NoticePlan announcement = announcement_of("Hello.\n\n" + std::string(900, 'x'));
  const std::vector<std::string> messages = messages_for(recipient, announcement);
  REQUIRE(messages.size() > 5);
  std::string all;
  for (const std::string& message : messages) {
    CHECK(characters(message) <= announcement.limit);
    CHECK(message.ends_with('\n'));
    all += message;
  }
  // The second begins at the blank line in front of the heading.
  CHECK(messages[0] == "Hello.\n\n" + std::string(900, 'x') + "\n");
  CHECK(messages[1].starts_with("**Had:**\n- `!add location 0`"));
  for (int i = 0; i < 200; ++i) {
    CHECK(all.find(fmt::format("- `!add location {}` (Café 🎰)\n", i)) != std::string::npos);
  }
}

TEST_CASE("a line that no message can hold is refused", "[announce]") {
  CHECK_THROWS_AS(messages_for({"1", {}, {}, 0}, announcement_of(std::string(1'000, 'x'))), Error);
  CHECK_NOTHROW(messages_for({"1", {}, {}, 0}, announcement_of(std::string(999, 'x'))));
  // Whatever the data is, it fits.
  const std::string evil(5'000, '\\');
  const std::string command(400, 'x');
  CHECK_NOTHROW(
      messages_for({"1", {{command, evil, {}}}, {{evil, evil}}, 0}, announcement_of("N")));
}

TEST_CASE("data means nothing in a message", "[announce]") {
  CHECK(in_message("@everyone <@1> *x*", Markup::discord) ==
        "@\u200Beveryone \\<@\u200B1\\> \\*x\\*");
  CHECK(in_message("a\nb\x1b", Markup::plain) == "a\\x0ab\\x1b");
  CHECK(as_code("!add x", Markup::plain) == "!add x");
}

TEST_CASE("what can be typed in a command", "[announce]") {
  for (const char* const fine : {"Arcade @ the Zoo", "Tom's & Jerry", "Café 🎰", "a; b $(c)", ""}) {
    CAPTURE(fine);
    CHECK(is_typed_safely(fine));
  }
  for (const char* const not_fine :
       {"a\"b", "a\\b", "a`b", "a\nb", "@everyone", "x@HERE", "<@1>", "<#1>", "<:e:1>", "\xff"}) {
    CAPTURE(not_fine);
    CHECK_FALSE(is_typed_safely(not_fine));
  }
}

}  // namespace
}  // namespace baseline::message_test
