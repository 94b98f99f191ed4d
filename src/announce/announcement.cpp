#include "announce/announcement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/embedded.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/input_file.hpp"
#include "yaml/parser.hpp"
#include "yaml/source.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNoticeKeys[] = {"version", "notice",   "markup",
                                            "limit",   "headings", "entries"};
constexpr std::string_view kHeadingKeys[] = {"commands", "lost"};
constexpr std::string_view kEntryKeys[] = {"needs", "query", "unique", "command", "about"};
constexpr std::string_view kMarkups[] = {"plain", "discord"};  // in the order of Markup
constexpr std::int64_t kNoticeVersion = 1;
constexpr std::int64_t kLeastLimit = 1'000;
constexpr std::int64_t kMostLimit = 1'000'000;
constexpr std::size_t kMaxNotice = std::size_t{64} << 10U;
constexpr std::size_t kDefaultLimit = 2'000;

/// Reads one file. What is wrong is a problem of the reader's, and reading goes on.
class FileReader {
 public:
  explicit FileReader(const yaml::Reader& reader) : reader_(reader) {}

  ParsedNoticePlan read(const yaml::Node& root) {
    ParsedNoticePlan out;
    if (!reader_.map(root, "an announcement")) return out;
    reader_.only_keys(root, kNoticeKeys, "an announcement");
    read_version(root);
    NoticePlan& announcement = out.announcement;
    if (const yaml::Node* const node = demanded(root, "notice", "the file with the general text")) {
      out.notice_file = reader_.text(*node, "notice").value_or("");
    }
    if (const yaml::Node* const node = root.find("markup")) {
      const auto choice = reader_.choice(*node, "markup", kMarkups);
      if (choice) announcement.markup = static_cast<Markup>(*choice);
    }
    announcement.limit = read_limit(root);
    read_headings(root, announcement);
    read_entries(root, announcement);
    return out;
  }

 private:
  const yaml::Node* demanded(const yaml::Node& map, std::string_view key,
                             std::string_view what) const {
    const yaml::Node* const node = map.find(key);
    if (node == nullptr) reader_.error(map.place, fmt::format("'{}' is missing: {}", key, what));
    return node;
  }

  void read_version(const yaml::Node& root) const {
    const yaml::Node* const node = demanded(root, "version", "write version: 1");
    if (node == nullptr) return;
    const auto version = reader_.integer(*node, "version");
    if (!version || *version == kNoticeVersion) return;
    reader_.error(node->place,
                  fmt::format("this program reads version {}; got {}", kNoticeVersion, *version));
  }

  std::size_t read_limit(const yaml::Node& root) const {
    const yaml::Node* const node = root.find("limit");
    if (node == nullptr) return kDefaultLimit;
    const auto limit = reader_.integer(*node, "limit");
    if (limit && (*limit < kLeastLimit || *limit > kMostLimit)) {
      reader_.error(node->place, fmt::format("'limit' must be from {} to {} characters; got {}",
                                             kLeastLimit, kMostLimit, *limit));
    }
    return static_cast<std::size_t>(limit.value_or(kDefaultLimit));
  }

  void read_headings(const yaml::Node& root, NoticePlan& out) const {
    const yaml::Node* const node =
        demanded(root, "headings", "what stands above the commands, and above what is lost");
    if (node == nullptr || !reader_.map(*node, "'headings'")) return;
    reader_.only_keys(*node, kHeadingKeys, "'headings'");
    const auto read = [&](std::string_view key, std::string& into) {
      const yaml::Node* const heading = demanded(*node, key, "a line of text");
      if (heading != nullptr) into = reader_.text(*heading, key).value_or("");
    };
    read("commands", out.commands_heading);
    read("lost", out.lost_heading);
  }

  void read_entries(const yaml::Node& root, NoticePlan& out) const {
    const yaml::Node* const node =
        demanded(root, "entries", "an announcement without entries finds nothing");
    if (node == nullptr) return;
    if (!node->is_list() || node->items.empty()) {
      reader_.error(node->place,
                    fmt::format("'entries' must be a non-empty list; got {}",
                                node->is_list() ? "an empty list" : node->type_name()));
      return;
    }
    for (const yaml::Node& item : node->items) {
      if (auto entry = read_entry(item)) out.entries.push_back(*std::move(entry));
    }
  }

