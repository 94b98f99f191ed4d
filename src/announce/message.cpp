#include "announce/message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "announce/markup.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/sql_text.hpp"

namespace baseline {
namespace {

// Bytes. A name is there to be recognised. With the longest command (collect.cpp), and every
// character escaped, a line still fits into the smallest message.
constexpr std::size_t kLongestName = 120;
constexpr std::size_t kLongestReason = 160;

std::string message_value(const std::string& data, std::size_t most, Markup markup) {
  return in_message(shortened(printable(data), most), markup);
}

std::vector<std::string> lines_of(const Recipient& recipient, const NoticePlan& announcement) {
  std::vector<std::string> lines;
  const auto add = [&](std::string_view text) {
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      lines.emplace_back(text.substr(start, end - start));
      start = end + 1;
    }
  };
  add(announcement.notice);
  if (!recipient.offers.empty()) add("\n" + std::string(trimmed(announcement.commands_heading)));
  for (const Offer& offer : recipient.offers) add(line_for(offer, announcement.markup));
  if (!recipient.losses.empty()) add("\n" + std::string(trimmed(announcement.lost_heading)));
  for (const Loss& loss : recipient.losses) add(line_for(loss, announcement.markup));
  return lines;
}

std::size_t length_of(const std::vector<std::string>& lines, std::size_t first, std::size_t end) {
  std::size_t length = 0;
  for (std::size_t i = first; i < end; ++i) length += characters(lines[i]) + 1;
  return length;
}

// Where the message that starts at `first` ends: as far as the limit allows. Back at the last blank
// line, unless that would leave less than half of it.
std::size_t end_of(const std::vector<std::string>& lines, std::size_t first, std::size_t limit) {
  std::size_t end = first;
  std::size_t blank = first;
  for (std::size_t length = 0; end < lines.size(); ++end) {
    length += characters(lines[end]) + 1;
    if (length > limit) break;
    if (lines[end].empty()) blank = end;
  }
  if (end == lines.size()) return end;
  return length_of(lines, first, blank) * 2 > limit ? blank : end;
}

}  // namespace

std::string line_for(const Offer& offer, Markup markup) {
  return fmt::format("- {} ({})", as_code(offer.command, markup),
                     message_value(offer.about, kLongestName, markup));
}

std::string line_for(const Loss& loss, Markup markup) {
  return fmt::format("- {}: {}", message_value(loss.about, kLongestName, markup),
                     message_value(loss.reason, kLongestReason, markup));
}

std::vector<std::string> messages_for(const Recipient& recipient, const NoticePlan& announcement) {
  const std::vector<std::string> lines = lines_of(recipient, announcement);
  std::vector<std::string> out;
  for (std::size_t first = 0; first < lines.size();) {
    if (lines[first].empty()) {
      ++first;
      continue;
    }
    const std::size_t end = end_of(lines, first, announcement.limit);
    if (end == first) {
      throw Error(ErrorCode::usage,
                  fmt::format("a line of the notice is longer than a message of {} characters",
                              announcement.limit),
                  "break the line, or raise 'limit'");
    }
    std::string text;
    for (std::size_t i = first; i < end; ++i) text += lines[i] + "\n";
    out.push_back(std::string(trimmed(text)) + "\n");
    first = end;
  }
  return out;
}

}  // namespace baseline
