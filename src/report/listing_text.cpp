#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "report/listing.hpp"

namespace baseline::human_report {
namespace {

constexpr std::size_t kListingWidth = 80;
// What stands in front of a name: two blanks, line, kind, phases, cases, with two blanks between.
constexpr std::size_t kNameColumn = 32;

// How many characters a terminal shows of UTF-8 text: its bytes that do not continue another.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return width;
}

// The text cut at blanks into lines that fit behind the columns; a longer word has its own line.
std::vector<std::string> wrapped_lines(std::string_view text) {
  std::vector<std::string> lines{{}};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    std::string& line = lines.back();
    if (!line.empty() && width_of(line) + 1 + width_of(word) > kListingWidth - kNameColumn) {
      lines.emplace_back(word);
    } else {
      line += line.empty() ? "" : " ";
      line += word;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view phases_of(const ListedCheck& check) {
  if (!check.runs()) return "-";
  if (check.before && check.after) return check.verify_only ? "both*" : "both";
  if (check.after) return check.verify_only ? "after*" : "after";
  return "before";
}

// What is to say about a check besides the columns.
std::vector<std::string> remarks(const ListedCheck& check) {
  std::vector<std::string> out;
  if (!check.left_out.empty()) {
    out.push_back("left out: " + printable(check.left_out));
  } else if (!check.skip_reason.empty()) {
    out.push_back("skipped: " + printable(check.skip_reason));
  }
  if (check.severity == Severity::warn) out.emplace_back("a failure is a warning");
  if (!check.tags.empty()) out.push_back("tags: " + printable(join(check.tags, ", ")));
  return out;
}

std::string block(const ListedCheck& check, const Style& style) {
  const std::string cases = check.cases > 1 ? std::to_string(check.cases) : "";
  std::string text = fmt::format("  {:>4}  {:<7}  {:<6}  {:>5}  ", check.place.line, check.kind,
                                 phases_of(check), cases);
  const std::string indent(kNameColumn, ' ');
  const Tone tone = check.runs() ? Tone::plain : Tone::faint;
  bool first = true;
  for (const std::string& line : wrapped_lines(printable(check.name))) {
    text += (first ? "" : indent) + style(tone, line) + "\n";
    first = false;
  }
  for (const std::string& remark : remarks(check)) {
    for (const std::string& line : wrapped_lines(remark)) {
      text += indent + style(Tone::faint, line) + "\n";
    }
  }
  return text;
}

std::string total_line(std::string_view label, const PhaseTotal& total) {
  return fmt::format("{:<9} {}, {}\n", label, counted(total.checks, "check"),
                     counted(total.results, "result"));
}

}  // namespace

std::string of(const Listing& listing, const Style& style) {
  std::string text;
  std::string file;
  for (const ListedCheck& check : listing.checks) {
    if (check.file != file) {
      file = check.file;
      text += text.empty() ? "" : "\n";
      text += style(Tone::strong, printable(file)) + "\n";
      text += style(Tone::faint, "  line  kind     phase   cases  name") + "\n";
    }
    text += block(check, style);
  }
  text += "\n" + total_line("before", listing.before) + total_line("after", listing.after);
  if (listing.verify_only > 0) {
    text += fmt::format("after*    {} {} the running application: verify runs {}, deploy not\n",
                        counted(listing.verify_only, "check"),
                        listing.verify_only == 1 ? "needs" : "need",
                        listing.verify_only == 1 ? "it" : "them");
  }
  if (listing.skipped > 0) {
    text += fmt::format("skipped   {}\n", counted(listing.skipped, "check"));
  }
  if (listing.left_out > 0) {
    text += fmt::format("left out  {}\n", counted(listing.left_out, "check"));
  }
  return text;
}

}  // namespace baseline::human_report