  std::optional<NoticeEntry> read_entry(const yaml::Node& node) const {
    if (!reader_.map(node, "an entry")) return std::nullopt;
    reader_.only_keys(node, kEntryKeys, "an entry");
    NoticeEntry entry;
    if (const yaml::Node* const needs = node.find("needs")) read_needs(*needs, entry);
    const yaml::Node* const query = demanded(node, "query", "the SQL that finds the rows");
    if (query != nullptr && reader_.text(*query, "query")) entry.query = *query;
    if (const yaml::Node* const unique = node.find("unique")) {
      if (reader_.texts(*unique, "unique")) entry.unique = unique->items;
    }
    if (const yaml::Node* const command = node.find("command")) {
      entry.command = Template::read(*command, "command", reader_);
    }
    const yaml::Node* const about = demanded(node, "about", "what people call it, as \"{name}\"");
    auto text = about == nullptr ? std::nullopt : Template::read(*about, "about", reader_);
    if (!text) return std::nullopt;
    entry.about = *std::move(text);
    return entry;
  }

  void read_needs(const yaml::Node& node, NoticeEntry& entry) const {
    const auto needs = reader_.texts(node, "needs");
    if (!needs) return;
    for (const yaml::Node& item : node.items) {
      const std::size_t dot = item.text.find('.');
      if (dot == 0 || dot == std::string::npos || dot + 1 == item.text.size()) {
        reader_.error(item.place,
                      fmt::format("'needs' has columns as table.column; got '{}'", item.text));
      }
    }
    entry.needs = *needs;
  }

  const yaml::Reader& reader_;
};

std::string_view embedded_notice(std::string_view name) {
  const std::vector<EmbeddedFile> files = embedded_announcement();
  const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
  if (found != files.end()) return found->text;
  throw Error(ErrorCode::usage, fmt::format("no {} is built in", name));
}

std::string checked_notice(const std::string& file, std::string text) {
  std::erase(text, '\r');
  const std::size_t valid = utf8_prefix(text);
  const bool is_text = std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
  });
  const std::string shown = printable(file);
  if (valid != text.size() || !is_text) {
    throw Error(ErrorCode::usage, fmt::format("{} is not UTF-8 text", shown), "save it as UTF-8");
  }
  const std::string_view notice = trimmed(text);
  if (notice.empty()) {
    throw Error(ErrorCode::usage, fmt::format("{} is empty", shown), "write what people must know");
  }
  return std::string(notice);
}

}  // namespace

ParsedNoticePlan parse_announcement(const std::string& file, std::string_view text) {
  yaml::Problems problems(file);
  const std::optional<yaml::Node> root = yaml::parse(text, problems);
  const yaml::Reader reader(problems);
  ParsedNoticePlan out;
  if (root) out = FileReader(reader).read(*root);
  out.announcement.file = file;
  if (problems.empty()) return out;
  Error error(ErrorCode::usage,
              fmt::format("the announcement {} cannot be used ({})", printable(file),
                          counted(problems.size(), "error")),
              "docs/announcement.md tells what it may hold");
  error.set_problems(problems.found());
  throw error;
}

NoticePlan load_announcement(const fs::path& file, const fs::path& notice) {
  const bool is_builtin = file.empty();
  const std::string name = is_builtin ? "announcement/announcement.yaml" : file.native();
  ParsedNoticePlan parsed =
      parse_announcement(name, is_builtin ? std::string(embedded_notice("announcement.yaml"))
                                          : read_input_file(file, yaml::kMaxSize));
  NoticePlan out = std::move(parsed.announcement);
  if (is_builtin && notice.empty()) {
    out.notice =
        checked_notice(parsed.notice_file, std::string(embedded_notice(parsed.notice_file)));
    return out;
  }
  const fs::path path = notice.empty() ? file.parent_path() / parsed.notice_file : notice;
  out.notice = checked_notice(path.native(), read_input_file(path, kMaxNotice));
  return out;
}

}  // namespace baseline
