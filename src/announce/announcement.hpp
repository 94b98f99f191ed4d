#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "announce/template.hpp"

namespace baseline {

/// How what stands in a message is shown by the service that it goes to.
enum class Markup { plain, discord };

/// One kind of thing that a recipient had, and how it is added again (docs/announcement.md).
struct NoticeEntry {
  std::vector<std::string> needs;   ///< "table.column": the entry is for databases that have these
  yaml::Node query;                 ///< a text; the node knows the place of each character
  std::vector<yaml::Node> unique;   ///< columns: rows of a recipient that are equal in them are one
  std::optional<Template> command;  ///< nothing: each row has a reason why it is lost
  Template about;                   ///< what people call it
};

/// The notice, and where it finds what each recipient had: `announcement.yaml`.
struct NoticePlan {
  std::string file;    ///< for messages: the path as given, or "announcement/NAME" if built in
  std::string notice;  ///< the general text, without blank lines around it
  Markup markup = Markup::plain;
  std::size_t limit = 0;  ///< characters that a message may have
  std::string commands_heading;
  std::string lost_heading;
  std::vector<NoticeEntry> entries;
};

/// What the file says; the notice is still the name of a file.
struct ParsedNoticePlan {
  NoticePlan announcement;
  std::string notice_file;
};

/// Reads the text of an announcement.yaml, strictly. Throws Error{usage} whose problems() are all
/// that is wrong with it, each with FILE:LINE:COLUMN.
ParsedNoticePlan parse_announcement(const std::string& file, std::string_view text);

/// Reads the file, or the one that is built in when `file` is empty, and its notice: `notice`, or
/// when that is empty the file that it names, which is beside it. Throws Error{usage}.
NoticePlan load_announcement(const std::filesystem::path& file,
                             const std::filesystem::path& notice);

}  // namespace baseline
